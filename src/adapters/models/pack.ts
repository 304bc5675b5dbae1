import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import type { ModelIdentity } from "../../core/ports.js";
import { AppError } from "../../errors.js";
import { manifestSchema, modelIdentity, type PackManifest } from "./manifest.js";

/** A model pack whose files were found as its manifest tells. */
export interface ModelPack {
  readonly manifest: PackManifest;
  readonly identity: ModelIdentity;
  /** Absolute path of the ONNX file. */
  readonly modelPath: string;
}

/**
 * Opens the pack in a folder and verifies its files.
 *
 * @throws AppError MODEL_INVALID when the manifest or the model is missing, cannot be understood, or is not the file that
 * the manifest tells.
 */
export async function openPack(directory: string): Promise<ModelPack> {
  const manifest = await readManifest(path.join(directory, "manifest.json"));
  const modelPath = path.resolve(directory, manifest.model.path);
  const received = createHash("sha256")
    .update(await readPackFile(modelPath))
    .digest("hex");
  if (received !== manifest.model.sha256) {
    throw new AppError(
      "MODEL_INVALID",
      `The model file ${modelPath} is not the one its manifest tells: expected sha256 ${manifest.model.sha256}, received ${received}. Build or add the pack again.`,
    );
  }
  return { manifest, identity: modelIdentity(manifest), modelPath };
}

async function readManifest(file: string): Promise<PackManifest> {
  const text = (await readPackFile(file)).toString("utf8");
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

async function readPackFile(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new AppError(
      "MODEL_INVALID",
      `The model pack lacks the file ${file}; build it with "npm run build" or add the pack again.`,
      { cause },
    );
  }
}
