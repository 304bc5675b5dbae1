import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { PackManifest } from "../../src/adapters/models/manifest.js";
import { OnnxGraph } from "../../src/adapters/models/onnx-graph.js";
import { writePair } from "../fixtures/drawings.js";
import {
  clipEncoder,
  dinov2Encoder,
  type EncoderFiles,
  mapEncoder,
  patchEncoder,
  siglipEncoder,
  writeEncoder,
} from "../fixtures/hugging-face-encoders.js";
import { writeKerasWeights } from "../fixtures/keras-weights.js";
import { localhostCertificate } from "../fixtures/localhost-certificate.js";
import { oneOperator, RELU, SAME, tfliteFile } from "../fixtures/tflite-file.js";
import { countsOf, diptych, type Ending, importAll, searchJson, startDiptych } from "./diptych-process.js";

const DESIGNS = 5;

let directory: string;
let flats: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "diptych-models-"));
  flats = join(directory, "flats");
  for (let design = 0; design < DESIGNS; design++) await writePair(flats, `D${design}`, design);
});
afterAll(() => rm(directory, { recursive: true }));

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const manifestOf = async (models: string, id: string): Promise<PackManifest> =>
  JSON.parse(await readFile(join(models, id, "manifest.json"), "utf8"));

/** A fresh folder for a test alone. */
const newFolder = (name: string) => mkdtemp(join(directory, `${name}-`));

/** A file in a folder of its own. */
async function newFile(name: string, content: string | Uint8Array): Promise<string> {
  const file = join(await newFolder("file"), name);
  await writeFile(file, content);
  return file;
}

/** Runs `diptych models add` and holds that it succeeds without a word on standard error. */
async function add(models: string, ...args: readonly string[]): Promise<string> {
  const ending = await diptych(["models", "add", ...args, "--models", models]);
  expect(ending).toMatchObject({ exitCode: 0, stderr: "" });
  return ending.stdout;
}

/** The one sentence that a failed run says, on standard error alone: neither a stack nor what onnxruntime logs is with it. */
function sentenceOf(ending: Ending, exitCode = 2): string {
  expect(ending).toMatchObject({ exitCode, stdout: "" });
  expect(ending.stderr).toMatch(/^diptych: [^\n]+\n$/);
  return ending.stderr.slice("diptych: ".length, -1);
}

const picturesOf = (design: number) => [
  ...["--front", join(flats, `D${design}_front.png`)],
  ...["--back", join(flats, `D${design}_back.png`)],
];

/** Of pictures of 64 pixels: 4 features by a convolution, averaged, then 3 classes. */
const classifier = tfliteFile({
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

/** An encoder with another network. */
const withModel = (model: Uint8Array): EncoderFiles => ({ ...patchEncoder, "onnx/model.onnx": model });
const patchModel = patchEncoder["onnx/model.onnx"] as Uint8Array;

describe("VGG16 of Keras's weights", () => {
  let models: string;
  let weights: string;
  let catalog: string;
  let added: string;
  beforeAll(async () => {
    models = await newFolder("models");
    weights = join(directory, "vgg16.h5");
    catalog = join(directory, "vgg16-catalog");
    // Narrow, but as wide as the published one in its last block: so that embeddings are as long as the tutorial's.
    await writeKerasWeights(weights, { filters: [4, 4, 4, 4, 512] });
    added = await add(models, "vgg16-keras", "--weights", weights);
    const counts = await importAll([flats, ...withVgg16(), "--catalog", catalog]);
    expect(counts).toEqual({ imported: DESIGNS, unchanged: 0, failed: 0 });
  });
  const withVgg16 = () => ["--models", models, "--model", "vgg16-keras"];

  test("is added, listed, shown and verified", async () => {
    expect(added).toBe(
      "Added the model pack vgg16-keras: embeddings of 25088 numbers. Licence: CC BY 4.0 (weights: K. Simonyan and A. Zisserman, Visual Geometry Group, University of Oxford).\n" +
        "Use it with: diptych import SOURCE --model vgg16-keras, or diptych import --reembed --model vgg16-keras\n",
    );
    const run = async (...args: string[]) => {
      const ending = await diptych(["models", ...args, "--models", models]);
      expect(ending.exitCode).toBe(0);
      return ending.stdout;
    };
    const rows = (await run("list")).trimEnd().split("\n");
    expect(rows[0]).toMatch(/^id +title +numbers +pixels +comes$/);
    expect(rows[1]).toMatch(/^vgg16-keras +VGG16, ImageNet, flattened +25088 +224 +added$/);
    expect(rows[2]).toMatch(/^inception-v3 +\S.* 640 +235 +with Diptych$/);
    expect(rows).toHaveLength(3);

    const listed = JSON.parse(await run("list", "--json"));
    expect(listed).toMatchObject([
      { id: "vgg16-keras", own: true, source: weights, embeddingDim: 25_088 },
      { id: "inception-v3", own: false, embeddingDim: 640 },
    ]);

    const manifest = await manifestOf(models, "vgg16-keras");
    const { identity, devices, ...shown } = JSON.parse(await run("show", "vgg16-keras", "--json"));
    expect(shown).toEqual(manifest);
    expect(identity).toEqual({ id: "vgg16-keras", sha256: listed[0].sha256, embeddingDim: 25_088 });
    expect(Object.keys(devices)).toEqual(["cpu", "cuda", "dml", "coreml", "webgpu"]);
    expect(devices.cpu).toBeNull();
    expect(manifest).toMatchObject({
      input: { size: 224, layout: "NCHW", channelOrder: "BGR" },
      resizePolicy: "tutorial",
      resample: "cubic",
      outputs: [{ pooling: { kind: "flatten" } }],
      projection: { kind: "none" },
    });
    const lines = await run("show", "vgg16-keras");
    // Whole: they are what somebody copies.
    expect(lines).toMatch(new RegExp(`^model +sha256 ${manifest.model.sha256}$`, "m"));
    expect(lines).toMatch(new RegExp(`^identity +sha256 ${identity.sha256}$`, "m"));
    expect(lines).toMatch(/^takes +224 x 224 pixels, BGR, float32$/m);
    expect(lines).toMatch(/^on cpu +runs, chosen$/m);

    const verified = (id: string) =>
      `${id}: its files are those of its manifest, and it makes embeddings on cpu\n`;
    expect(await run("verify", "vgg16-keras")).toBe(verified("vgg16-keras"));
    expect(await run("verify")).toBe(verified("vgg16-keras") + verified("inception-v3"));
  });

  test("finds a design by its own pictures, and nothing to do in a second import", async () => {
    const { model, matches } = await searchJson([...picturesOf(2), ...withVgg16(), "--catalog", catalog]);
    expect(model.id).toBe("vgg16-keras");
    expect(matches).toHaveLength(DESIGNS);
    const [first, second] = matches;
    expect(first).toMatchObject({ id: "D2", verdict: null });
    for (const cosine of [first!.views.front!, first!.views.back!]) expect(cosine).toBeGreaterThan(0.999);
    expect(first!.score).toBeGreaterThan(0.999);
    expect(second!.score).toBeLessThan(0.99);
    for (const { score, views } of matches) {
      expect(score).toBeCloseTo((views.front! + views.back!) / 2, 5);
    }
    expect(await importAll([flats, ...withVgg16(), "--catalog", catalog])).toEqual({
      imported: 0,
      unchanged: DESIGNS,
      failed: 0,
    });
  });

  test("exports 25,088 numbers a view, which another catalog takes and searches alike", async () => {
    const features = join(directory, "features");
    expect(await diptych(["export", "--npy", features, "--catalog", catalog])).toMatchObject({
      exitCode: 0,
      stderr: "",
    });
    for (const file of ["img_feature_f.npy", "img_feature_b.npy"]) {
      const bytes = await readFile(join(features, file));
      const start = 10 + bytes.readUInt16LE(8);
      const header = bytes.toString("latin1", 10, start);
      expect(header).toContain(`'descr': '<f4', 'fortran_order': False, 'shape': (${DESIGNS}, 25088), `);
      expect(bytes.length - start).toBe(DESIGNS * 25_088 * 4);
      const row = Array.from({ length: 25_088 }, (_, i) => bytes.readFloatLE(start + 4 * i));
      expect(Math.hypot(...row)).toBeCloseTo(1, 3);
    }
    const other = join(directory, "from-features");
    expect(await importAll(["--npy", features, "--images", flats, "--catalog", other])).toEqual({
      imported: DESIGNS,
      unchanged: 0,
      failed: 0,
    });
    const [expected, found] = await Promise.all(
      [catalog, other].map((place) => searchJson([...picturesOf(3), ...withVgg16(), "--catalog", place])),
    );
    expect(found!.model).toEqual(expected!.model);
    expect(found!.matches[0]).toMatchObject({ id: "D3" });
    expect(found!.matches.map(({ id }) => id)).toEqual(expected!.matches.map(({ id }) => id));
    for (const [i, { score }] of found!.matches.entries()) {
      expect(score).toBeCloseTo(expected!.matches[i]!.score, 4);
    }
  });

  test("stays in its catalog until that is embedded anew by the command that the refusal names", async () => {
    const grid = await writeEncoder(join(directory, "grid"), mapEncoder);
    await add(models, grid, "--pooling", "average:4");
    const held = join(directory, "held");
    const withGrid = ["--models", models, "--model", "grid", "--catalog", held];
    expect(await importAll([flats, ...withGrid])).toMatchObject({ imported: DESIGNS });
    expect((await searchJson([...picturesOf(1), ...withGrid])).matches[0]).toMatchObject({ id: "D1" });

    const told = sentenceOf(
      await diptych(["models", "remove", "grid", "--models", models, "--catalog", held]),
    );
    expect(told).toContain(`The catalog in ${held} holds embeddings of "grid"`);
    expect(await readdir(models)).toContain("grid");

    const refused = await diptych(["import", flats, ...withVgg16(), "--catalog", held]);
    const command = "import --reembed --model vgg16-keras";
    expect(sentenceOf(refused, 4)).toMatch(
      new RegExp(
        `^The catalog holds embeddings of grid \\(.*, 48 dimensions\\); received ones of vgg16-keras \\(.*, 25088 dimensions\\): .* diptych ${command}, `,
      ),
    );
    const reembedded = await diptych([...command.split(" "), "--models", models, "--catalog", held]);
    expect(reembedded).toMatchObject({ exitCode: 0, stdout: "" });
    expect(countsOf(reembedded)).toEqual({ imported: DESIGNS, unchanged: 0, failed: 0 });
    const { matches } = await searchJson([...picturesOf(1), ...withVgg16(), "--catalog", held]);
    expect(matches[0]).toMatchObject({ id: "D1" });
  });
});

describe("a folder in Hugging Face's layout", () => {
  let models: string;
  beforeAll(async () => {
    models = await newFolder("models");
  });

  const classToken = { kind: "first-token" } as const;
  test.concurrent.each<
    [string, EncoderFiles, string[], Pick<PackManifest, "embeddingDim" | "resizePolicy" | "outputs">]
  >([
    [
      "clip",
      clipEncoder,
      [],
      {
        embeddingDim: 5,
        resizePolicy: "contain",
        outputs: [{ name: "image_embeds", pooling: { kind: "none" } }],
      },
    ],
    [
      "siglip",
      siglipEncoder,
      ["--resize", "as-told"],
      {
        embeddingDim: 3,
        resizePolicy: "stretch",
        outputs: [{ name: "pooler_output", pooling: { kind: "none" } }],
      },
    ],
    [
      "dinov2",
      dinov2Encoder,
      ["--resize", "as-told"],
      {
        embeddingDim: 3,
        resizePolicy: { kind: "cover", shortSide: 36 },
        outputs: [{ name: "last_hidden_state", pooling: classToken }],
      },
    ],
    [
      "patches",
      patchEncoder,
      ["--resize", "trim"],
      {
        embeddingDim: 3,
        resizePolicy: "trim",
        outputs: [{ name: "last_hidden_state", pooling: { kind: "mean-of-tokens" } }],
      },
    ],
    [
      "map",
      mapEncoder,
      [],
      {
        embeddingDim: 3,
        resizePolicy: "contain",
        outputs: [{ name: "last_hidden_state", pooling: { kind: "average", grid: 1 } }],
      },
    ],
    [
      "flattened",
      mapEncoder,
      ["--pooling", "flatten", "--resize", "cover:40"],
      {
        embeddingDim: 48,
        resizePolicy: { kind: "cover", shortSide: 40 },
        outputs: [{ name: "last_hidden_state", pooling: { kind: "flatten" } }],
      },
    ],
    [
      "all-tokens",
      clipEncoder,
      ["--output", "last_hidden_state", "--pooling", "mean-of-tokens", "--id", "all-tokens-1.0"],
      {
        embeddingDim: 3,
        resizePolicy: "contain",
        outputs: [{ name: "last_hidden_state", pooling: { kind: "mean-of-tokens" } }],
      },
    ],
  ])("is added: %s", async (name, files, flags, expected) => {
    const folder = await writeEncoder(join(directory, "encoders", name), files);
    const id = flags.includes("--id") ? flags.at(-1)! : name;
    expect(await add(models, folder, ...flags)).toMatch(
      new RegExp(`^Added the model pack ${id}: embeddings of ${expected.embeddingDim} numbers\\. Licence: `),
    );
    expect(await manifestOf(models, id)).toMatchObject({ id, source: folder, ...expected });
  });

  test("gets an id of its own", async () => {
    const folder = await writeEncoder(await newFolder("encoder"), clipEncoder);
    const own = await newFolder("models");
    await add(own, folder, "--id", "mine");
    const again = (id: string) => diptych(["models", "add", folder, "--id", id, "--models", own]);
    for (const id of ["mine", "inception-v3"]) {
      expect(sentenceOf(await again(id))).toContain(`there is a pack "${id}" already`);
    }
    expect(sentenceOf(await again("../mine"))).toContain('received "../mine"');
    expect(await readdir(own)).toEqual(["mine"]);
  });
});

test("a .tflite file becomes a pack of what its classifier classifies", async () => {
  const models = await newFolder("models");
  const file = await newFile("Small Net.tflite", classifier);
  expect(await add(models, file, "--sha256", sha256(classifier), "--resize", "contain")).toContain(
    "Added the model pack small-net: embeddings of 4 numbers.",
  );
  expect(await manifestOf(models, "small-net")).toMatchObject({
    source: file,
    resizePolicy: "contain",
    outputs: [{ name: "pooled", pooling: { kind: "none" } }],
  });
  const args = [
    "--models",
    models,
    "--model",
    "small-net",
    "--catalog",
    join(await newFolder("catalog"), "catalog"),
  ];
  expect(await importAll([flats, ...args])).toMatchObject({ imported: DESIGNS });
  const { matches } = await searchJson([...picturesOf(4), ...args]);
  expect(matches[0]).toMatchObject({ id: "D4" });

  await add(models, file, "--id", "scores", "--output", "scores");
  expect(await manifestOf(models, "scores")).toMatchObject({ embeddingDim: 3 });
});

describe("is refused with one sentence, and leaves nothing", () => {
  const wrongHash = "0".repeat(64);
  const folderOf = async (files: EncoderFiles) => writeEncoder(await newFolder("encoder"), files);
  const keras = async (change: (file: string) => Promise<void>, options = {}) => {
    const file = await newFile("weights.h5", "");
    await writeKerasWeights(file, options);
    await change(file);
    return ["vgg16-keras", "--weights", file];
  };
  const cutInHalf = async (file: string) =>
    writeFile(file, (await readFile(file)).subarray(0, (await stat(file)).size / 2));
  const halfOf = (bytes: Uint8Array) => bytes.subarray(0, bytes.length / 2);
  const network = (shape: readonly (number | string)[], build: (graph: OnnxGraph) => void) => {
    const graph = new OnnxGraph();
    graph.input("pixel_values", "float32", ["batch", 3, "height", "width"]);
    build(graph);
    graph.output("last_hidden_state", "float32", ["batch", ...shape]);
    return graph.encode();
  };

  test.concurrent.each<[string, () => Promise<string[]>, string]>([
    [
      "a kernel of a wrong shape",
      () =>
        keras(async () => {}, {
          change: (layers: Map<string, object[]>) =>
            layers
              .get("block1_conv1")!
              .splice(0, 1, { shape: [5, 5, 3, 4], data: new Float32Array(5 * 5 * 3 * 4) }),
        }),
      '"block1_conv1" must have the shape [3, 3, 3, any]; received [5, 5, 3, 4]',
    ],
    ["a truncated .h5 file", () => keras(cutInHalf), "is cut short: expected "],
    ["another .h5 file", () => keras((file) => writeFile(file, "weights")), "does not begin as HDF5 does"],
    ["VGG16 without weights", async () => ["vgg16-keras"], "with --weights"],
    [
      "an output of another rank than the pooling takes",
      async () => [await folderOf(mapEncoder), "--pooling", "none"],
      'its output "last_hidden_state" is not float32 [batch, length].',
    ],
    [
      "an output that is not there",
      async () => [await folderOf(clipEncoder), "--output", "logits"],
      'has no output "logits"; it has last_hidden_state, image_embeds',
    ],
    [
      "a truncated ONNX file",
      async () => [await folderOf(withModel(halfOf(patchModel)))],
      "cannot be loaded: Protobuf parsing failed.",
    ],
    [
      "an ONNX operator that there is not",
      async () => {
        const model = network([3, "height", "width"], (graph) =>
          graph.node("Frobnicate", ["pixel_values"], "last_hidden_state"),
        );
        return [await folderOf(withModel(model))];
      },
      "No Op registered for Frobnicate",
    ],
    [
      // Nothing tells before it is run; onnxruntime logs such a failure, unless told not to.
      "a network that fails on every picture",
      async () => {
        const model = network(["length"], (graph) =>
          graph.node("Reshape", ["pixel_values", graph.int64s("shape", [7, -1])], "last_hidden_state"),
        );
        return [await folderOf(withModel(model))];
      },
      "The input tensor cannot be reshaped to the requested shape.",
    ],
    [
      "a truncated .tflite file",
      async () => [await newFile("net.tflite", halfOf(classifier))],
      "The TFLite file is damaged or cut short",
    ],
    [
      "a TFLite operator that is not supported",
      async () => {
        const shape = [1, 64, 64, 3];
        const unknown = oneOperator({ name: "RESIZE_BILINEAR" }, [
          { name: "picture", shape },
          { name: "size", shape: [2], type: "int32", data: [64, 64] },
          { name: "result", shape },
        ]);
        return [await newFile("net.tflite", tfliteFile(unknown))];
      },
      "The TFLite operator RESIZE_BILINEAR is not supported; supported are CONV_2D, ",
    ],
    [
      "weights of another hash",
      async () => [...(await keras(async () => {})), "--sha256", wrongHash],
      `expected sha256 ${wrongHash}, received `,
    ],
    [
      "a folder whose network has another hash",
      async () => [await folderOf(patchEncoder), "--sha256", wrongHash],
      `expected sha256 ${wrongHash}, received ${sha256(patchModel)}.`,
    ],
    [
      "a .tflite file of another hash",
      async () => [await newFile("net.tflite", classifier), "--sha256", wrongHash],
      `expected sha256 ${wrongHash}, received ${sha256(classifier)}.`,
    ],
    ["a hash that is none", async () => ["x", "--sha256", "ABC"], 'received "ABC"'],
    ["a pooling that is none", async () => ["x", "--pooling", "max"], 'received "max"'],
    ["resizing that is none", async () => ["x", "--resize", "crop"], 'received "crop"'],
    ["a source that is not there", async () => [join(directory, "none")], "There is no model source "],
    ["a file that is not there", async () => ["none.tflite"], "There is no file none.tflite."],
    [
      "a URL that is not https",
      async () => ["http://user:secret@localhost/clip"],
      "A download needs a URL that begins with https://; received http://localhost/clip: ",
    ],
  ])("%s", async (_, source, told) => {
    const models = await newFolder("models");
    const sentence = sentenceOf(await diptych(["models", "add", ...(await source()), "--models", models]));
    expect(sentence).toContain(told);
    expect(sentence).not.toContain("secret");
    expect(await readdir(models)).toEqual([]);
  });
});

describe("a pack", () => {
  let models: string;
  let catalog: string;
  beforeEach(async () => {
    models = await newFolder("models");
    catalog = join(await newFolder("catalog"), "catalog");
    const folder = await writeEncoder(await newFolder("encoder"), clipEncoder);
    await add(models, folder, "--id", "clip");
  });
  const run = (...args: string[]) => diptych([...args, "--models", models, "--catalog", catalog]);

  test("whose file was changed is neither verified nor searched with", async () => {
    expect(countsOf(await run("import", flats, "--model", "clip"))).toMatchObject({ imported: DESIGNS });
    const file = join(models, "clip", "model.onnx");
    const bytes = await readFile(file);
    const expected = sha256(bytes);
    bytes[bytes.length - 20]! ^= 1;
    await writeFile(file, bytes);
    const told = `The model file ${file} is not the one its manifest tells: expected sha256 ${expected}, received ${sha256(bytes)}. Build or add the pack again.`;
    expect(sentenceOf(await run("models", "verify", "clip"))).toBe(told);
    expect(sentenceOf(await run("search", "--model", "clip", ...picturesOf(0)))).toBe(told);
    // It hides no other pack.
    expect(await run("models", "verify")).toMatchObject({
      exitCode: 2,
      stdout: expect.stringMatching(/^clip: The model file .*\ninception-v3: its files are those /),
      stderr: "diptych: 1 of 2 model packs cannot be used; add them again.\n",
    });
    const { exitCode, stdout } = await run("models", "list", "--json");
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([{ id: "clip", error: told }, { id: "inception-v3" }]);
  });

  test("runs on no device that is not there", async () => {
    const absent = process.platform === "win32" ? "coreml" : "dml";
    const told = `The device "${absent}" cannot be used on this machine (onnxruntime was built without it for this operating system); leave --device out to run on the processor.`;
    const commands = [
      ["models", "verify", "clip"],
      ["models", "verify"],
      ["import", flats, "--model", "clip"],
    ];
    for (const command of commands) {
      expect(sentenceOf(await run(...command, "--device", absent))).toBe(told);
    }
    expect(sentenceOf(await run("models", "verify", "--device", "nonsense"))).toBe(
      'The setting --device (DIPTYCH_DEVICE) is one of cpu, cuda, dml, coreml, webgpu; received "nonsense".',
    );
  });

  test("that was added is removed, and no other", async () => {
    expect(sentenceOf(await run("models", "remove", "inception-v3"))).toContain("came with Diptych");
    expect(sentenceOf(await run("models", "remove", "klip"))).toBe(
      'There is no model pack "klip"; there are: clip, inception-v3.',
    );
    expect(await run("models", "remove", "clip")).toMatchObject({
      exitCode: 0,
      stdout: "Removed the model pack clip.\n",
      stderr: "",
    });
    expect(await readdir(models)).toEqual([]);
    expect(sentenceOf(await run("models", "show", "clip"))).toContain('There is no model pack "clip"');
  });
});

describe("from an https server", () => {
  /** What is there, by its path. */
  let files: Record<string, Uint8Array>;
  let requests: IncomingMessage[];
  /** How many bytes of a file the server sends before it falls silent. */
  let silentAfter: number;
  let server: https.Server;
  let origin: string;
  let models: string;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    env = { NODE_EXTRA_CA_CERTS: await newFile("certificate.pem", localhostCertificate.cert) };
  });
  beforeEach(async () => {
    models = await newFolder("models");
    files = { "/small.tflite": classifier };
    requests = [];
    silentAfter = Number.POSITIVE_INFINITY;
    server = https.createServer(localhostCertificate, (request, response) => {
      requests.push(request);
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function answer({ url, headers }: IncomingMessage, response: ServerResponse): void {
    const bytes = files[new URL(url!, origin).pathname];
    if (!bytes) {
      response.writeHead(404).end("no such file");
      return;
    }
    const etag = `"${sha256(bytes)}"`;
    const from = headers["if-range"] === etag ? Number(/\d+/.exec(headers.range ?? "")?.[0] ?? 0) : 0;
    response.setHeader("etag", etag);
    response.setHeader("content-length", bytes.length - from);
    if (from > 0) {
      response.writeHead(206, { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` });
    }
    response.write(bytes.subarray(from, silentAfter));
    if (silentAfter >= bytes.length) response.end();
  }

  const start = (place: string, ...flags: string[]) =>
    startDiptych(["models", "add", `${origin}${place}`, ...flags, "--models", models], { env });
  const addFrom = (place: string, ...flags: string[]) => start(place, ...flags).ended;

  /** Serves an encoder's files below a path. */
  async function serveEncoder(place: string, encoder: EncoderFiles): Promise<void> {
    const folder = await writeEncoder(await newFolder("encoder"), encoder);
    for (const name of Object.keys(encoder)) files[`${place}/${name}`] = await readFile(join(folder, name));
  }

  test("a folder is added, and nothing but the pack stays", async () => {
    await serveEncoder("/acme/small-clip", clipEncoder);
    const network = clipEncoder["onnx/vision_model.onnx"] as Uint8Array;
    const ending = await addFrom("/acme/small-clip", "--sha256", sha256(network));
    expect(ending).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining(
        "Added the model pack small-clip: embeddings of 5 numbers. Licence: mit.\n",
      ),
    });
    expect(await readdir(models)).toEqual(["small-clip"]);
    expect(await readFile(join(models, "small-clip", "model.onnx"))).toEqual(Buffer.from(network));
    expect(await manifestOf(models, "small-clip")).toMatchObject({ source: `${origin}/acme/small-clip` });
    expect(await diptych(["models", "verify", "small-clip", "--models", models])).toMatchObject({
      exitCode: 0,
      stderr: "",
    });
  });

  test("a .tflite file is added, without the query that may hold a token", async () => {
    const ending = await addFrom("/small.tflite?token=secret", "--sha256", sha256(classifier));
    expect(ending).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/small\.tflite: 0 MB\n$/) });
    expect(requests.map(({ url }) => url)).toEqual(["/small.tflite?token=secret"]);
    expect(await readdir(models)).toEqual(["small"]);
    const manifest = await manifestOf(models, "small");
    expect(manifest).toMatchObject({ source: `${origin}/small.tflite?...`, embeddingDim: 4 });
    expect(JSON.stringify(manifest)).not.toContain("secret");
  });

  test("what has another hash, or is not there, is not added and not kept", async () => {
    await serveEncoder("/siglip", siglipEncoder);
    const wrong = "f".repeat(64);
    for (const place of ["/small.tflite", "/siglip"]) {
      const { exitCode, stdout, stderr } = await addFrom(place, "--sha256", wrong);
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
      // Before it stands what was downloaded.
      const told = stderr.split("\n").filter((line) => !/ MB\b/.test(line));
      expect(told).toEqual([expect.stringMatching(/^diptych: /), ""]);
      expect(told[0]).toContain(`is not the expected one: expected sha256 ${wrong}, received `);
      expect(await readdir(models)).toEqual([]);
    }
    expect(sentenceOf(await addFrom("/none.tflite"))).toBe(`There is no file ${origin}/none.tflite.`);
    expect(sentenceOf(await addFrom("/none"))).toContain(`${origin}/none`);
    expect(await readdir(models)).toEqual([]);
  });

  test("a download that is interrupted goes on where it stopped", async () => {
    silentAfter = Math.floor(classifier.length / 2);
    const { child, ended } = start("/small.tflite");
    // Its SIGINT comes when half of the file lies on the disk.
    while ((await partLength()) < silentAfter) {
      if (child.exitCode !== null) throw new Error(`It ended too early: ${(await ended).stderr}`);
      await sleep(20);
    }
    child.kill("SIGINT");
    expect(await ended).toMatchObject({
      exitCode: 130,
      signal: null,
      stdout: "",
      stderr: expect.stringContaining(
        "Interrupted; no pack was added. Run it again to go on with the download.\n",
      ),
    });
    expect(await readdir(models)).toEqual([".downloads"]);
    expect(requests).toHaveLength(1);

    const half = silentAfter;
    silentAfter = Number.POSITIVE_INFINITY;
    expect(await addFrom("/small.tflite")).toMatchObject({ exitCode: 0 });
    expect(requests).toHaveLength(2);
    expect(requests[1]!.headers.range).toBe(`bytes=${half}-`);
    expect(await readdir(models)).toEqual(["small"]);

    // As whole as the one that came at once.
    const local = await newFolder("models");
    await add(local, await newFile("small.tflite", classifier));
    expect((await manifestOf(models, "small")).model).toEqual((await manifestOf(local, "small")).model);
    expect(await diptych(["models", "verify", "small", "--models", models])).toMatchObject({ exitCode: 0 });
  });

  /** Bytes of the file that is being downloaded. */
  async function partLength(): Promise<number> {
    const place = join(models, ".downloads");
    const names = await readdir(place, { recursive: true }).catch(() => []);
    const part = names.find((name) => basename(name) === "small.tflite.part");
    return part === undefined ? 0 : (await stat(join(place, part))).size;
  }
});
