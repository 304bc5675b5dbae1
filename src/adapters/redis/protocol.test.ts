import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AppError, type ErrorCode, errorTable } from "../../errors.js";
import { decodeAnswer, encodeAnswer, pixelsKey, queueOf } from "./protocol.js";

const codes = Object.keys(errorTable) as ErrorCode[];
const jobId = fc.uuid();

describe("an answer", () => {
  test("of an embedding comes back to the bit, of any numbers and wherever it lay in memory", () => {
    fc.assert(
      fc.property(jobId, fc.float32Array(), fc.nat({ max: 8 }), (id, numbers, before) => {
        const memory = new Float32Array(before + numbers.length + 3);
        memory.set(numbers, before);
        const value = memory.subarray(before, before + numbers.length);
        const answer = decodeAnswer(encodeAnswer({ jobId: id, result: { value } }));
        expect(answer?.jobId).toBe(id);
        const bitsOf = (floats: Float32Array) =>
          new Uint32Array(floats.slice().buffer, 0, floats.length).join();
        expect(answer && "value" in answer.result && bitsOf(answer.result.value)).toBe(bitsOf(numbers));
      }),
    );
  });

  test("of a failure comes back with its code and what it says", () => {
    fc.assert(
      fc.property(jobId, fc.constantFrom(...codes), fc.string({ unit: "grapheme" }), (id, code, message) => {
        const answer = decodeAnswer(
          encodeAnswer({ jobId: id, result: { error: new AppError(code, message) } }),
        );
        expect(answer).toEqual({ jobId: id, result: { error: expect.any(AppError) } });
        expect(answer!.result).toMatchObject({ error: { code, message } });
      }),
    );
  });

  test("of a failure with a code that this version does not know is INTERNAL", () => {
    const id = "0".repeat(36);
    for (const code of ["TOO_NEW", "toString", "__proto__", null, 7]) {
      const bytes = Buffer.from(`${id}\u0002${JSON.stringify({ code, message: "why" })}`);
      expect(decodeAnswer(bytes)).toMatchObject({
        jobId: id,
        result: { error: { code: "INTERNAL", message: "why" } },
      });
    }
  });

  test("is never made of bytes that are none, and they never throw", () => {
    const id = Buffer.from("0".repeat(36));
    const rest = fc.uint8Array({ maxLength: 40 });
    const garbage = fc.oneof(
      rest,
      rest.map((bytes) => Buffer.concat([id, bytes])),
      fc
        .tuple(fc.constantFrom(1, 2), rest)
        .map(([kind, bytes]) => Buffer.concat([id, Uint8Array.of(kind), bytes])),
      fc.json().map((json) => Buffer.from(`${id}\u0002${json}`)),
    );
    fc.assert(
      fc.property(garbage, (bytes) => {
        const answer = decodeAnswer(Buffer.from(bytes));
        if (answer === null) return;
        expect(bytes[36]).toBeOneOf([1, 2]);
        if ("error" in answer.result) {
          expect(answer.result.error).toBeInstanceOf(AppError);
          expect(codes).toContain(answer.result.error.code);
        } else {
          expect(answer.result.value.byteLength).toBe(bytes.length - 37);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

test("models that differ have queues of their own", () => {
  expect(queueOf("a".repeat(64))).not.toBe(queueOf("b".repeat(64)));
  // BullMQ takes no colon in a queue's name.
  expect(queueOf("a".repeat(64))).toMatch(/^[a-z0-9-]+$/u);
  expect(pixelsKey("1")).not.toBe(pixelsKey("2"));
});
