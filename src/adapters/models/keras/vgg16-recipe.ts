import type { PackRecipe } from "../recipe.js";
import { VGG16_INPUT, VGG16_OUTPUT, vgg16Graph } from "./vgg16.js";
import { readKerasWeights } from "./weights-file.js";

/** What `keras.applications.vgg16.preprocess_input` takes off blue, green and red: the means of ImageNet. */
const CHANNEL_MEANS: [number, number, number] = [103.939, 116.779, 123.68];

/**
 * The tutorial's model to the letter: VGG16 without its top, pictures of 200 pixels on white 224, blue first, less the means,
 * Flatten in Keras's order, L2-normalised. 7 x 7 x 512 = 25,088 numbers.
 *
 * @param file Keras's weights, as HDF5.
 * @throws AppError NOT_FOUND when there is no such file, MODEL_INVALID when it is damaged or holds another network.
 */
export async function vgg16Recipe(file: string, source: string): Promise<PackRecipe> {
  const weights = await readKerasWeights(file);
  return {
    title: "VGG16, ImageNet, flattened",
    licence: "CC BY 4.0 (weights: K. Simonyan and A. Zisserman, Visual Geometry Group, University of Oxford)",
    source,
    model: vgg16Graph(weights),
    input: {
      name: VGG16_INPUT,
      size: 224,
      layout: "NCHW",
      channelOrder: "BGR",
      scale: { elementType: "float32", mean: CHANNEL_MEANS, std: [1, 1, 1] },
    },
    resizePolicy: "tutorial",
    // Pillow's default since 7.0.
    resample: "cubic",
    outputs: [{ name: VGG16_OUTPUT, pooling: { kind: "flatten" } }],
    notice:
      'K. Simonyan and A. Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", ICLR 2015. The weights\nwere converted for Keras by its authors, and from there to ONNX, unchanged.',
  };
}
