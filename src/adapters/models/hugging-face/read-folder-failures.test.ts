import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import onnxProto from "onnx-proto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  clipEncoder,
  type EncoderFiles,
  encoderNetwork,
  patchEncoder,
  siglipEncoder,
  writeEncoder,
} from "../../../../test/fixtures/hugging-face-encoders.js";
import { AppError } from "../../../errors.js";
import { type OnnxElementType, OnnxGraph } from "../onnx-graph.js";
import { type HuggingFaceOptions, readHuggingFace } from "./read-folder.js";
import { localFolder } from "./source-folder.js";

const { onnx } = onnxProto;

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "diptych-hugging-face-"));
});
afterAll(() => rm(directory, { recursive: true }));

const newFolder = async (files: EncoderFiles) =>
  localFolder(await writeEncoder(await mkdtemp(path.join(directory, "encoder-")), files));
const read = async (files: EncoderFiles, options?: HuggingFaceOptions) =>
  readHuggingFace(await newFolder(files), options);

const failure = (code: string, ...told: string[]) => ({
  code,
  message: expect.stringMatching(new RegExp(told.join(".*"), "su")),
});

/** An encoder with another network. */
const withModel = (model: Uint8Array): EncoderFiles => ({ ...patchEncoder, "onnx/model.onnx": model });

function network(
  operator: string,
  {
    input = "pixel_values",
    shape = ["batch", 3, "h", "w"],
    type = "float32",
  }: { input?: string; shape?: readonly (number | string)[]; type?: OnnxElementType } = {},
): Uint8Array {
  const graph = new OnnxGraph();
  graph.input(input, type, shape);
  graph.node(operator, [input], "features");
  graph.output("features", type, shape);
  return graph.encode();
}

describe("a file that is not there", () => {
  const { "onnx/model.onnx": _, ...files } = patchEncoder as Record<string, object>;

  it("the ONNX file", async () => {
    await expect(read(files)).rejects.toMatchObject(
      failure("NOT_FOUND", "onnx/vision_model.onnx, onnx/model.onnx", "_quantized"),
    );
  });

  it("the ONNX file that was asked for, though another is", async () => {
    await expect(read(patchEncoder, { file: "onnx/mine.onnx" })).rejects.toMatchObject(
      failure("NOT_FOUND", "onnx/mine.onnx"),
    );
  });

  it("a folder of its name is no file", async () => {
    await expect(read({ ...files, "onnx/model.onnx/x": "" })).rejects.toMatchObject(failure("NOT_FOUND"));
  });

  it("the preprocessor's", async () => {
    const { "preprocessor_config.json": _, ...rest } = patchEncoder as Record<string, object>;
    await expect(read(rest)).rejects.toMatchObject(
      failure("MODEL_INVALID", "preprocessor_config.json or open_clip_config.json", "has neither"),
    );
    const preprocess_cfg = { size: 32, mean: [0, 0, 0], std: [1, 1, 1], resize_mode: "squash" };
    const recipe = await read({ ...rest, "open_clip_config.json": { model_cfg: {}, preprocess_cfg } });
    expect(recipe).toMatchObject({ input: { size: 32 }, toldResizePolicy: "stretch" });
  });
});

describe("a name that leads out of the folder", () => {
  it.each(["../x", "onnx/../../x", "..\\x", ".."])("%s", async (file) => {
    await expect(read(patchEncoder, { file })).rejects.toMatchObject(
      failure("INVALID_REQUEST", "lies in it; received"),
    );
  });

  it("of a source that would take it", async () => {
    const folder = await newFolder(patchEncoder);
    const lenient = { ...folder, model: (asked: string) => folder.model(asked.replace("../", "")) };
    await expect(readHuggingFace(lenient, { file: "../onnx/model.onnx" })).rejects.toMatchObject(
      failure("INVALID_REQUEST"),
    );
  });

  it("an absolute one", async () => {
    const file = path.join(directory, "x.onnx");
    await expect(read(patchEncoder, { file })).rejects.toMatchObject(failure("INVALID_REQUEST"));
  });

  it("but links are followed, and names that come back", async () => {
    const folder = await newFolder(patchEncoder);
    const blob = path.join(directory, "blob");
    await writeFile(blob, encoderNetwork({ outputs: { last_hidden_state: "patches" } }));
    await symlink(blob, path.join(folder.name, "onnx/linked.onnx"));
    const { model } = await readHuggingFace(folder, { file: "other/../onnx/linked.onnx" });
    expect(model).toBe(path.join(folder.name, "onnx/linked.onnx"));
  });
});

describe("a file that its host forbids", () => {
  const forbidding = async (files: EncoderFiles, refuse: (name: string) => AppError | null) => {
    const folder = await newFolder(files);
    const through = (look: (name: string) => Promise<string | null>) => async (name: string) => {
      const refusal = refuse(name);
      if (refusal) throw refusal;
      return look(name);
    };
    return readHuggingFace({ ...folder, text: through(folder.text), model: through(folder.model) });
  };
  const forbidden = (name: string) => new AppError("FORBIDDEN", `forbidden: ${name}`);
  const unless = (needed: RegExp) => (name: string) => (needed.test(name) ? null : forbidden(name));

  it("may be missing where others do", async () => {
    const recipe = await forbidding(patchEncoder, unless(/^onnx\/model\.onnx$|^preprocessor/u));
    expect(recipe).toMatchObject({ licence: "not told by its source", title: expect.any(String) });
    const { "preprocessor_config.json": _, ...rest } = patchEncoder as Record<string, object>;
    const preprocess_cfg = { size: 32, mean: [0, 0, 0], std: [1, 1, 1], resize_mode: "squash" };
    const openClip = { ...rest, "open_clip_config.json": { preprocess_cfg } };
    const other = await forbidding(openClip, unless(/^onnx\/model\.onnx$|^open_clip/u));
    expect(other).toMatchObject({ input: { size: 32 } });
  });

  it("is told where none of its kind is found", async () => {
    await expect(forbidding(patchEncoder, unless(/json$/u))).rejects.toThrow(
      "forbidden: onnx/vision_model.onnx",
    );
    await expect(forbidding(patchEncoder, unless(/onnx$/u))).rejects.toThrow(
      "forbidden: preprocessor_config.json",
    );
  });

  it("is no card of the model either way, which may also be too large, but not out of reach", async () => {
    const card = (code: "INVALID_REQUEST" | "SOURCE_UNAVAILABLE") => (name: string) =>
      name === "README.md" ? new AppError(code, "no card") : null;
    expect(await forbidding(patchEncoder, card("INVALID_REQUEST"))).toMatchObject({
      licence: "not told by its source",
    });
    await expect(forbidding(patchEncoder, card("SOURCE_UNAVAILABLE"))).rejects.toThrow("no card");
  });
});

it("a model of another hash than the one it must have is not even looked into", async () => {
  const { name } = await newFolder(withModel(new TextEncoder().encode("no network")));
  const folder = localFolder(name, "0".repeat(64));
  await expect(readHuggingFace(folder)).rejects.toMatchObject(
    failure("MODEL_INVALID", `model.onnx is not the one asked for: expected sha256 ${"0".repeat(64)}`),
  );
});

describe("a JSON file that cannot be used", () => {
  it.each(["config.json", "preprocessor_config.json"])("%s that is not JSON", async (name) => {
    await expect(read({ ...patchEncoder, [name]: '{ "a": ' })).rejects.toMatchObject(
      failure("MODEL_INVALID", `${name} of`, "is not JSON"),
    );
  });

  it.each([
    ["config.json", { image_size: "224" }, "image_size"],
    ["config.json", [], "expected object"],
    ["preprocessor_config.json", { size: [32, 32] }, "a number, .shortest_edge."],
    ["preprocessor_config.json", { resample: 6 }, "resample"],
  ])("%s that tells %j", async (name, json, told) => {
    await expect(read({ ...patchEncoder, [name]: json })).rejects.toMatchObject(
      failure("MODEL_INVALID", `${name} of`, "cannot be used", told),
    );
  });
});

describe("an ONNX file that cannot be loaded", () => {
  const whole = encoderNetwork({ outputs: { last_hidden_state: "patches" } });

  it("as it is truncated", async () => {
    const files = withModel(whole.subarray(0, whole.length / 2));
    await expect(read(files)).rejects.toMatchObject(
      failure("MODEL_INVALID", "The model .*model.onnx cannot be loaded: [^/]+\\.$"),
    );
  });

  it("as it is something else", async () => {
    await expect(read(withModel(Buffer.from("<html>")))).rejects.toMatchObject(
      failure("MODEL_INVALID", "cannot be loaded: "),
    );
  });

  it("as it has an unknown operator", async () => {
    await expect(read(withModel(network("MadeUp")))).rejects.toMatchObject(
      failure("MODEL_INVALID", "cannot be loaded: ", "MadeUp", "\\.$"),
    );
  });

  it.each([false, true])("as its weights lie in another file (there: %s)", async (there) => {
    const model = onnx.ModelProto.decode(encoderNetwork({ outputs: { image_embeds: "embedding" } }));
    const { dims, name, dataType } = model.graph!.initializer![0]!;
    const externalData = [{ key: "location", value: "model.onnx_data" }];
    const { EXTERNAL } = onnx.TensorProto.DataLocation;
    model.graph!.initializer = [{ dims, name, dataType, externalData, dataLocation: EXTERNAL } as never];
    const files = {
      ...withModel(onnx.ModelProto.encode(model).finish()),
      ...(there && { "onnx/model.onnx_data": new Uint8Array(60) }),
    };
    await expect(read(files)).rejects.toMatchObject(
      failure("MODEL_INVALID", "keeps its weights in model.onnx_data, which is not supported"),
    );
  });
});

describe("a network that is no encoder of pictures", () => {
  it("but a whole of text and pictures", async () => {
    await expect(read(clipEncoder, { file: "onnx/model.onnx" })).rejects.toMatchObject(
      failure("MODEL_INVALID", "whole model of text and pictures", "input_ids", "onnx/vision_model.onnx"),
    );
  });

  it("but takes something else too", async () => {
    const model = encoderNetwork({ outputs: { image_embeds: "embedding" }, otherInputs: ["mask"] });
    await expect(read(withModel(model))).rejects.toMatchObject(
      failure("MODEL_INVALID", "it takes mask besides"),
    );
  });

  it.each([
    [{ input: "input_ids", shape: ["batch", "n"], type: "int64" }, "input_ids, int64 .batch, n."],
    [{ input: "pixels" }, "it takes pixels"],
    [{ type: "uint8" }, "pixel_values, uint8"],
    [{ shape: ["batch", 32, 32, 3] }, "pixel_values, float32 .batch, 32, 32, 3."],
    [{ shape: ["batch", "patches", 768] }, "pixel_values, float32 .batch, patches, 768."],
  ] satisfies [Parameters<typeof network>[1], string][])("but takes %j", async (input, told) => {
    await expect(read(withModel(network("Identity", input)))).rejects.toMatchObject(
      failure("MODEL_INVALID", "must take pixel_values", told),
    );
  });
});

describe("an output that cannot be taken", () => {
  it("as it was asked for and is not there", async () => {
    await expect(read(siglipEncoder, { output: "image_embeds" })).rejects.toMatchObject(
      failure("INVALID_REQUEST", 'no output "image_embeds"; it has last_hidden_state, pooler_output'),
    );
  });

  it("as there are several, none of a usual name", async () => {
    const model = encoderNetwork({ outputs: { a: "embedding", b: "patches" } });
    await expect(read(withModel(model))).rejects.toMatchObject(failure("MODEL_INVALID", "it has a, b"));
  });

  it("as it is not float32, or not of two to four dimensions", async () => {
    const of = (type: OnnxElementType, shape: string[], operator: string, attributes = {}) => {
      const graph = new OnnxGraph();
      graph.input("pixel_values", "float32", ["batch", 3, "h", "w"]);
      graph.node(operator, ["pixel_values"], "features", attributes);
      graph.output("features", type, shape);
      return withModel(graph.encode());
    };
    await expect(read(of("int64", ["n"], "Shape"))).rejects.toMatchObject(
      failure("MODEL_INVALID", "must be float32; received features, int64"),
    );
    const flat = of("float32", ["batch"], "ReduceMean", { axes: [1, 2, 3], keepdims: 0 });
    await expect(read(flat)).rejects.toMatchObject(
      failure("MODEL_INVALID", "two to four dimensions", "received features, float32 .batch."),
    );
  });
});
