import { AppError } from "../../../errors.js";

/**
 * Runs what reads a TFLite file.
 *
 * @throws AppError MODEL_INVALID where an offset in the file points outside of it; whatever else `read` fails with.
 */
export function withinFile<T>(bytes: Uint8Array, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new AppError(
      "MODEL_INVALID",
      `The TFLite file is damaged or cut short: an offset in its ${bytes.length} bytes points outside of it.`,
      { cause },
    );
  }
}
