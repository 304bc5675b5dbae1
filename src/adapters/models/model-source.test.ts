import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkSource, type ModelSource } from "./model-source.js";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "diptych-source-"));
  await writeFile(path.join(directory, "network.tflite"), "");
  await writeFile(path.join(directory, "weights.h5"), "");
});
afterAll(() => rm(directory, { recursive: true }));

const refusal = (source: ModelSource) =>
  checkSource(source).then(
    () => expect.unreachable("the source was taken"),
    (error) => error,
  );

describe("a source", () => {
  it.each<[Omit<ModelSource, "source"> & { source: string }, string]>([
    [
      { source: "vgg16-keras", weights: "w.h5", output: "x", pooling: { kind: "none" } },
      "--output and --pooling",
    ],
    [{ source: "network.tflite", file: "x.onnx" }, "--file"],
    [{ source: "network.tflite", resizePolicy: "as-told" }, "--resize"],
    [{ source: ".", weights: "w.h5" }, "--weights"],
  ])("is refused with options that could change nothing: %o", async (options, flags) => {
    const source = options.source.startsWith("vgg") ? options.source : path.join(directory, options.source);
    expect(await refusal({ ...options, source })).toMatchObject({
      code: "INVALID_REQUEST",
      message: expect.stringContaining(`there is nothing that ${flags} could choose`),
    });
  });

  it("that is none says what one is, and where Keras's weights go", async () => {
    expect(await refusal({ source: path.join(directory, "nowhere") })).toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringMatching(
        /There is no model source .*nowhere; name vgg16-keras, a \.tflite file/u,
      ),
    });
    expect(await refusal({ source: path.join(directory, "weights.h5") })).toMatchObject({
      message: expect.stringContaining("diptych models add vgg16-keras --weights FILE.h5"),
    });
    expect(await refusal({ source: "vgg16-keras" })).toMatchObject({ code: "INVALID_REQUEST" });
    expect(await refusal({ source: "vgg16-keras", weights: "none.h5" })).toMatchObject({ code: "NOT_FOUND" });
  });
});
