import { AppError } from "../../../errors.js";
import { readJson } from "./json-file.js";
import { asPreprocessor, openClipSchema } from "./open-clip.js";
import { type Preprocessing, preprocessingOf, preprocessorSchema } from "./preprocessor.js";
import type { SourceFolder } from "./source-folder.js";

const FILE = "preprocessor_config.json";
/** OpenCLIP's file, in folders that were not made with transformers alone in mind. */
const OPEN_CLIP_FILE = "open_clip_config.json";

/**
 * How pictures are made for the encoder of a source.
 *
 * @throws AppError MODEL_INVALID when no file tells it, or one that cannot be used.
 */
export async function readPreprocessing(folder: SourceFolder): Promise<Preprocessing> {
  const preprocessor = await readJson(folder, FILE, preprocessorSchema);
  if (preprocessor) return preprocessingOf(preprocessor, `${FILE} of ${folder.name}`);
  const openClip = await readJson(folder, OPEN_CLIP_FILE, openClipSchema);
  if (openClip) return preprocessingOf(asPreprocessor(openClip), `${OPEN_CLIP_FILE} of ${folder.name}`);
  throw new AppError(
    "MODEL_INVALID",
    `${FILE} or ${OPEN_CLIP_FILE} must tell how pictures are made for the model; ${folder.name} has neither, so add the one its authors give.`,
  );
}
