import { createReadStream } from "node:fs";
import { TextDecoder } from "node:util";
import { AppError } from "../../errors.js";
import { unreadable } from "./unreadable.js";

/** The longest row of a manifest that is read, in characters: beyond it, a quote or a line was surely left open. */
export const MAX_ROW_CHARACTERS = 1 << 20;

/**
 * The text of a manifest, piece by piece, without a byte-order mark: UTF-8, or UTF-16 when it begins with that mark (as
 * spreadsheets save "Unicode text").
 *
 * @throws AppError NOT_FOUND when it cannot be read; INVALID_REQUEST when the bytes are no such text.
 */
export async function* readManifestText(path: string): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      decoder ??= new TextDecoder(encodingOf(chunk), { fatal: true });
      yield decoder.decode(chunk, { stream: true });
    }
    if (decoder) yield decoder.decode();
  } catch (error) {
    if (error instanceof Error && "syscall" in error) throw unreadable("A manifest", path, error);
    if (!(error instanceof TypeError && decoder)) throw error;
    throw new AppError(
      "INVALID_REQUEST",
      `A manifest is text in UTF-8; ${path} holds bytes that are not, so save it again as UTF-8 (in a spreadsheet: "CSV UTF-8").`,
      { cause: error },
    );
  }
}

function encodingOf(start: Buffer): string {
  if (start[0] === 0xff && start[1] === 0xfe) return "utf-16le";
  if (start[0] === 0xfe && start[1] === 0xff) return "utf-16be";
  return "utf-8";
}
