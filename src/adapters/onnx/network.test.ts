import { afterAll, beforeAll, expect, it } from "vitest";
import { convertNetwork, network as recipe } from "../../../models/inception-v3/network.js";
import { loadNetwork, type Network, withPooling } from "./network.js";

let converted: Uint8Array;
let pooledBehind: Network;

beforeAll(async () => {
  converted = await convertNetwork();
  pooledBehind = await loadNetwork(converted, recipe);
});
afterAll(() => pooledBehind.release());

it("pools within the network to the same bits as behind it", async () => {
  const pooledWithin = await loadNetwork(await withPooling(converted, recipe), recipe);
  expect(pooledWithin.lengths).toEqual(pooledBehind.lengths);
  const pixels = Uint8Array.from({ length: 2 * recipe.input.size ** 2 * 3 }, (_, i) => (i * 31) >> 3);
  const [within, behind] = await Promise.all(
    [pooledWithin, pooledBehind].map((network) => network.describe(pixels, 2)),
  );
  expect(within!.map(({ data, dims }) => ({ data, dims }))).toEqual(
    behind!.map(({ data, dims }) => ({ data, dims })),
  );
  await pooledWithin.release();
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
