import { Matrix } from "ml-matrix";

/** Designs that are compared with one another in one step of the training. */
export interface Batch {
  /** For each view the designs' embeddings, `[designs, inputDim]`; a missing view is a row of zeros. */
  readonly views: readonly Matrix[];
  /** For each view which designs have it. */
  readonly present: readonly (readonly boolean[])[];
  /** How similar two designs of the batch are, 0 to 1; null when that is open. */
  readonly similarity: (a: number, b: number) => number | null;
}

/**
 * By what cosines are divided: the smaller, the more the hardest designs count. 0.07 is the value of K. He and others,
 * "Momentum Contrast", CVPR 2020, and of most that came after.
 */
const TEMPERATURE = 0.07;

/**
 * The supervised contrastive loss (P. Khosla and others, NeurIPS 2020) of a shared linear projection, and its gradient: of
 * all designs that it is compared with, each should be closest to those it is similar to, in their mean cosine over the
 * views both have. Similarities below 1 count less.
 *
 * @param weights of the projection, `[dim, inputDim]`.
 * @returns the mean over the designs that are similar to one of the batch; 0 with a gradient of zeros when there is none.
 */
export function contrastiveLoss(weights: Matrix, batch: Batch): { loss: number; gradient: Matrix } {
  const views = batch.views.map((inputs, view) => {
    const outputs = inputs.mmul(weights.transpose());
    const lengths = outputs.to2DArray().map((row) => Math.sqrt(row.reduce((sum, x) => sum + x * x, 0)) || 1);
    return { inputs, lengths, units: outputs.divColumnVector(lengths), present: batch.present[view]! };
  });
  const size = batch.views[0]!.rows;
  const cosines = views.map(({ units }) => units.mmul(units.transpose()));
  const shared = (a: number, b: number) =>
    views.reduce((count, { present }) => count + (present[a] && present[b] ? 1 : 0), 0);

  let loss = 0;
  let anchors = 0;
  // How the loss changes with each pair's summed cosines.
  const slopes = Matrix.zeros(size, size);
  for (let anchor = 0; anchor < size; anchor++) {
    const others: { index: number; similarity: number; score: number; views: number }[] = [];
    for (let index = 0; index < size; index++) {
      const common = index === anchor ? 0 : shared(anchor, index);
      const similarity = common > 0 ? batch.similarity(anchor, index) : null;
      if (similarity === null) continue;
      const score = cosines.reduce((sum, own) => sum + own.get(anchor, index), 0) / common;
      others.push({ index, similarity, score, views: common });
    }
    const mass = others.reduce((sum, { similarity }) => sum + similarity, 0);
    if (mass === 0) continue;
    anchors += 1;
    const highest = Math.max(...others.map(({ score }) => score));
    const exponentials = others.map(({ score }) => Math.exp((score - highest) / TEMPERATURE));
    const sum = exponentials.reduce((total, value) => total + value, 0);
    for (const [i, { index, similarity, score, views: common }] of others.entries()) {
      const share = similarity / mass;
      loss -= share * ((score - highest) / TEMPERATURE - Math.log(sum));
      slopes.set(anchor, index, (exponentials[i]! / sum - share) / (TEMPERATURE * common));
    }
  }
  const gradient = Matrix.zeros(weights.rows, weights.columns);
  if (anchors === 0) return { loss: 0, gradient };

  const both = Matrix.add(slopes, slopes.transpose()).div(anchors);
  for (const { inputs, lengths, units } of views) {
    const byUnit = both.mmul(units);
    // The part along the unit vector is lost when it is scaled to length 1.
    const along = Matrix.mul(byUnit, units).sum("row");
    const byOutput = byUnit.sub(units.clone().mulColumnVector(along)).divColumnVector(lengths);
    gradient.add(byOutput.transpose().mmul(inputs));
  }
  return { loss: loss / anchors, gradient };
}
