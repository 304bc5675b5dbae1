import { AppError } from "../../../errors.js";
import { readJson } from "./json-file.js";
import { asPreprocessor, openClipSchema } from "./open-clip.js";
import { type Preprocessing, preprocessingOf, preprocessorSchema } from "./preprocessor.js";
import { firstOf, type SourceFolder } from "./source-folder.js";

const FILE = "preprocessor_config.json";
/** OpenCLIP's file, in folders that were not made with transformers alone in mind. */
const OPEN_CLIP_FILE = "open_clip_config.json";

/**
 * How pictures are made for the encoder of a source.
 *
 * @throws AppError MODEL_INVALID when no file tells it, or one that cannot be used.
 */
export async function readPreprocessing(folder: SourceFolder): Promise<Preprocessing> {
  const found = await firstOf([FILE, OPEN_CLIP_FILE], async (name) => {
    const preprocessor =
      name === FILE
        ? await readJson(folder, name, preprocessorSchema)
        : await readJson(folder, name, openClipSchema.transform(asPreprocessor));
    return preprocessor && preprocessingOf(preprocessor, `${name} of ${folder.name}`);
  });
  if (found) return found;
  throw new AppError(
    "MODEL_INVALID",
    `${FILE} or ${OPEN_CLIP_FILE} must tell how pictures are made for the model; ${folder.name} has neither, so add the one its authors give.`,
  );
}
