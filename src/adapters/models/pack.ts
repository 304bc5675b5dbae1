import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import type { Head } from "../../core/head.js";
import type { ModelIdentity } from "../../core/ports.js";
import { AppError } from "../../errors.js";
import { openNpy } from "../npy/npy-reader.js";
import { sha256OfFile } from "./file-hash.js";
import { manifestSchema, modelIdentity, type PackManifest } from "./manifest.js";

/** A model pack whose files were found as its manifest tells. */
export interface ModelPack {
  readonly manifest: PackManifest;
  readonly identity: ModelIdentity;
  /** The folder that it lies in. */
  readonly directory: string;
  /** Absolute path of the network's ONNX file. */
  readonly modelPath: string;
  /** Absolute path of the fitted projection's ONNX file; null when the projection needs none. */
  readonly projectionPath: string | null;
  /** What was learnt on top; null when nothing was. */
  readonly head: Head | null;
}

/**
 * Opens the pack in a folder and verifies its files.
 *
 * @throws AppError MODEL_INVALID when the manifest or a file it names is missing, cannot be understood, or is not the file
 * that the manifest tells.
 */
export async function openPack(directory: string): Promise<ModelPack> {
  const manifest = await readManifest(path.join(directory, "manifest.json"));
  const { model, projection } = manifest;
  const modelPath = await verifiedFile(directory, model);
  const projectionPath = projection.kind === "fitted" ? await verifiedFile(directory, projection) : null;
  const head = manifest.head ? await readHead(await verifiedFile(directory, manifest.head), manifest) : null;
  return { manifest, identity: modelIdentity(manifest), directory, modelPath, projectionPath, head };
}

async function readHead(file: string, manifest: PackManifest): Promise<Head> {
  const { dim } = manifest.aspects[0]!;
  const inputDim = manifest.embeddingDim - dim;
  const weights = await openNpy(file);
  try {
    if (weights.rows !== dim || weights.dim !== inputDim) {
      throw new AppError(
        "MODEL_INVALID",
        `The head ${file} must be ${dim} x ${inputDim} numbers, as its manifest tells; received ${weights.rows} x ${weights.dim}.`,
      );
    }
    return { dim, inputDim, weights: await weights.readRows(0, dim) };
  } finally {
    await weights.close();
  }
}

/** The absolute path of a file of the pack that is what the manifest tells. */
async function verifiedFile(directory: string, file: { path: string; sha256: string }): Promise<string> {
  const absolute = path.resolve(directory, file.path);
  if (path.relative(directory, absolute).startsWith("..") || path.isAbsolute(file.path)) {
    throw new AppError(
      "MODEL_INVALID",
      `The model pack in ${directory} names a file outside of its folder, ${file.path}; build or add the pack again.`,
    );
  }
  const received = await readPackFile(absolute, sha256OfFile);
  if (received !== file.sha256) {
    throw new AppError(
      "MODEL_INVALID",
      `The model file ${absolute} is not the one its manifest tells: expected sha256 ${file.sha256}, received ${received}. Build or add the pack again.`,
    );
  }
  return absolute;
}

async function readManifest(file: string): Promise<PackManifest> {
  const text = await readPackFile(file, (name) => readFile(name, "utf8"));
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new AppError("MODEL_INVALID", `The manifest ${file} is not JSON; build or add the pack again.`, {
      cause,
    });
  }
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) {
    throw new AppError(
      "MODEL_INVALID",
      `The manifest ${file} cannot be used: ${z.prettifyError(parsed.error).replaceAll("\n", " ")}`,
    );
  }
  return parsed.data;
}

async function readPackFile<T>(file: string, read: (file: string) => Promise<T>): Promise<T> {
  try {
    // A device or a pipe would never end.
    if ((await stat(file)).isFile()) return await read(file);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "ENOTDIR") {
      throw new AppError(
        "MODEL_INVALID",
        `The file ${file} of the model pack cannot be read (${code}); check the disk, and that this user may read it.`,
        { cause },
      );
    }
  }
  throw new AppError(
    "MODEL_INVALID",
    `The model pack lacks the file ${file}; build it with "npm run build" or add the pack again.`,
  );
}
