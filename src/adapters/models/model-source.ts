import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { AppError } from "../../errors.js";
import type { ResizePolicy } from "../image/layout.js";
import { type RemoteFiles, type RemoteOptions, remoteFiles } from "./download/remote-files.js";
import { httpsUrl } from "./download/request.js";
import { shownUrl } from "./download/url.js";
import { verifyFile } from "./file-hash.js";
import { folderId, localFolder, readHuggingFace } from "./hugging-face/read-folder.js";
import { vgg16Recipe } from "./keras/vgg16-recipe.js";
import { type PackOutput, packIdOf } from "./manifest.js";
import type { PackRecipe } from "./recipe.js";
import { fileUrl, folderUrl, isUrl } from "./source-url.js";
import { tfliteRecipe } from "./tflite/recipe.js";

/** The source that is no place: Keras's VGG16, whose weights are told beside it. */
export const VGG16_SOURCE = "vgg16-keras";

export interface ModelSource extends RemoteOptions {
  /** {@link VGG16_SOURCE}, or the path or URL of a TFLite file or of a folder in Hugging Face's layout. */
  readonly source: string;
  /** Path or URL of Keras's weights, for {@link VGG16_SOURCE}. */
  readonly weights?: string | undefined;
  /** The ONNX file of a folder; default: the usual names in turn. */
  readonly file?: string | undefined;
  /** What of the network's outputs to take; default: what the layout tells. */
  readonly output?: string | undefined;
  readonly pooling?: PackOutput["pooling"] | undefined;
  /** `as-told`: what the source itself says of resizing. Default: with its aspect ratio kept, on white. */
  readonly resizePolicy?: ResizePolicy | "as-told" | undefined;
}

/**
 * What the pack of a source is called unless told otherwise.
 *
 * @throws AppError INVALID_REQUEST for a source that is none.
 */
export function sourceId(options: ModelSource): string {
  if (options.source === VGG16_SOURCE) return VGG16_SOURCE;
  const place = placeOf(options);
  if (isSingleFile(options)) return packIdOf(path.basename(pathOf(place), ".tflite"));
  return folderId(isUrl(place) ? shownPlace(place) : path.resolve(place));
}

/**
 * Holds what can be told of a source before anything is downloaded or made.
 *
 * @throws AppError INVALID_REQUEST for a source that is none, or an option that would change nothing; NOT_FOUND for a place on this
 * machine where there is none.
 */
export async function checkSource(options: ModelSource): Promise<void> {
  const place = placeOf(options);
  refuseUnused(options);
  if (isUrl(place)) return;
  const found = await stat(place).catch(() => null);
  if (isSingleFile(options)) {
    if (!found?.isFile()) throw noSuchFile(place);
  } else if (!found?.isDirectory()) {
    throw new AppError(
      "NOT_FOUND",
      `There is no model source ${place}; name ${VGG16_SOURCE}, a .tflite file, or a folder in Hugging Face's layout, file and folder by path or https URL${/\.h5$/u.test(place) ? `; Keras's weights are added by: diptych models add ${VGG16_SOURCE} --weights FILE.h5` : ""}.`,
    );
  }
}

/**
 * Finds the network of a source, fetches it if need be, and hands it on. What was downloaded is removed then, or after a failure
 * kept for a next try.
 *
 * @param directory of the user's packs.
 * @param options as {@link checkSource} holds them.
 * @throws AppError INVALID_REQUEST for a source that is none, NOT_FOUND, SOURCE_UNAVAILABLE, MODEL_INVALID.
 */
export async function withRecipe<T>(
  directory: string,
  options: ModelSource,
  use: (recipe: PackRecipe) => Promise<T>,
): Promise<T> {
  const remote = remoteOf(options, directory);
  let failure: unknown;
  try {
    return await use(await findRecipe(options, remote));
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    await remote?.close(failure);
  }
}

async function findRecipe(options: ModelSource, remote: RemoteFiles | null): Promise<PackRecipe> {
  const { resizePolicy } = options;
  const place = placeOf(options);
  const source = shownPlace(place);
  if (options.source === VGG16_SOURCE) {
    return vgg16Recipe(await singleFile(place, options, remote), source);
  }
  if (isSingleFile(options)) {
    const file = await singleFile(place, options, remote);
    const recipe = tfliteRecipe(await readFile(file), { name: sourceId(options), source }, options);
    return { ...recipe, ...(resizePolicy && resizePolicy !== "as-told" && { resizePolicy }) };
  }
  const folder = remote ? { name: source, ...remote } : localFolder(source, options.sha256);
  const { file, output, pooling } = options;
  const { toldResizePolicy, ...recipe } = await readHuggingFace(folder, { file, output, pooling });
  const policy = resizePolicy === "as-told" ? toldResizePolicy : resizePolicy;
  return { ...recipe, ...(policy && { resizePolicy: policy }) };
}

/** An option that would change nothing is a mistake of who gave it. */
function refuseUnused(options: ModelSource): void {
  const { source } = options;
  const [kind, unused] =
    source === VGG16_SOURCE
      ? ([VGG16_SOURCE, ["file", "output", "pooling", "resizePolicy"]] as const)
      : isSingleFile(options)
        ? (["a TFLite file", ["file", "weights"]] as const)
        : (["a folder", ["weights"]] as const);
  const given: string[] = unused.filter((name) => options[name as keyof ModelSource] !== undefined);
  if (kind === "a TFLite file" && options.resizePolicy === "as-told") given.push("resizePolicy");
  if (given.length === 0) return;
  const flags = given.map((name) => (name === "resizePolicy" ? "--resize" : `--${name}`)).join(" and ");
  throw new AppError(
    "INVALID_REQUEST",
    `For ${kind} there is nothing that ${flags} could choose; received ${flags}, so leave that out.`,
  );
}

/** Where the files are: the source itself, or for a network that has a name of its own where its weights are. */
function placeOf({ source, weights }: ModelSource): string {
  if (source !== VGG16_SOURCE) return source;
  if (weights !== undefined) return weights;
  throw new AppError(
    "INVALID_REQUEST",
    `The weights of ${VGG16_SOURCE} are not part of Diptych; name Keras's file vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5, or its URL, with --weights.`,
  );
}

/**
 * Null for a place on this machine.
 *
 * @throws AppError INVALID_REQUEST for a URL that is not https, or names no file where one is needed.
 */
function remoteOf(options: ModelSource, directory: string): RemoteFiles | null {
  const place = placeOf(options);
  if (!isUrl(place)) return null;
  if (!isSingleFile(options)) return remoteFiles(folderUrl(place), options.file, directory, options);
  const { folder, name } = fileUrl(place);
  return remoteFiles(folder, name, directory, options);
}

/** Where a source is, for people: without the passwords that a URL may hold. */
function shownPlace(place: string): string {
  return isUrl(place) ? shownUrl(httpsUrl(place)) : place;
}

function isSingleFile(options: ModelSource): boolean {
  return options.source === VGG16_SOURCE || /\.tflite$/u.test(pathOf(placeOf(options)));
}

/** Without what a URL has around it. */
function pathOf(place: string): string {
  return isUrl(place) ? httpsUrl(place).pathname : place;
}

async function singleFile(place: string, options: ModelSource, remote: RemoteFiles | null): Promise<string> {
  if (!remote) {
    await verifyFile(place, options.sha256);
    return path.resolve(place);
  }
  const file = await remote.model(fileUrl(place).name);
  if (file === null) throw noSuchFile(place);
  return file;
}

function noSuchFile(place: string): AppError {
  return new AppError("NOT_FOUND", `There is no file ${shownPlace(place)}.`);
}
