import { createHash, randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import type { PackManifest } from "../../src/adapters/models/manifest.js";
import { writePair } from "../fixtures/drawings.js";
import { RELU, SAME, tfliteFile } from "../fixtures/tflite-file.js";
import { diptych, type Ending } from "./diptych-process.js";

/** A folder for the tests of the file that calls this: there before the first, gone after the last. */
export function createModelsWorld() {
  const directory = join(tmpdir(), `diptych-models-${randomUUID()}`);
  beforeAll(async () => {
    await mkdir(directory, { mode: 0o700 });
  });
  afterAll(() => rm(directory, { recursive: true }));

  /** A fresh folder for a test alone. */
  const newFolder = (name: string) => mkdtemp(join(directory, `${name}-`));

  /** A file in a folder of its own. */
  async function newFile(name: string, content: string | Uint8Array): Promise<string> {
    const file = join(await newFolder("file"), name);
    await writeFile(file, content);
    return file;
  }

  return { directory, newFolder, newFile };
}

export const DESIGNS = 5;

/** Flats of {@link DESIGNS} designs, D0 and on, in a folder below the directory: drawn before the tests. */
export function createFlats(directory: string) {
  const flats = join(directory, "flats");
  beforeAll(async () => {
    for (let design = 0; design < DESIGNS; design++) await writePair(flats, `D${design}`, design);
  });

  const picturesOf = (design: number) => [
    ...["--front", join(flats, `D${design}_front.png`)],
    ...["--back", join(flats, `D${design}_back.png`)],
  ];

  return { flats, picturesOf };
}

export const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

export const manifestOf = async (models: string, id: string): Promise<PackManifest> =>
  JSON.parse(await readFile(join(models, id, "manifest.json"), "utf8"));

/** Runs `diptych models add` and holds that it succeeds without a word on standard error. */
export async function add(models: string, ...args: readonly string[]): Promise<string> {
  const ending = await diptych(["models", "add", ...args, "--models", models]);
  expect(ending).toMatchObject({ exitCode: 0, stderr: "" });
  return ending.stdout;
}

/**
 * The one sentence that a failed run says, on standard error alone: neither a stack nor what onnxruntime logs
 * is with it.
 */
export function sentenceOf(ending: Ending, exitCode = 2): string {
  expect(ending).toMatchObject({ exitCode, stdout: "" });
  expect(ending.stderr).toMatch(/^diptych: [^\n]+\n$/);
  return ending.stderr.slice("diptych: ".length, -1);
}

/** Of pictures of 64 pixels: 4 features by a convolution, averaged, then 3 classes. */
export const classifier = tfliteFile({
  tensors: [
    { name: "picture", shape: [1, 64, 64, 3] },
    { name: "kernel", shape: [4, 3, 3, 3], data: Array.from({ length: 108 }, (_, i) => Math.sin(i)) },
    { name: "features", shape: [1, 32, 32, 4] },
    { name: "axes", shape: [2], type: "int32", data: [1, 2] },
    { name: "pooled", shape: [1, 4] },
    { name: "weights", shape: [3, 4], data: Array.from({ length: 12 }, (_, i) => Math.cos(i)) },
    { name: "logits", shape: [1, 3] },
    { name: "scores", shape: [1, 3] },
  ],
  operators: [
    {
      name: "CONV_2D",
      inputs: ["picture", "kernel"],
      outputs: ["features"],
      options: { padding: SAME, strideWidth: 2, strideHeight: 2, activation: RELU },
    },
    { name: "MEAN", inputs: ["features", "axes"], outputs: ["pooled"] },
    { name: "FULLY_CONNECTED", inputs: ["pooled", "weights"], outputs: ["logits"] },
    { name: "SOFTMAX", inputs: ["logits"], outputs: ["scores"], options: { beta: 1 } },
  ],
  inputs: ["picture"],
  outputs: ["scores"],
});
