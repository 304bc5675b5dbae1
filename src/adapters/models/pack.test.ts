import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RESAMPLING } from "../image/layout.js";
import { manifestSchema, modelIdentity, type PackManifest, type PackOutput } from "./manifest.js";
import { openPack } from "./pack.js";

const model = new TextEncoder().encode("not a network, but a file with a hash");
const manifest: PackManifest = {
  format: 1,
  id: "example-1.0",
  title: "An example",
  licence: "MIT",
  source: "drawn from nothing",
  model: {
    path: "model.onnx",
    sha256: createHash("sha256").update(model).digest("hex"),
    arithmetic: "exact",
  },
  input: {
    name: "input",
    size: 64,
    layout: "NCHW",
    channelOrder: "BGR",
    scale: { elementType: "float32", mean: [1, 2, 3], std: [4, 5, 6] },
  },
  resizePolicy: "trim",
  outputs: [{ name: "features", pooling: { kind: "average", grid: 2 } }],
  projection: { kind: "feature-hashing", seed: 1 },
  embeddingDim: 128,
  aspects: [{ name: "overall", dim: 128 }],
};

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "diptych-pack-"));
  await writeFile(path.join(directory, "model.onnx"), model);
  await writeManifest(manifest);
});
afterEach(() => rm(directory, { recursive: true }));

const writeManifest = (content: unknown) =>
  writeFile(
    path.join(directory, "manifest.json"),
    typeof content === "string" ? content : JSON.stringify(content),
  );

/** The one sentence of the refusal. */
async function refusal(): Promise<string> {
  const error = await openPack(directory).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ name: "AppError", code: "MODEL_INVALID" });
  const { message } = error as Error;
  expect(message).not.toContain("\n");
  return message;
}

describe("openPack", () => {
  it("opens the default pack that the build makes", async () => {
    const built = fileURLToPath(new URL("../../../packs/inception-v3", import.meta.url));
    const pack = await openPack(built);
    expect(pack.identity).toMatchObject({ id: "inception-v3", embeddingDim: 640 });
    expect(pack.modelPath).toBe(path.join(built, "model.onnx"));
    expect(pack.projectionPath).toBe(path.join(built, "projection.onnx"));
    expect(pack.manifest.outputs).toHaveLength(4);
    expect(pack.manifest.aspects.map(({ name }) => name)).toEqual([
      "overall",
      "detail",
      "shape",
      "colourless",
    ]);
    expect(pack.manifest).toMatchObject({ colourBlindAspect: "colourless", verdicts: expect.anything() });
  });

  it("gives the manifest as it is written", async () => {
    const pack = await openPack(directory);
    expect(pack.manifest).toEqual(manifest);
    expect(pack.identity).toEqual(modelIdentity(manifest));
    expect(pack.projectionPath).toBeNull();
  });

  it("holds a fitted projection to its hash as well", async () => {
    const projection = { kind: "fitted", path: "projection.onnx", sha256: manifest.model.sha256 };
    await writeManifest({ ...manifest, projection });
    const file = path.join(directory, "projection.onnx");
    expect(await refusal()).toContain(`The model pack lacks the file ${file};`);
    await writeFile(file, "something else");
    expect(await refusal()).toContain(`The model file ${file} is not the one its manifest tells`);
    await writeFile(file, model);
    expect((await openPack(directory)).projectionPath).toBe(file);
  });

  it.each(["manifest.json", "model.onnx"])("refuses a pack without %s", async (file) => {
    await rm(path.join(directory, file));
    expect(await refusal()).toBe(
      `The model pack lacks the file ${path.join(directory, file)}; build it with "npm run build" or add the pack again.`,
    );
  });

  it.each(["manifest.json", "model.onnx"])("tells why it cannot read %s", async (name) => {
    const file = path.join(directory, name);
    await rm(file);
    await symlink(file, file);
    expect(await refusal()).toBe(
      `The file ${file} of the model pack cannot be read (ELOOP); check the disk, and that this user may read it.`,
    );
    await rm(file);
    await mkdir(file);
    expect(await refusal()).toContain(`The model pack lacks the file ${file};`);
  });

  it("refuses a pack that is not there", async () => {
    await rm(path.join(directory, "model.onnx"));
    await rm(path.join(directory, "manifest.json"));
    expect(await refusal()).toMatch(/^The model pack lacks the file .*manifest\.json; /u);
  });

  it.each(["../model.onnx", "/dev/zero"])("refuses a file outside of its folder: %s", async (file) => {
    await writeManifest(JSON.stringify({ ...manifest, model: { ...manifest.model, path: file } }));
    expect(await refusal()).toBe(
      `The model pack in ${directory} names a file outside of its folder, ${file}; build or add the pack again.`,
    );
  });

  it("refuses a model of which one byte differs, with both hashes", async () => {
    const changed = model.slice();
    changed[3]! ^= 1;
    await writeFile(path.join(directory, "model.onnx"), changed);
    const received = createHash("sha256").update(changed).digest("hex");
    expect(await refusal()).toBe(
      `The model file ${path.join(directory, "model.onnx")} is not the one its manifest tells: ` +
        `expected sha256 ${manifest.model.sha256}, received ${received}. Build or add the pack again.`,
    );
  });

  it("refuses a manifest that is not JSON", async () => {
    await writeManifest(JSON.stringify(manifest).slice(0, -20));
    expect(await refusal()).toBe(
      `The manifest ${path.join(directory, "manifest.json")} is not JSON; build or add the pack again.`,
    );
  });

  const { input, outputs } = manifest;
  it.each<[string, unknown, RegExp]>([
    ["nothing in it", null, /expected object/u],
    ["an unknown field", { ...manifest, extra: 1 }, /"extra"/u],
    ["an unknown field inside", { ...manifest, input: { ...input, padding: 1 } }, /"padding".*input/u],
    ["a missing field", { ...manifest, resizePolicy: undefined }, /resizePolicy/u],
    [
      "a layout of another order",
      { ...manifest, input: { ...input, layout: "CHWN" } },
      /"NHWC"\|"NCHW".*input\.layout/u,
    ],
    [
      "another channel order",
      { ...manifest, input: { ...input, channelOrder: "GRB" } },
      /input\.channelOrder/u,
    ],
    ["a format of the future", { ...manifest, format: 2 }, /format/u],
    [
      "an id that is no file name",
      { ...manifest, id: "../x" },
      /lower-case letters, digits, dots and hyphens.*id/u,
    ],
    [
      "a hash that is none",
      { ...manifest, model: { path: "model.onnx", sha256: "abc", arithmetic: "exact" } },
      /model\.sha256/u,
    ],
    ["no outputs", { ...manifest, outputs: [] }, /outputs/u],
    [
      "a pooling that does not exist",
      { ...manifest, outputs: [{ ...outputs[0], pooling: { kind: "max" } }] },
      /outputs\[0\]\.pooling/u,
    ],
    [
      "aspects that are not the whole embedding",
      { ...manifest, aspects: [{ name: "overall", dim: 127 }] },
      /dims of the aspects must add up to embeddingDim/u,
    ],
    [
      "two aspects of one name",
      { ...manifest, aspects: [64, 64].map((dim) => ({ name: "overall", dim })) },
      /each aspect has a name of its own/u,
    ],
    [
      "a standard deviation of zero",
      { ...manifest, input: { ...input, scale: { ...input.scale, std: [0, 1, 1] } } },
      /input\.scale\.std/u,
    ],
  ])("refuses a manifest with %s", async (_, content, told) => {
    await writeManifest(content);
    const message = await refusal();
    expect(message).toContain(`The manifest ${path.join(directory, "manifest.json")} cannot be used: `);
    expect(message).toMatch(told);
  });
});

describe("the identity of a pack", () => {
  const hash = (change: Partial<PackManifest>) => modelIdentity({ ...manifest, ...change }).sha256;
  const { input, outputs, model: file } = manifest;

  it.each<[string, Partial<PackManifest>]>([
    ["the model", { model: { ...file, sha256: "0".repeat(64) } }],
    ["the arithmetic", { model: { ...file, arithmetic: "saturating" } }],
    ["the input's size", { input: { ...input, size: 65 } }],
    ["the layout", { input: { ...input, layout: "NHWC" } }],
    ["the channel order", { input: { ...input, channelOrder: "RGB" } }],
    [
      "the scale",
      { input: { ...input, scale: { elementType: "float32", mean: [1, 2, 4], std: [4, 5, 6] } } },
    ],
    ["the resize policy", { resizePolicy: "tutorial" }],
    ["a pooling's grid", { outputs: [{ ...outputs[0]!, pooling: { kind: "average", grid: 3 } }] }],
    ["the outputs", { outputs: [...outputs, outputs[0]!] }],
    ["the projection", { projection: { kind: "feature-hashing", seed: 2 } }],
    ["no projection", { projection: { kind: "none" } }],
    ["a fitted projection", { projection: { kind: "fitted", path: "p.onnx", sha256: "1".repeat(64) } }],
    ["the dimension", { embeddingDim: 129 }],
    ["the aspects", { aspects: [64, 64].map((dim, i) => ({ name: `part-${i}`, dim })) }],
  ])("changes with %s", (_, change) => {
    expect(hash(change)).toMatch(/^[0-9a-f]{64}$/u);
    expect(hash(change)).not.toBe(hash({}));
  });

  it("is another one for each way to resize, to resample and to pool", () => {
    const resizings: PackManifest["resizePolicy"][] = [
      "trim",
      "tutorial",
      "contain",
      "stretch",
      { kind: "cover", shortSide: 64 },
      { kind: "cover", shortSide: 80 },
    ];
    const poolings: PackOutput["pooling"][] = [
      { kind: "average", grid: 2 },
      { kind: "gem", power: 2 },
      { kind: "gem", power: 3 },
      { kind: "flatten" },
      { kind: "none" },
      { kind: "first-token" },
      { kind: "mean-of-tokens" },
    ];
    const changes: Partial<PackManifest>[] = [
      ...resizings.map((resizePolicy) => ({ resizePolicy })),
      ...RESAMPLING.map((resample) => ({ resample })),
      ...poolings.map((pooling) => ({ outputs: [{ ...outputs[0]!, pooling }] })),
    ];
    // The first of the resizings and of the poolings are the manifest's own.
    expect(new Set(changes.map(hash)).size).toBe(changes.length - 1);
  });

  it.each<[string, Partial<PackManifest>]>([
    ["the title", { title: "Another" }],
    ["the licence", { licence: "Apache-2.0" }],
    ["the source", { source: "elsewhere" }],
    ["the file's name", { model: { ...file, path: "other.onnx" } }],
  ])("does not change with %s", (_, change) => {
    expect(hash(change)).toBe(hash({}));
  });

  it("does not change with the order in which the manifest's fields are written", () => {
    const turned = JSON.parse(JSON.stringify(manifest), (_, value) =>
      typeof value === "object" && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).reverse())
        : value,
    );
    expect(Object.keys(turned)).toEqual(Object.keys(manifest).reverse());
    expect(modelIdentity(manifestSchema.parse(turned))).toEqual(modelIdentity(manifest));
  });
});
