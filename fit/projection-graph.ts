import type { Matrix } from "ml-matrix";
import { OnnxGraph } from "../src/adapters/models/onnx-graph.js";

/** An output of the network, pooled: over the whole plane (`grid` 1) or averaged on a `grid` x `grid` division of it. */
export interface Layer {
  readonly output: string;
  readonly grid: number;
  readonly channels: number;
}

/** The channels of a layer reduced to fewer dimensions, with the same matrix in every cell: `(x - mean) * directions`. */
export interface Reduction {
  readonly mean: Float64Array;
  /** `[channels, dim]` */
  readonly directions: Matrix;
}

/** How an aspect is made of reduced layers: `normalise([layer; layer; ...] * directions + offset)`. */
export interface AspectProjection {
  readonly name: string;
  /** Outputs of the network, in the order in which their reductions stand behind one another. */
  readonly outputs: readonly string[];
  /** `[sum of the layers' cells * dim, dim of the aspect]` */
  readonly directions: Matrix;
  readonly offset: Float64Array;
}

/** A layer and its picture mirrored look the same: columns of cells are averaged with those on the other side. */
export const cellsOf = ({ grid }: Layer): number => grid * Math.ceil(grid / 2);

/** Gives out each pooled layer mirrored onto itself and L2-normalised: `[batch, cells, channels]`, named as it was. */
export function arrangementGraph(layers: readonly Layer[]): Uint8Array {
  const graph = new OnnxGraph();
  for (const layer of layers) {
    declareInput(graph, layer);
    const name = `${layer.output}:arranged`;
    arrange(graph, layer);
    graph.output(name, "float32", ["batch", cellsOf(layer), layer.channels]);
  }
  return graph.encode();
}

/** Takes layers as {@link arrangementGraph} gives them out and reduces them: `[batch, cells * dim]`. */
export function reductionGraph(layers: readonly Layer[], reductions: readonly Reduction[]): Uint8Array {
  const graph = new OnnxGraph();
  for (const [i, layer] of layers.entries()) {
    const name = `${layer.output}:arranged`;
    graph.input(name, "float32", ["batch", cellsOf(layer), layer.channels]);
    const reduced = reduce(graph, layer, reductions[i]!);
    graph.output(reduced, "float32", ["batch", cellsOf(layer) * reductions[i]!.directions.columns]);
  }
  return graph.encode();
}

/**
 * The whole projection: gives out `embedding`, `[batch, sum of the aspects' dims]`, every aspect of the length 1 / sqrt(number
 * of aspects); and, to measure what comes before it, `reduced`: all reduced layers behind one another.
 */
export function projectionGraph(
  layers: readonly Layer[],
  reductions: readonly Reduction[],
  aspects: readonly AspectProjection[],
): Uint8Array {
  const graph = new OnnxGraph();
  for (const [i, layer] of layers.entries()) {
    declareInput(graph, layer);
    arrange(graph, layer);
    reduce(graph, layer, reductions[i]!);
  }
  const parts = aspects.map(({ name, outputs, directions, offset }) => {
    const reduced = outputs.map((output) => `${output}:reduced`);
    const joined =
      reduced.length > 1 ? graph.node("Concat", reduced, `${name}:joined`, { axis: 1 }) : reduced[0]!;
    const product = graph.node(
      "MatMul",
      [joined, matrix(graph, `${name}:directions`, directions)],
      `${name}:product`,
    );
    const moved = graph.node("Add", [product, graph.floats(`${name}:offset`, [...offset])], `${name}:moved`);
    return normalise(graph, moved, name, [1]);
  });
  const joined = graph.node("Concat", parts, "aspects", { axis: 1 });
  const length = graph.floats("length", [1 / Math.sqrt(aspects.length)], []);
  graph.node("Mul", [joined, length], "embedding");
  graph.output("embedding", "float32", [
    "batch",
    aspects.reduce((sum, { offset }) => sum + offset.length, 0),
  ]);
  const reduced = layers.map(({ output }) => `${output}:reduced`);
  graph.node("Concat", reduced, "reduced", { axis: 1 });
  graph.output("reduced", "float32", [
    "batch",
    layers.reduce((sum, layer, i) => sum + cellsOf(layer) * reductions[i]!.directions.columns, 0),
  ]);
  return graph.encode();
}

function declareInput(graph: OnnxGraph, { output, grid, channels }: Layer): void {
  graph.input(output, "float32", ["batch", grid * grid * channels]);
}

function arrange(graph: OnnxGraph, layer: Layer): void {
  const { output, grid, channels } = layer;
  const shape = graph.int64s(`${output}:plane`, [-1, grid, grid, channels]);
  const plane = graph.node("Reshape", [output, shape], `${output}:planed`);
  const columns = Array.from({ length: Math.ceil(grid / 2) }, (_, column) => column);
  const left = graph.node("Gather", [plane, graph.int64s(`${output}:left`, columns)], `${output}:left-half`, {
    axis: 2,
  });
  const opposite = graph.int64s(
    `${output}:right`,
    columns.map((column) => grid - 1 - column),
  );
  const right = graph.node("Gather", [plane, opposite], `${output}:right-half`, { axis: 2 });
  const folded = graph.node("Add", [left, right], `${output}:folded`);
  const unit = normalise(graph, folded, `${output}:unit`, [1, 2, 3]);
  const cells = graph.int64s(`${output}:cells`, [-1, cellsOf(layer), channels]);
  graph.node("Reshape", [unit, cells], `${output}:arranged`);
}

/** Of the arranged layer. */
function reduce(graph: OnnxGraph, layer: Layer, { mean, directions }: Reduction): string {
  const { output } = layer;
  const centred = graph.node(
    "Sub",
    [`${output}:arranged`, graph.floats(`${output}:mean`, [...mean])],
    `${output}:centred`,
  );
  const reduced = graph.node(
    "MatMul",
    [centred, matrix(graph, `${output}:directions`, directions)],
    `${output}:cellwise`,
  );
  const shape = graph.int64s(`${output}:flat`, [-1, cellsOf(layer) * directions.columns]);
  return graph.node("Reshape", [reduced, shape], `${output}:reduced`);
}

function normalise(graph: OnnxGraph, value: string, output: string, axes: readonly number[]): string {
  const length = graph.node("ReduceL2", [value], `${output}:length`, { axes, keepdims: 1 });
  // A vector of zeros stays one.
  const least = graph.floats(`${output}:least`, [1e-12], []);
  const divisor = graph.node("Max", [length, least], `${output}:divisor`);
  return graph.node("Div", [value, divisor], output);
}

/** A matrix stored in 8 bits, each column with a scale of its own: a quarter of the size, the error below a hundredth. */
function matrix(graph: OnnxGraph, name: string, values: Matrix): string {
  const { rows, columns } = values;
  const scales = Array.from({ length: columns }, (_, column) => {
    const largest = values.getColumn(column).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return Math.fround(largest / 127 || 1);
  });
  const stored = Int8Array.from({ length: rows * columns }, (_, i) => {
    const column = i % columns;
    return Math.round(values.get((i - column) / columns, column) / scales[column]!);
  });
  const parameters = [
    graph.constant(`${name}:stored`, "int8", [rows, columns], new Uint8Array(stored.buffer)),
    graph.floats(`${name}:scale`, scales),
    graph.constant(`${name}:zeroPoint`, "int8", [columns], new Uint8Array(columns)),
  ];
  return graph.node("DequantizeLinear", parameters, name, { axis: 1 });
}
