import { Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { innerProduct, normalizeL2 } from "../src/core/embedding.js";
import { RandomNumbers } from "../test/fixtures/random-numbers.js";
import { transformBy } from "./features.js";
import {
  arrangementGraph,
  cellsOf,
  type Layer,
  projectionGraph,
  reductionGraph,
} from "./projection-graph.js";

const random = new RandomNumbers(7);
const matrixOf = (rows: number, columns: number) =>
  Matrix.from1DArray(rows, columns, random.reals(rows * columns));

const layers: Layer[] = [
  { output: "plain", grid: 1, channels: 3 },
  { output: "planar", grid: 3, channels: 2 },
];
const reductions = [
  { mean: Float64Array.of(0.1, 0.2, 0.3), directions: matrixOf(3, 2) },
  { mean: Float64Array.of(0.1, 0), directions: matrixOf(2, 1) },
];
const aspects = [
  {
    name: "overall",
    outputs: ["plain", "planar"],
    directions: matrixOf(8, 4),
    offset: Float64Array.from(random.reals(4)),
  },
  {
    name: "shape",
    outputs: ["planar"],
    directions: matrixOf(6, 2),
    offset: Float64Array.from(random.reals(2)),
  },
];
const plain = Float32Array.of(3, 0, 4);
/** Cells row by row, two channels each; the second row tells left from right. */
const planar = Float32Array.of(1, 2, 3, 4, 5, 6, 9, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1);
const mirrored = Float32Array.from(
  [0, 1, 2].flatMap((row) =>
    [2, 1, 0].flatMap((column) => {
      const cell = 2 * (3 * row + column);
      return [planar[cell]!, planar[cell + 1]!];
    }),
  ),
);

/** Each column averaged with the one opposite, the left half kept: what the graph must make of `planar` before its length. */
const folded = normalizeL2(Float32Array.of(6, 8, 6, 8, 9, 1, 0, 0, 2, 2, 2, 2));

function reducedBy({ mean, directions }: (typeof reductions)[number], arranged: Float32Array): number[] {
  const channels = mean.length;
  return Array.from({ length: arranged.length / channels }, (_, cell) => {
    const centred = [...mean].map((value, channel) => arranged[cell * channels + channel]! - value);
    return Matrix.rowVector(centred).mmul(directions).getRow(0);
  }).flat();
}

describe("the graphs", () => {
  it("fold layers onto their mirror images and give them the length 1", async () => {
    expect(layers.map(cellsOf)).toEqual([1, 6]);
    const arrange = await transformBy(arrangementGraph(layers));
    const [first, second] = (await arrange([plain, planar])) as [Float32Array, Float32Array];
    for (const [i, value] of [0.6, 0, 0.8].entries()) expect(first[i]).toBeCloseTo(value, 6);
    for (const [i, value] of folded.entries()) expect(second[i]).toBeCloseTo(value, 6);
  });

  it("reduce every cell with the same matrix", async () => {
    const shapes = layers.map((layer) => [cellsOf(layer), layer.channels]);
    const reduce = await transformBy(reductionGraph(layers, reductions), shapes);
    const [, second] = (await reduce([Float32Array.of(0.6, 0, 0.8), folded])) as [Float32Array, Float32Array];
    for (const [i, value] of reducedBy(reductions[1]!, folded).entries())
      expect(second[i]).toBeCloseTo(value, 2);
  });

  it("project to aspects of one length each, as the plain arithmetic does but for the 8 bits of the matrices", async () => {
    const project = await transformBy(projectionGraph(layers, reductions, aspects));
    const [embedding, joined] = (await project([plain, planar])) as [Float32Array, Float32Array];
    const reduced = [
      reducedBy(reductions[0]!, Float32Array.of(0.6, 0, 0.8)),
      reducedBy(reductions[1]!, folded),
    ];
    const parts = [reduced.flat(), reduced[1]!].map((joined, i) => {
      const { directions, offset } = aspects[i]!;
      const moved = Matrix.rowVector(joined)
        .mmul(directions)
        .add(Matrix.rowVector([...offset]));
      return normalizeL2(Float32Array.from(moved.getRow(0)));
    });
    for (const [i, value] of reduced.flat().entries()) expect(joined[i]).toBeCloseTo(value, 2);
    expect(embedding).toHaveLength(6);
    expect(innerProduct(embedding, embedding)).toBeCloseTo(1, 6);
    const [overall, shape] = [embedding.slice(0, 4), embedding.slice(4)] as const;
    expect(innerProduct(overall, overall)).toBeCloseTo(0.5, 6);
    expect(innerProduct(overall, parts[0]!) * Math.SQRT2).toBeGreaterThan(0.999);
    expect(innerProduct(shape, parts[1]!) * Math.SQRT2).toBeGreaterThan(0.999);
  });

  it("see a picture and its mirror image alike", async () => {
    const project = await transformBy(projectionGraph(layers, reductions, aspects));
    const [one] = (await project([plain, planar])) as [Float32Array];
    const [other] = (await project([plain, mirrored])) as [Float32Array];
    for (const [i, value] of one.entries()) expect(other[i]).toBeCloseTo(value, 6);
  });

  it("make zeros of a layer that is zero everywhere, not numbers that are none", async () => {
    const project = await transformBy(projectionGraph(layers, reductions, aspects));
    const [embedding] = (await project([new Float32Array(3), new Float32Array(18)])) as [Float32Array];
    expect(embedding.every(Number.isFinite)).toBe(true);
  });
});
