import { AppError } from "../../../errors.js";
import type { ResizePolicy } from "../../image/layout.js";
import { type PackOutput, packIdOf } from "../manifest.js";
import type { PackRecipe } from "../recipe.js";
import { readConfig } from "./encoder-config.js";
import { readLicence } from "./licence.js";
import { chooseOutput, fixedSides } from "./network-shape.js";
import { type OnnxFile, openOnnxFile } from "./onnx-file.js";
import { readPreprocessing } from "./read-preprocessing.js";
import type { SourceFolder } from "./source-folder.js";

export { localFolder, type SourceFolder } from "./source-folder.js";

export interface HuggingFaceOptions {
  /** The ONNX file within the source; the first of the usual ones that is there when left out. */
  readonly file?: string | undefined;
  /** How the output becomes a vector; by its dimensions when left out. */
  readonly pooling?: PackOutput["pooling"] | undefined;
  /** The output to take; the usual one when left out. */
  readonly output?: string | undefined;
}

export interface HuggingFaceRecipe extends PackRecipe {
  /** The ONNX file. */
  readonly model: string;
  /**
   * How the encoder's own preprocessor fits a picture in. The recipe's `resizePolicy` shows it whole instead, on white: what a
   * crop cuts off of a garment is lost, and a stretched one is of another cut.
   */
  readonly toldResizePolicy: ResizePolicy;
}

/**
 * Reads an encoder of pictures in Hugging Face's layout: `config.json`, `preprocessor_config.json` (or OpenCLIP's
 * `open_clip_config.json`) and an ONNX file. The network is not run.
 *
 * @throws AppError NOT_FOUND when there is no ONNX file, INVALID_REQUEST when an option names what is not there or may not be,
 * MODEL_INVALID when a file cannot be used.
 */
export async function readHuggingFace(
  folder: SourceFolder,
  options: HuggingFaceOptions = {},
): Promise<HuggingFaceRecipe> {
  // The network comes last: it may have to be fetched, and is by far the largest.
  const config = await readConfig(folder);
  const { toldResizePolicy, resample, ...preprocessing } = await readPreprocessing(folder);
  const licence = await readLicence(folder);
  const network = await openOnnxFile(folder, options.file);
  const size = agreedSize(folder, network, preprocessing.size, config.imageSize);
  return {
    title: config.title ?? folderId(folder.name),
    licence: licence ?? "not told by its source",
    source: folder.name,
    model: network.path,
    input: {
      name: "pixel_values",
      size,
      layout: "NCHW",
      channelOrder: preprocessing.channelOrder,
      scale: preprocessing.scale,
    },
    resizePolicy: "contain",
    toldResizePolicy,
    resample,
    outputs: [chooseOutput(network, options, config.hasClassToken)],
    notice: `The network is ${network.name} of ${folder.name}, unchanged. The model's card there tells who made it, of what, and on which terms.`,
  };
}

/** By the preprocessor, else by what the network was trained on, else by what it takes. */
function agreedSize(
  folder: SourceFolder,
  network: OnnxFile,
  preprocessed: number | null,
  trained: number | null,
): number {
  const [height, width] = fixedSides(network);
  const size = preprocessed ?? trained ?? (height === width ? height : null);
  if (size === null) {
    throw new AppError(
      "MODEL_INVALID",
      `The size of the pictures must be told by preprocessor_config.json or config.json of ${folder.name}; neither does, so add "size" to the former.`,
    );
  }
  if ((height ?? size) !== size || (width ?? size) !== size) {
    throw new AppError(
      "MODEL_INVALID",
      `The model ${network.path} takes pictures of ${height ?? "any"} x ${width ?? "any"} pixels, but ${folder.name} tells to make them ${size} x ${size}; give the files of one model.`,
    );
  }
  if (size < 16 || size > 2048) {
    throw new AppError(
      "MODEL_INVALID",
      `A model takes pictures of 16 to 2048 pixels on each side; ${folder.name} tells ${size}, so use another model.`,
    );
  }
  return size;
}

/** The pack's id: the last part of a folder's path or a URL, but for what Hugging Face's URLs have behind the model's name. */
export function folderId(source: string): string {
  const place = source.replace(/[?#].*$/u, "").replace(/\/(?:tree|resolve|blob)\/[^/]+\/?$/u, "");
  return packIdOf(place.split(/[/\\]/u).findLast((part) => part !== "") ?? "");
}
