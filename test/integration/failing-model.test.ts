import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OnnxGraph } from "../../src/adapters/models/onnx-graph.js";
import { drawingPng } from "../fixtures/drawings.js";
import { SMALL, writePack } from "../fixtures/small-packs.js";
import { createHttpWorld, file, form } from "./http-world.js";

const models = path.join(tmpdir(), `diptych-failing-model-packs-${randomUUID()}`);
beforeAll(async () => {
  const graph = new OnnxGraph();
  const shape = ["batch", 3, SMALL, SMALL];
  graph.input("input", "float32", shape);
  const zero = graph.node("Sub", ["input", "input"], "zero");
  graph.node("Log", [zero], "features");
  graph.output("features", "float32", shape);
  await writePack(path.join(models, "small"), graph.encode(), { id: "small" });
});
afterAll(() => rm(models, { recursive: true }));

const world = createHttpWorld("failing-model", { models, model: "small" });
const reason =
  "The model small makes embeddings of numbers that are not finite; use another, or the same in full precision.";

describe("a model that makes no embeddings", () => {
  test("is told of to who searches and to the keeper, who alone can mend it", async () => {
    const front = file("front.png", await drawingPng(1, "front"));
    const { status, body } = await world.post("/api/v1/searches", form({ front }));
    expect([status, body]).toMatchObject([500, { code: "MODEL_INVALID", detail: reason }]);
    expect(world.takeDefects().map(({ message }) => message)).toEqual([reason]);
  });

  test("is told of in each row of an import, and to the keeper once", async () => {
    const names = ["A", "B", "C"];
    const pictures = await Promise.all(
      names.map(async (name, i) => [`${name}_front.png`, await drawingPng(i, "front")] as const),
    );
    const { errors } = await world.import(Object.fromEntries(pictures));
    expect(errors).toMatchObject(names.map((id) => ({ id, code: "MODEL_INVALID", reason })));
    expect(world.takeDefects().map(({ message }) => message)).toEqual([reason]);
  });
});
