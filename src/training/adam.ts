import { Matrix } from "ml-matrix";

const MEAN_DECAY = 0.9;
const SQUARE_DECAY = 0.999;
const EPSILON = 1e-8;

/**
 * Gradient descent with steps of a size of their own for each weight: Adam (D. P. Kingma and J. Ba, ICLR 2015) with that
 * paper's constants. Changes `weights` in place with every step.
 */
export function createAdam(weights: Matrix, learningRate: number): (gradient: Matrix) => void {
  const mean = Matrix.zeros(weights.rows, weights.columns);
  const square = Matrix.zeros(weights.rows, weights.columns);
  let steps = 0;
  return (gradient) => {
    steps += 1;
    mean.mul(MEAN_DECAY).add(Matrix.mul(gradient, 1 - MEAN_DECAY));
    square.mul(SQUARE_DECAY).add(Matrix.mul(gradient, gradient).mul(1 - SQUARE_DECAY));
    const rate = learningRate / (1 - MEAN_DECAY ** steps);
    const spread = Matrix.sqrt(Matrix.div(square, 1 - SQUARE_DECAY ** steps)).add(EPSILON);
    weights.sub(Matrix.div(mean, spread).mul(rate));
  };
}
