import { readFile } from "node:fs/promises";
import { z } from "zod";
import { AppError } from "../../../errors.js";
import type { SourceFolder } from "./source-folder.js";

/**
 * What a JSON file of the source tells; null when the source does not have it.
 *
 * @throws AppError MODEL_INVALID when it is not JSON, or not what the schema takes.
 */
export async function readJson<T>(
  folder: SourceFolder,
  name: string,
  schema: z.ZodType<T>,
): Promise<T | null> {
  const file = await folder.text(name);
  if (file === null) return null;
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, "utf8"));
  } catch (cause) {
    throw new AppError("MODEL_INVALID", `${name} of ${folder.name} is not JSON; fetch the model again.`, {
      cause,
    });
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    throw new AppError(
      "MODEL_INVALID",
      `${name} of ${folder.name} cannot be used: ${z.prettifyError(parsed.error).replaceAll("\n", " ")}`,
    );
  }
  return parsed.data;
}
