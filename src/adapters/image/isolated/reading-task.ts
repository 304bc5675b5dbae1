import type { Crop } from "../../../core/crop.js";
import type { ImageReader, ItemResult } from "../../../core/ports.js";
import type { ErrorCode } from "../../../errors.js";
import type { ImageReaderOptions } from "../reader.js";

/** What a reading process is handed: one picture, and what of an {@link ImageReader} is asked for. */
export interface ReadingTask<Method extends keyof ImageReader = keyof ImageReader> {
  readonly options: ImageReaderOptions;
  readonly method: Method;
  readonly bytes: Uint8Array;
  readonly crop: Crop | undefined;
}

/** What it answers: as {@link ItemResult}, but that an error between processes is its code and its sentence. */
export type ReadingAnswer<T> =
  | Extract<ItemResult<T>, { value: T }>
  | { readonly error: { readonly code: ErrorCode; readonly message: string } };
