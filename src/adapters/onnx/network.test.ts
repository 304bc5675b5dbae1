import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { convertNetwork, network as recipe } from "../../../models/inception-v3/network.js";
import { OnnxGraph } from "../models/onnx-graph.js";
import { loadNetwork, type Network, withPooling } from "./network.js";
import { pooledName } from "./pooling.js";
import { InferenceSession } from "./runtime.js";

let converted: Uint8Array;
let pooledBehind: Network;

beforeAll(async () => {
  converted = await convertNetwork();
  pooledBehind = await loadNetwork(converted, recipe);
});
afterAll(() => pooledBehind.release());

const pixels = Uint8Array.from({ length: 2 * recipe.input.size ** 2 * 3 }, (_, i) => (i * 31) >> 3);
const described = async (network: Network) =>
  (await network.describe(pixels, 2)).map(({ data, dims }) => ({ data, dims }));

describe("a network with its pooling behind it", () => {
  let model: Uint8Array;
  beforeAll(async () => {
    model = await withPooling(converted, recipe);
  });

  it("gives out what is pooled, beside what it gave out before", async () => {
    const [before, after] = await Promise.all(
      [converted, model].map((bytes) => InferenceSession.create(bytes)),
    );
    expect(after!.outputNames).toEqual([...before!.outputNames, ...recipe.outputs.map(pooledName)]);
    await Promise.all([before!.release(), after!.release()]);
  });

  it("describes pictures to the same bits", async () => {
    const pooledWithin = await loadNetwork(model, recipe);
    expect(pooledWithin.lengths).toEqual(pooledBehind.lengths);
    expect(await described(pooledWithin)).toEqual(await described(pooledBehind));
    await pooledWithin.release();
  });

  it("is pooled as it is told, where that is another pooling than its own", async () => {
    const outputs = recipe.outputs.map(({ name }) => ({
      name,
      pooling: { kind: "average" as const, grid: 1 },
    }));
    const networks = await Promise.all(
      [model, converted].map((bytes) => loadNetwork(bytes, { ...recipe, outputs })),
    );
    const [within, behind] = await Promise.all(networks.map(described));
    expect(networks[0]!.lengths).toEqual([768, 768, 1280, 2048]);
    expect(within).toEqual(behind);
    for (const network of networks) await network.release();
  });

  it("is taken at its word, but for vectors that are none", async () => {
    const graph = new OnnxGraph();
    graph.input("input", "uint8", ["batch", 16, 16, 3]);
    graph.node("Cast", ["input"], "maps", { to: 1 });
    graph.output("maps", "float32", ["batch", 16, 16, 3]);
    const output = { name: "maps", pooling: { kind: "average" as const, grid: 1 } };
    graph.node("Identity", ["maps"], pooledName(output));
    graph.output(pooledName(output), "float32", ["batch", 16, 16, 3]);
    const told = { input: { ...recipe.input, size: 16 }, outputs: [output] };
    await expect(loadNetwork(graph.encode(), told)).rejects.toThrow(
      'its output "maps" is pooled to float32 [1, 16, 16, 3], not to float32 [batch, length].',
    );
  });
});

it("refuses an output that the network lacks, and a pooling that it does not take", async () => {
  const vectorsOf = (name: string) => ({
    ...recipe,
    outputs: [{ name, pooling: { kind: "none" as const } }],
  });
  const missing = vectorsOf("logits");
  await expect(withPooling(converted, missing)).rejects.toThrow('it has no output named "logits".');
  await expect(loadNetwork(converted, missing)).rejects.toThrow('it has no output named "logits".');
  const vectors = vectorsOf(recipe.outputs[0]!.name);
  await expect(withPooling(converted, vectors)).rejects.toThrow("is not float32 [batch, length].");
});
