import { AppError } from "../../../errors.js";
import type { Conversion } from "./conversion.js";
import { onnxAxis, permute } from "./layout.js";
import type { TfliteOperator } from "./model.js";
import { type SlidingWindow, slidingWindow } from "./window.js";

/** Adds one TFLite operator to the graph. Field numbers are those of its options table in the schema. */
type OperatorConverter = (operator: TfliteOperator, conversion: Conversion) => void;

/** The operators that can be converted, by their name in the schema. */
export const operatorConverters: Readonly<Record<string, OperatorConverter>> = {
  CONV_2D: convertConvolution,
  DEPTHWISE_CONV_2D: convertDepthwiseConvolution,
  AVERAGE_POOL_2D: convertAveragePooling,
  MAX_POOL_2D: convertMaximumPooling,
  CONCATENATION: convertConcatenation,
  ADD: convertAddition,
  MEAN: convertMean,
  RESHAPE: convertReshape,
  FULLY_CONNECTED: convertFullyConnected,
  SOFTMAX: convertSoftmax,
  QUANTIZE: convertRequantization,
  DEQUANTIZE: convertRequantization,
};

/**
 * Weights [output channels, height, width, input channels]; ONNX wants the channels before height and width. A picture with
 * more channels than the weights see is taken in groups.
 */
function convertConvolution(operator: TfliteOperator, conversion: Conversion): void {
  const { graph } = conversion;
  const { inputs, outputs, options } = operator;
  const shape = conversion.shape4d(inputs[1]);
  const [outputChannels, height, width, inputChannels] = shape;
  const weights = conversion.convolutionWeights(
    inputs.slice(1),
    [outputChannels, inputChannels, height, width],
    (elements) => permute(elements, shape, [0, 3, 1, 2]),
  );
  const { kernel_shape, strides, dilations, pads } = windowOf(operator, conversion);
  const result = graph.node(
    "Conv",
    [conversion.value(inputs[0]), ...weights],
    `${conversion.tensor(outputs[0]).name}:result`,
    { kernel_shape, strides, dilations, pads, group: conversion.shape4d(inputs[0])[3] / inputChannels },
  );
  conversion.finish(outputs[0], result, options?.int8(3));
}

/** Weights [1, height, width, channels]: every output channel looks at one input channel. */
function convertDepthwiseConvolution(operator: TfliteOperator, conversion: Conversion): void {
  const { inputs, outputs, options } = operator;
  const shape = conversion.shape4d(inputs[1]);
  const [, height, width, channels] = shape;
  const weights = conversion.convolutionWeights(inputs.slice(1), [channels, 1, height, width], (elements) =>
    permute(elements, shape, [3, 0, 1, 2]),
  );
  const { kernel_shape, strides, dilations, pads } = windowOf(operator, conversion);
  const result = conversion.graph.node(
    "Conv",
    [conversion.value(inputs[0]), ...weights],
    `${conversion.tensor(outputs[0]).name}:result`,
    { kernel_shape, strides, dilations, pads, group: conversion.shape4d(inputs[0])[3] },
  );
  conversion.finish(outputs[0], result, options?.int8(4));
}

function convertMaximumPooling(operator: TfliteOperator, conversion: Conversion): void {
  const { inputs, outputs, options } = operator;
  const { kernel_shape, strides, pads } = windowOf(operator, conversion);
  const result = `${conversion.tensor(outputs[0]).name}:result`;
  conversion.graph.node("MaxPool", [conversion.value(inputs[0])], result, { kernel_shape, strides, pads });
  conversion.finish(outputs[0], result, options?.int8(5));
}

/**
 * What of a window lies outside the picture does not count. Where some does, zeros are averaged in and scaled out again:
 * onnxruntime's 8-bit kernel for windows that leave it out took a seventh of Inception V3's time, float32 next to nothing.
 */
function convertAveragePooling(operator: TfliteOperator, conversion: Conversion): void {
  const { graph } = conversion;
  const { inputs, outputs, options } = operator;
  const { name } = conversion.tensor(outputs[0]);
  const window = windowOf(operator, conversion);
  const { kernel_shape, strides, pads, outputSize } = window;
  let result = `${name}:result`;
  const attributes = { kernel_shape, strides, pads, count_include_pad: 1 };
  graph.node("AveragePool", [conversion.value(inputs[0])], result, attributes);
  if (pads.some((pad) => pad > 0)) {
    const [, height, width] = conversion.shape4d(inputs[0]);
    const rows = insideCounts(window, 0, height);
    const columns = insideCounts(window, 1, width);
    const area = kernel_shape[0] * kernel_shape[1];
    const factors = rows.flatMap((row) => columns.map((column) => area / (row * column)));
    const scale = graph.floats(`${name}:scale-out`, factors, [1, 1, ...outputSize]);
    result = graph.node("Mul", [result, scale], `${name}:scaled`);
  }
  conversion.finish(outputs[0], result, options?.int8(5));
}

/** How many places of each window along an axis lie inside the picture. */
function insideCounts(
  { kernel_shape, strides, pads, outputSize }: SlidingWindow,
  axis: 0 | 1,
  size: number,
): number[] {
  return Array.from({ length: outputSize[axis] }, (_, i) => {
    const start = i * strides[axis] - pads[axis];
    return Math.min(size, start + kernel_shape[axis]) - Math.max(0, start);
  });
}

/** Of an operator that slides one. */
function windowOf(operator: TfliteOperator, conversion: Conversion): SlidingWindow {
  return slidingWindow(operator, (index) => conversion.shape4d(index))!;
}

function convertConcatenation({ inputs, outputs, options }: TfliteOperator, conversion: Conversion): void {
  const { name, shape } = conversion.tensor(outputs[0]);
  const values = inputs.map((input) => conversion.value(input));
  const axis = onnxAxis(options?.int32(0) ?? 0, shape.length);
  const result = conversion.graph.node("Concat", values, `${name}:result`, { axis });
  conversion.finish(outputs[0], result, options?.int8(1));
}

/** A constant with fewer dimensions is broadcast along TFLite's last ones, which in ONNX are others. */
function convertAddition({ inputs, outputs, options }: TfliteOperator, conversion: Conversion): void {
  const { name, shape } = conversion.tensor(outputs[0]);
  for (const input of inputs) {
    const operand = conversion.tensor(input);
    if (!operand.data && operand.shape.length !== shape.length) {
      throw new AppError(
        "MODEL_INVALID",
        `The TFLite operator ADD is supported on computed values of as many dimensions as the sum; "${operand.name}" has the shape [${operand.shape}], "${name}" [${shape}].`,
      );
    }
  }
  const values = inputs.map((input) => conversion.value(input, shape.length));
  const result = conversion.graph.node("Add", values, `${name}:result`);
  conversion.finish(outputs[0], result, options?.int8(0));
}

/** Over height and width alone, which leaves what remains in the order that TFLite gives it. */
function convertMean({ inputs, outputs }: TfliteOperator, conversion: Conversion): void {
  const { shape } = conversion.tensor(inputs[0]);
  const { name, shape: outputShape } = conversion.tensor(outputs[0]);
  const axes = conversion.int32s(inputs[1]).map((axis) => onnxAxis(axis, shape.length));
  if (shape.length !== 4 || axes.toSorted().join() !== "2,3") {
    throw new AppError(
      "MODEL_INVALID",
      `The TFLite operator MEAN is supported over height and width; "${name}" asks for other axes.`,
    );
  }
  const result = conversion.graph.node("ReduceMean", [conversion.value(inputs[0])], `${name}:result`, {
    axes,
    keepdims: outputShape.length === 4 ? 1 : 0,
  });
  conversion.finish(outputs[0], result);
}

/** The elements keep TFLite's order, so a picture goes back to channels last before its shape changes, and forth after. */
function convertReshape({ inputs, outputs }: TfliteOperator, conversion: Conversion): void {
  const { graph } = conversion;
  const { name, shape } = conversion.tensor(outputs[0]);
  const flat = channelsLast(inputs[0], conversion, `${name}:nhwc`);
  const dims = graph.int64s(`${name}:shape`, [-1, ...shape.slice(1)]);
  const reshaped = graph.node("Reshape", [flat, dims], `${name}:reshaped`);
  const result =
    shape.length === 4
      ? graph.node("Transpose", [reshaped], `${name}:result`, { perm: [0, 3, 1, 2] })
      : reshaped;
  conversion.finish(outputs[0], result);
}

function convertFullyConnected({ inputs, outputs, options }: TfliteOperator, conversion: Conversion): void {
  const { graph } = conversion;
  const { name, shape } = conversion.tensor(outputs[0]);
  const weightShape = conversion.tensor(inputs[1]).shape;
  if (shape.length !== 2 || weightShape.length !== 2) {
    throw new AppError(
      "MODEL_INVALID",
      `The TFLite operator FULLY_CONNECTED is supported with weights [n, m] and an output [batch, n]; those of "${name}" are [${weightShape}] and [${shape}].`,
    );
  }
  const last = channelsLast(inputs[0], conversion, `${name}:nhwc`);
  const dims = graph.int64s(`${name}:shape`, [-1, weightShape[1]!]);
  const flat = graph.node("Reshape", [last, dims], `${name}:flat`);
  const weights = conversion.weights(inputs[1], weightShape, 0);
  const result = graph.node("Gemm", [flat, weights, ...conversion.bias(inputs[2])], `${name}:result`, {
    transB: 1,
  });
  conversion.finish(outputs[0], result, options?.int8(0));
}

function convertSoftmax({ inputs, outputs, options }: TfliteOperator, conversion: Conversion): void {
  const { graph } = conversion;
  const { name, shape } = conversion.tensor(outputs[0]);
  const beta = graph.floats(`${name}:beta`, [options?.float32(0, 1) ?? 1], []);
  const scaled = graph.node("Mul", [conversion.value(inputs[0]), beta], `${name}:scaled`);
  const result = graph.node("Softmax", [scaled], `${name}:result`, { axis: onnxAxis(-1, shape.length) });
  conversion.finish(outputs[0], result);
}

/** Every value is float32 in the graph already: only the output's own quantisation, if any, remains to be applied. */
function convertRequantization({ inputs, outputs }: TfliteOperator, conversion: Conversion): void {
  conversion.finish(outputs[0], conversion.value(inputs[0]));
}

/** A value in TFLite's order of elements. */
function channelsLast(index: number | undefined, conversion: Conversion, output: string): string {
  const value = conversion.value(index);
  if (conversion.tensor(index).shape.length !== 4) return value;
  return conversion.graph.node("Transpose", [value], output, { perm: [0, 2, 3, 1] });
}
