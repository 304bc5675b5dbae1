import { AppError } from "../../../errors.js";
import { OnnxGraph } from "../onnx-graph.js";
import type { KerasArray, KerasWeights } from "./weights-file.js";

/** The name of the graph's input: `[batch, 3, height, width]`, blue first, less the channels' means. */
export const VGG16_INPUT = "input_1";
/** The name of the graph's output: `[batch, channels, height / 32, width / 32]`. */
export const VGG16_OUTPUT = "block5_pool";

/** Convolutions in each block; a pooling ends it. */
const CONVOLUTIONS = [2, 2, 3, 3, 3] as const;
/** Height and width of every convolution's kernel. */
const KERNEL = 3;
const PUBLISHED = "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5";

/** In Keras's words, which are those of the messages too. */
const blocks = CONVOLUTIONS.map((count, block) => ({
  convolutions: Array.from({ length: count }, (_, i) => `block${block + 1}_conv${i + 1}`),
  pooling: `block${block + 1}_pool`,
}));

/**
 * The ONNX file of VGG16 without its top: thirteen 3 x 3 convolutions with ReLU in five blocks, each ended by a maximum pooling
 * of 2 x 2. The number of filters of each block is that of the weights, 64 to 512 in the published ones.
 *
 * @param options.inputSize height and width of the pictures to take, in pixels, 32 or more. Default: 224.
 * @throws AppError MODEL_INVALID when the weights are not those of such a network.
 */
export function vgg16Graph(weights: KerasWeights, options: { readonly inputSize?: number } = {}): Uint8Array {
  refuseOtherLayers(weights);
  const { inputSize = 224 } = options;
  const graph = new OnnxGraph();
  graph.input(VGG16_INPUT, "float32", ["batch", 3, inputSize, inputSize]);
  let value = VGG16_INPUT;
  let channels = 3;
  for (const { convolutions, pooling } of blocks) {
    let filters: number | null = null;
    for (const name of convolutions) {
      const [kernel, bias] = convolutionWeights(weights, name, channels, filters);
      filters = bias.shape[0]!;
      const inputs = [
        value,
        graph.constant(`${name}:kernel`, "float32", [filters, channels, KERNEL, KERNEL], kernelBytes(kernel)),
        graph.constant(`${name}:bias`, "float32", bias.shape, bytesOf(bias.data)),
      ];
      const shape = { kernel_shape: [KERNEL, KERNEL], pads: [1, 1, 1, 1] };
      value = graph.node("Relu", [graph.node("Conv", inputs, `${name}:convolved`, shape)], name);
      channels = filters;
    }
    value = graph.node("MaxPool", [value], pooling, { kernel_shape: [2, 2], strides: [2, 2] });
  }
  const outputSize = Math.floor(inputSize / 2 ** blocks.length);
  graph.output(VGG16_OUTPUT, "float32", ["batch", channels, outputSize, outputSize]);
  return graph.encode();
}

/** A layer too many is another network: VGG19 has all the layers of VGG16, and more between them. */
function refuseOtherLayers(weights: KerasWeights): void {
  const known = new Set(blocks.flatMap(({ convolutions }) => convolutions));
  for (const [name, arrays] of weights) {
    if (known.has(name) || arrays.length === 0) continue;
    throw new AppError(
      "MODEL_INVALID",
      `The weights must be those of VGG16 without its top, as in ${PUBLISHED}; received the layer "${name}" too: choose that file.`,
    );
  }
}

/** The kernel and the bias of a layer that takes so many channels; `filters` is null where it may have any number of them. */
function convolutionWeights(
  weights: KerasWeights,
  name: string,
  channels: number,
  filters: number | null,
): readonly [kernel: KerasArray, bias: KerasArray] {
  const arrays = weights.get(name);
  if (arrays?.length !== 2) {
    throw new AppError(
      "MODEL_INVALID",
      `VGG16's layer "${name}" must have 2 arrays, a kernel and a bias; received ${arrays?.length ?? "no such layer"}: choose weights of VGG16, as in ${PUBLISHED}.`,
    );
  }
  const [kernel, bias] = arrays as [KerasArray, KerasArray];
  requireShape(name, "kernel", kernel, [KERNEL, KERNEL, channels, filters]);
  requireShape(name, "bias", bias, [kernel.shape[3]!]);
  return [kernel, bias];
}

function requireShape(
  layer: string,
  part: string,
  { shape }: KerasArray,
  expected: readonly (number | null)[],
): void {
  const fits = shape.length === expected.length && expected.every((n, i) => (n ?? shape[i]) === shape[i]);
  if (fits && !shape.includes(0)) return;
  throw new AppError(
    "MODEL_INVALID",
    `The ${part} of VGG16's layer "${layer}" must have the shape [${expected.map((n) => n ?? "any").join(", ")}]; received [${shape.join(", ")}]: choose weights of VGG16, as in ${PUBLISHED}.`,
  );
}

/** Keras has kernels as [height, width, channels, filters], ONNX as [filters, channels, height, width]. */
function kernelBytes({ shape, data }: KerasArray): Uint8Array {
  const [height, width, channels, filters] = shape as readonly [number, number, number, number];
  const places = height * width;
  const moved = new Float32Array(data.length);
  let from = 0;
  for (let place = 0; place < places; place++) {
    for (let channel = 0; channel < channels; channel++) {
      for (let filter = 0; filter < filters; filter++) {
        moved[(filter * channels + channel) * places + place] = data[from++]!;
      }
    }
  }
  return bytesOf(moved);
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
