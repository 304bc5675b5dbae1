import fc from "fast-check";
import { expect, test } from "vitest";
import { AppError, errorTable } from "../errors.js";
import { deadlineExceeded, MOST_WAITING, requireRoom } from "./waiting.js";

function refusal(waiting: number, picturesPerS: number): AppError {
  try {
    requireRoom(waiting, "search", picturesPerS);
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return error as AppError;
  }
  throw new Error("There was room.");
}

test("searches have room up to their bound, imports always", () => {
  expect(() => requireRoom(MOST_WAITING, "search", 1)).not.toThrow();
  expect(() => requireRoom(0, "search", 0)).not.toThrow();
  expect(() => requireRoom(100 * MOST_WAITING, "import", 0)).not.toThrow();
  expect(refusal(MOST_WAITING + 1, 1).code).toBe("QUEUE_FULL");
});

test("the time to wait is that of those before, by how fast they get done", () => {
  expect(refusal(600, 100).retryAfterS).toBe(6);
  expect(refusal(601, 100).retryAfterS).toBe(7);
  expect(refusal(600, 30).message).toMatch(/try again in 20 s\.$/u);
});

test("the time to wait is a whole number of seconds from 1 to 60, whatever was measured", () => {
  const rate = fc.oneof(fc.constant(0), fc.double({ min: 0, noNaN: true }));
  fc.assert(
    fc.property(fc.integer({ min: MOST_WAITING + 1, max: 1e9 }), rate, (waiting, picturesPerS) => {
      const { retryAfterS } = refusal(waiting, picturesPerS);
      expect(Number.isInteger(retryAfterS) && retryAfterS! >= 1 && retryAfterS! <= 60).toBe(true);
    }),
  );
});

test("what was not embedded in time may be asked for again", () => {
  expect(errorTable[deadlineExceeded().code]).toMatchObject({ httpStatus: 504, retryable: true });
});
