import { copyFile, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { File as Hdf5File, ready } from "h5wasm/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type WrittenArray, writeKerasWeights } from "../../../../test/fixtures/keras-weights.js";
import { AppError } from "../../../errors.js";
import { readKerasWeights } from "./weights-file.js";

let directory: string;
/** The published layout. */
let file: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "diptych-keras-"));
  file = path.join(directory, "weights.h5");
  await writeKerasWeights(file, { seed: 1 });
});
afterAll(() => rm(directory, { recursive: true }));

async function failure(damaged: string): Promise<AppError> {
  try {
    await readKerasWeights(damaged);
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return error as AppError;
  }
  throw new Error("The file was to be refused.");
}

describe("the arrays of every layer, as they were written", () => {
  it.each([
    ["old", false, "block1_conv1_W_1:0"],
    ["new", false, "block1_conv1/kernel:0"],
    ["old", true, "block1_conv1_W_1:0"],
    ["new", true, "block1_conv1/kernel:0"],
  ] as const)("with %s names, in model_weights: %s", async (names, wholeModel, kernelName) => {
    const written = path.join(directory, `${names}-${wholeModel}.h5`);
    const layers = await writeKerasWeights(written, { seed: 2, names, wholeModel });
    const weights = await readKerasWeights(written);
    expect([...weights.keys()]).toEqual([...layers.keys()]);
    expect(weights.get("block1_conv1")![0]!.name).toBe(kernelName);
    for (const [name, arrays] of layers) {
      expect(weights.get(name)!.map(({ shape, data }) => ({ shape, data }))).toEqual(arrays);
    }
  });

  it("rounded to float32 where they are float64", async () => {
    const written = path.join(directory, "float64.h5");
    const bias = { shape: [4], data: Float64Array.of(0.1, 0.2, 0.3, 0.4) };
    await writeKerasWeights(written, { change: (layers) => layers.get("block1_conv1")!.splice(1, 1, bias) });
    const [, received] = (await readKerasWeights(written)).get("block1_conv1")!;
    expect(received!.data).toEqual(Float32Array.of(0.1, 0.2, 0.3, 0.4));
  });
});

describe("refuses", () => {
  it("a file that is not there", async () => {
    const { code, message } = await failure(path.join(directory, "none.h5"));
    expect(code).toBe("NOT_FOUND");
    expect(message).toBe(
      `An HDF5 file of Keras's weights was expected at ${directory}/none.h5; there is none.`,
    );
  });

  it.each([
    ["an empty file", ""],
    ["a text", "These are no weights, however long one looks at them."],
  ])("%s", async (name, text) => {
    const other = path.join(directory, `${name}.h5`);
    await writeFile(other, text);
    const { code, message } = await failure(other);
    expect(code).toBe("MODEL_INVALID");
    expect(message).toMatch(/ must be an HDF5 file of Keras's weights \(\.h5\); it does not begin as HDF5 /u);
  });

  it("a folder", async () => {
    expect((await failure(directory)).message).toMatch(/; it cannot be read \(EISDIR\)\.$/u);
  });

  it("a file that was cut short, wherever, and reads the whole one afterwards", async () => {
    const { length } = await readFile(file);
    const short = path.join(directory, "short.h5");
    for (const kept of [8, 20, 96, 500, 2_000, Math.floor(length / 2), length - 1]) {
      await copyFile(file, short);
      await truncate(short, kept);
      const { code, message } = await failure(short);
      expect(code).toBe("MODEL_INVALID");
      expect(message).toMatch(
        kept < 96
          ? / is damaged: HDF5 cannot read it; copy or download it again\.$/u
          : new RegExp(` is cut short: expected ${length} bytes, received ${kept}; copy or download`, "u"),
      );
    }
    expect((await readKerasWeights(file)).size).toBe(19);
  });

  it("a file with zeros where a piece was lost", async () => {
    const holed = path.join(directory, "holed.h5");
    const bytes = await readFile(file);
    await writeFile(holed, bytes.fill(0, 96, 2_000));
    expect((await failure(holed)).message).toBe(
      `The weight file ${holed} is damaged: HDF5 cannot read it; copy or download it again.`,
    );
  });

  it("HDF5 of another layout", async () => {
    const other = path.join(directory, "other.h5");
    await ready;
    const hdf5 = new Hdf5File(other, "w");
    hdf5.create_group("layers").create_dataset({ name: "0", data: Float32Array.of(1) });
    hdf5.close();
    const { code, message } = await failure(other);
    expect(code).toBe("MODEL_INVALID");
    expect(message).toMatch(/ as Keras 1 and 2 save them, with the attribute layer_names; it has none: /u);
  });

  it.each([
    [
      "block1_conv2",
      /must have a group with the attribute weight_names for its layer "block1_conv2"; it has none: /u,
    ],
    [
      "block1_conv2/block1_conv2_b_1:0",
      /must hold the weights "block1_conv2_b_1:0" that its layer "block1_conv2" names; it does not: /u,
    ],
  ])("a file that names %s and does not hold it", async (name, message) => {
    const lacking = path.join(directory, "lacking.h5");
    const bytes = (await readFile(file)).toString("latin1");
    // A link of another name, of the same length: the attributes go on naming the old one.
    const last = name.split("/").at(-1)!;
    await writeFile(lacking, bytes.replaceAll(`\0${last}\0`, `\0${last.replace("c", "z")}\0`), "latin1");
    const error = await failure(lacking);
    expect(error.code).toBe("MODEL_INVALID");
    expect(error.message).toMatch(message);
  });

  it.each<[string, WrittenArray, RegExp]>([
    [
      "a NaN",
      { shape: [4], data: Float32Array.of(0, 1, Number.NaN, 3) },
      /^The weights "block1_conv1_b_1:0" in \S+ must be finite numbers; number 2 is NaN: /u,
    ],
    [
      "a number too large for float32",
      { shape: [4], data: Float64Array.of(0, 1e39, 2, 3) },
      /must be finite numbers; number 1 is Infinity: /u,
    ],
    [
      "whole numbers",
      { shape: [4], data: Int32Array.of(0, 1, 2, 3) },
      /^The weights "block1_conv1_b_1:0" in \S+ must be an array of floating-point numbers of 32 or 64 bits; /u,
    ],
  ])("%s", async (_, bias, message) => {
    const wrong = path.join(directory, "wrong.h5");
    await writeKerasWeights(wrong, { change: (layers) => layers.get("block1_conv1")!.splice(1, 1, bias) });
    const error = await failure(wrong);
    expect(error.code).toBe("MODEL_INVALID");
    expect(error.message).toMatch(message);
  });
});
