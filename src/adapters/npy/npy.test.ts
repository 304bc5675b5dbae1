import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AppError } from "../../errors.js";
import { formatNpyHeader, parseNpyHeader } from "./npy-header.js";
import { openNpy } from "./npy-reader.js";
import { createNpy } from "./npy-writer.js";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "diptych-npy-"));
});
afterAll(() => rm(directory, { recursive: true }));

/** A file as NumPy would write it: the version's header around the dictionary, then the data. */
function npyFile(dictionary: string, data: Uint8Array, version: 1 | 2 | 3 = 1): Buffer {
  const text = Buffer.from(`${dictionary}\n`, version === 3 ? "utf8" : "latin1");
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(text.length);
  else length.writeUInt32LE(text.length);
  return Buffer.concat([Buffer.from("\x93NUMPY", "latin1"), Buffer.of(version, 0), length, text, data]);
}

function dictionary(descr: string, shape: string, order = "False"): string {
  return `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }`;
}

async function readAll(content: Buffer): Promise<number[]> {
  const path = join(directory, "in.npy");
  await writeFile(path, content);
  const npy = await openNpy(path);
  try {
    return [...(await npy.readRows(0, npy.rows))];
  } finally {
    await npy.close();
  }
}

describe("reading", () => {
  test.each([1, 2, 3] as const)("reads version %i.0", async (version) => {
    const data = new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6).buffer);
    expect(await readAll(npyFile(dictionary("<f4", "(2, 3)"), data, version))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("reads double and half precision, and shapes as Python 2 wrote them", async () => {
    const doubles = new Uint8Array(Float64Array.of(0.5, -2).buffer);
    expect(await readAll(npyFile(dictionary("<f8", "(1L, 2L)"), doubles))).toEqual([0.5, -2]);
    const halves = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff, 0x8000, 0x7c00, 0x7e00, 0x3555);
    expect(await readAll(npyFile(dictionary("<f2", "(2, 4)"), new Uint8Array(halves.buffer)))).toEqual([
      1,
      -2,
      2 ** -24,
      65504,
      -0,
      Number.POSITIVE_INFINITY,
      Number.NaN,
      0.333251953125,
    ]);
  });

  test.each([
    ["no .npy file", Buffer.from("front,back\na.jpg,b.jpg\n"), "begins with the bytes"],
    ["an empty file", Buffer.alloc(0), "begins with the bytes"],
    ["an unknown version", Buffer.from("\x93NUMPY\x09\x00\x00\x00\x00\x00\x00", "latin1"), "version 9.0"],
    ["Fortran order", npyFile(dictionary("<f4", "(1, 1)", "True"), Buffer.alloc(4)), "Fortran order"],
    ["big-endian numbers", npyFile(dictionary(">f4", "(1, 1)"), Buffer.alloc(4)), ">f4"],
    ["integers", npyFile(dictionary("<i8", "(1, 1)"), Buffer.alloc(8)), "<i8"],
    [
      "records",
      npyFile("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1, 1)}", Buffer.alloc(4)),
      "a structured type",
    ],
    ["a vector", npyFile(dictionary("<f4", "(4,)"), Buffer.alloc(16)), "the shape (4,)"],
    ["a number", npyFile(dictionary("<f4", "()"), Buffer.alloc(4)), "the shape ()"],
    ["a cube", npyFile(dictionary("<f4", "(1, 1, 1)"), Buffer.alloc(4)), "the shape (1, 1, 1)"],
    ["empty rows", npyFile(dictionary("<f4", "(3, 0)"), Buffer.alloc(0)), "the shape (3, 0)"],
    ["an endless shape", npyFile(dictionary("<f4", "(9007199254740991, 512)"), Buffer.alloc(4)), "the shape"],
    ["missing rows", npyFile(dictionary("<f4", "(2, 2)"), Buffer.alloc(12)), "received"],
  ])("refuses %s", async (_, content, sentence) => {
    await expect(readAll(content)).rejects.toMatchObject({
      code: "INVALID_REQUEST",
      message: expect.stringContaining(sentence),
    });
  });

  test("tells how many bytes a truncated file has and should have", async () => {
    const content = npyFile(dictionary("<f4", "(2, 2)"), Buffer.alloc(12));
    const sentence = `expected ${content.length + 4} bytes, received ${content.length}`;
    await expect(readAll(content)).rejects.toThrow(sentence);
  });

  test("notices that a file is cut short while it is open", async () => {
    const path = join(directory, "cut.npy");
    await writeFile(path, npyFile(dictionary("<f4", "(2, 2)"), Buffer.alloc(16)));
    const npy = await openNpy(path);
    await truncate(path, 80);
    await expect(npy.readRows(0, 2)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    await npy.close();
  });

  test("a file that is not there is NOT_FOUND", async () => {
    await expect(openNpy(join(directory, "none.npy"))).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(openNpy(directory)).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: `A .npy file was expected at ${directory}; it cannot be read (EISDIR).`,
    });
  });

  test("no header makes it fail otherwise than with an AppError", () => {
    const pieces = fc.constantFrom(
      "{",
      "}",
      "'descr'",
      "'fortran_order'",
      "'shape'",
      ": ",
      "'<f4'",
      "False",
      "(2, 3)",
      "(",
      ",",
      "1e9",
      "\n",
    );
    const text = fc.oneof(
      fc.array(pieces).map((parts) => parts.join("")),
      fc.string({ unit: "binary" }),
    );
    const damaged = fc
      .tuple(text, fc.constantFrom(1, 2, 3), fc.nat(40), fc.nat(255))
      .map(([dictionary, version, at, byte]) => {
        const file = npyFile(dictionary, Buffer.alloc(0), version as 1 | 2 | 3);
        if (at < 20 && at < file.length) file[at] = byte;
        return file.subarray(0, at > 30 ? at : file.length);
      });
    fc.assert(
      fc.property(damaged, (file) => {
        try {
          const header = parseNpyHeader(file, "fuzz.npy");
          expect(header.dim).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("writing", () => {
  test("what is written in pieces is read back in other pieces, bit for bit", async () => {
    const matrix = fc.integer({ min: 1, max: 5 }).chain((dim) =>
      fc.record({
        dim: fc.constant(dim),
        rows: fc.array(fc.float32Array({ minLength: dim, maxLength: dim }), { maxLength: 12 }),
        step: fc.integer({ min: 1, max: 4 }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(matrix, async ({ dim, rows, step }) => {
        const path = join(directory, "roundtrip.npy");
        const writer = await createNpy(path, dim);
        for (let i = 0; i < rows.length; i += step) {
          await writer.writeRows(Float32Array.from(rows.slice(i, i + step).flatMap((row) => [...row])));
        }
        await writer.commit();
        await writer.discard();

        const npy = await openNpy(path);
        expect([npy.rows, npy.dim]).toEqual([rows.length, dim]);
        for (const [i, row] of rows.entries()) expect(await npy.readRows(i, 1)).toEqual(row);
        await npy.close();
      }),
      { numRuns: 40 },
    );
  });

  test("has the header that NumPy writes: a multiple of 64 bytes, ended by a newline, of one length for any shape", () => {
    for (const [rows, dim] of [
      [0, 1],
      [3000, 25088],
      [2 ** 40, 2 ** 10],
    ] as const) {
      const header = formatNpyHeader(rows, dim);
      expect(header.length).toBe(128);
      expect(header.at(-1)).toBe(0x0a);
      expect(parseNpyHeader(header, "own.npy")).toMatchObject({ type: "<f4", rows, dim, dataOffset: 128 });
    }
  });

  test("leaves the file that was there until it is committed, and no trace when it is discarded", async () => {
    const folder = await mkdtemp(join(directory, "atomic-"));
    const path = join(folder, "a.npy");
    await writeFile(path, "before");
    const writer = await createNpy(path, 2);
    await writer.writeRows(Float32Array.of(1, 2));
    expect(await readFile(path, "utf8")).toBe("before");
    await writer.discard();
    expect(await readdir(folder)).toEqual(["a.npy"]);
    expect(await readFile(path, "utf8")).toBe("before");
  });
});
