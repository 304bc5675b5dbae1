import { describe, expect, it } from "vitest";
import type { PackOutput } from "../models/manifest.js";
import { type OutputShape, pooledName, poolingGraph } from "./pooling.js";
import { InferenceSession, Tensor } from "./runtime.js";

/** What a network gives out for some pictures. */
interface Output {
  /** `[batch, ...shape]` */
  readonly data: readonly number[];
  readonly shape: OutputShape;
}

/** 3 x 3 with the channels 1..9 and 10, 20..90. */
const map: Output = {
  data: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 30, 40, 50, 60, 70, 80, 90],
  shape: [2, 3, 3],
};

/** The pooled vectors of the batch behind one another. */
async function pool({ data, shape }: Output, pooling: PackOutput["pooling"]): Promise<number[]> {
  const output = { name: "map", pooling };
  const session = await InferenceSession.create(poolingGraph([output], [shape]).encode());
  const batch = data.length / shape.reduce((product, size) => product * size, 1);
  const tensor = new Tensor("float32", Float32Array.from(data), [batch, ...shape]);
  const pooled = (await session.run({ map: tensor }))[pooledName(output)]!;
  expect(pooled.dims).toEqual([batch, pooled.size / batch]);
  return [...(pooled.data as Float32Array)];
}

const single = (height: number, width: number, data: readonly number[]): Output => ({
  data,
  shape: [1, height, width],
});

describe("average on a grid", () => {
  it.each<[string, Output, number, number[]]>([
    ["of one cell is the mean of each channel", map, 1, [5, 50]],
    [
      "of as many cells as places is the map, channels last",
      map,
      3,
      [1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60, 7, 70, 8, 80, 9, 90],
    ],
    // Cells of 2 x 2: [1 2 4 5], [2 3 5 6], [4 5 7 8], [5 6 8 9].
    [
      "that does not divide the size lets neighbours share a row and a column",
      map,
      2,
      [3, 30, 4, 40, 6, 60, 7, 70],
    ],
    // Columns of four cells: the first, the first, the second, the second; of three: the middle one shares both.
    [
      "finer than the map repeats places",
      single(1, 2, [1, 3]),
      4,
      [1, 1, 3, 3, 1, 1, 3, 3, 1, 1, 3, 3, 1, 1, 3, 3],
    ],
    ["a little finer than the map shares places", single(1, 2, [1, 3]), 3, [1, 2, 3, 1, 2, 3, 1, 2, 3]],
    ["tells height from width", single(2, 4, [1, 2, 3, 4, 5, 6, 7, 8]), 2, [1.5, 3.5, 5.5, 7.5]],
    ["keeps the pictures of a batch apart", single(1, 2, [1, 3, 10, 30]), 1, [2, 20]],
  ])("%s", async (_, from, grid, expected) => {
    const pooled = await pool(from, { kind: "average", grid });
    expect(pooled).toHaveLength(expected.length);
    for (const [i, value] of pooled.entries()) expect(value).toBeCloseTo(expected[i]!, 5);
  });
});

describe("generalised mean", () => {
  const gem = (from: Output, power: number) => pool(from, { kind: "gem", power });

  it("of power 1 is the mean, and grows towards the maximum", async () => {
    expect(await gem(map, 1)).toEqual([5, 50]);
    const powers = await Promise.all([1, 2, 3, 6, 10].map(async (power) => (await gem(map, power))[0]!));
    expect(powers).toEqual(powers.toSorted((a, b) => a - b));
    expect(powers.every((value) => value < 9)).toBe(true);
  });

  it("of power 3 is the cube root of the mean cube", async () => {
    const row: Output = { data: [0, 0, 0, 2, 1, 1, 1, 1], shape: [2, 1, 4] };
    const [first, second] = await gem(row, 3);
    expect(first).toBeCloseTo(2 ** (1 / 3), 6);
    expect(second).toBeCloseTo(1, 6);
  });

  it("counts what is below zero as zero", async () => {
    const row: Output = { data: [-5, 3, -1, -1], shape: [2, 1, 2] };
    const [first, second] = await gem(row, 2);
    expect(first).toBeCloseTo(Math.sqrt(4.5), 6);
    expect(second).toBe(0);
  });
});

describe("what is not averaged over a plane", () => {
  it.each<[string, Output, PackOutput["pooling"]["kind"] & string, number[]]>([
    [
      "flattens as Keras does: rows, columns, channels",
      { data: [1, 2, 3, 4, 10, 20, 30, 40, 5, 6, 7, 8, 50, 60, 70, 80], shape: [2, 2, 2] },
      "flatten",
      [1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60, 7, 70, 8, 80],
    ],
    ["takes vectors as they are", { data: [1, 2, 3, 4, 5, 6], shape: [3] }, "none", [1, 2, 3, 4, 5, 6]],
    [
      "takes the first of the tokens",
      { data: [1, 2, 3, 4, 5, 6, 7, 8], shape: [2, 2] },
      "first-token",
      [1, 2, 5, 6],
    ],
    [
      "takes the mean of the tokens",
      { data: [1, 2, 3, 4, 5, 6, 7, 8], shape: [2, 2] },
      "mean-of-tokens",
      [2, 3, 6, 7],
    ],
  ])("%s", async (_, output, kind, expected) => {
    expect(await pool(output, { kind } as PackOutput["pooling"])).toEqual(expected);
  });

  it.each<[PackOutput["pooling"], OutputShape, string]>([
    [{ kind: "flatten" }, [5], "[batch, channels, height, width]"],
    [{ kind: "average", grid: 1 }, [5, 2], "[batch, channels, height, width]"],
    [{ kind: "none" }, [5, 2], "[batch, length]"],
    [{ kind: "first-token" }, [5], "[batch, tokens, length]"],
    [{ kind: "mean-of-tokens" }, [5, 2, 2], "[batch, tokens, length]"],
  ])("refuses outputs of another shape: %o of %o", (pooling, shape, expected) => {
    expect(() => poolingGraph([{ name: "map", pooling }], [shape])).toThrow(
      `its output "map" is not float32 ${expected}.`,
    );
  });
});
