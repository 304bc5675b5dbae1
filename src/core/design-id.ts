import { AppError } from "../errors.js";

/** Ids that can be typed, shown on one line and put into an address. */
const MOST_CHARACTERS = 200;

/**
 * Holds that an id can be used wherever ids are shown and asked for.
 *
 * @throws AppError INVALID_REQUEST
 */
export function checkDesignId(id: string): void {
  const isPlain = id.trim() === id && id !== "" && id !== "." && id !== "..";
  if (isPlain && id.length <= MOST_CHARACTERS && !/\p{Cc}|\p{Surrogate}/u.test(id)) return;
  throw new AppError(
    "INVALID_REQUEST",
    `An id is 1 to ${MOST_CHARACTERS} characters on one line, without spaces at its ends, and not . or ..; received ${JSON.stringify(id.slice(0, 60))} with ${id.length}.`,
  );
}
