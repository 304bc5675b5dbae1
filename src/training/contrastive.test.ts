import { Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { createRandom } from "../core/random.js";
import { type Batch, contrastiveLoss } from "./contrastive.js";

const random = createRandom(11);
const matrix = (rows: number, columns: number) =>
  new Matrix(Array.from({ length: rows }, () => Array.from({ length: columns }, () => random() - 0.5)));

/** Six designs: two pairs that are alike, one design that is half like another, one that is open; some lack a view. */
const views = [matrix(6, 5), matrix(6, 5)];
const present = [
  [true, true, true, false, true, true],
  [true, false, true, true, true, true],
];
present.forEach((own, view) => {
  own.forEach((has, row) => {
    if (!has) views[view]!.setRow(row, [0, 0, 0, 0, 0]);
  });
});
const similarities = new Map([
  ["0 1", 1],
  ["2 3", 1],
  ["0 4", 0.5],
]);
const batch: Batch = {
  views,
  present,
  similarity(a, b) {
    if (a === 5 || b === 5) return null;
    return similarities.get(`${Math.min(a, b)} ${Math.max(a, b)}`) ?? 0;
  },
};
const weights = matrix(3, 5);

describe("the contrastive loss", () => {
  it("has the gradient that small changes show", () => {
    const { gradient } = contrastiveLoss(weights, batch);
    const step = 1e-5;
    for (let row = 0; row < weights.rows; row++) {
      for (let column = 0; column < weights.columns; column++) {
        const moved = (by: number) => {
          const other = weights.clone();
          other.set(row, column, weights.get(row, column) + by);
          return contrastiveLoss(other, batch).loss;
        };
        expect(gradient.get(row, column)).toBeCloseTo((moved(step) - moved(-step)) / (2 * step), 5);
      }
    }
  });

  it("is that of its definition", () => {
    // Two views of one design each way: of three designs 0 is like 1; cosines 1, 0 and 0.
    const identity = Matrix.eye(2);
    const one = new Matrix([
      [1, 0],
      [1, 0],
      [0, 1],
    ]);
    const all = [true, true, true];
    const similarity = (a: number, b: number) => (a + b === 1 ? 1 : 0);
    const { loss } = contrastiveLoss(identity, { views: [one], present: [all], similarity });
    expect(loss).toBeCloseTo(-Math.log(Math.exp(1 / 0.07) / (Math.exp(1 / 0.07) + 1)), 12);
  });

  it("does not see designs of which the labels say nothing", () => {
    const five = batch.views.map((own) => own.subMatrix(0, 4, 0, 4));
    const less = contrastiveLoss(weights, { ...batch, views: five });
    expect(less.loss).toBeCloseTo(contrastiveLoss(weights, batch).loss, 12);
  });

  it("is 0 where nothing is similar", () => {
    const { loss, gradient } = contrastiveLoss(weights, { ...batch, similarity: () => 0 });
    expect(loss).toBe(0);
    expect(gradient.norm()).toBe(0);
  });
});
