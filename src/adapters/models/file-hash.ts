import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { AppError } from "../../errors.js";

/** The SHA-256 of a file, in lower-case hexadecimal digits, read piece by piece: a model can be larger than the memory. */
export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

/**
 * Holds that a file has the hash that a person expects, before anything reads it.
 *
 * @param expected when it is known.
 * @throws AppError MODEL_INVALID when it has another.
 */
export async function verifyFile(file: string, expected: string | undefined): Promise<void> {
  if (expected === undefined) return;
  const received = await sha256OfFile(file);
  if (received === expected) return;
  throw new AppError(
    "MODEL_INVALID",
    `The file ${file} is not the one asked for: expected sha256 ${expected}, received ${received}.`,
  );
}
