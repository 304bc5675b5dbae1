import type { Diptych } from "../compose.js";
import { createInTurn } from "../core/in-turn.js";
import { AppError } from "../errors.js";

/** Sheets that are drawn or wait for it, at most. */
const MOST_SHEETS = 16;
/** A sheet of 20 matches takes less than that, one of 200 a few times as long. */
const RETRY_AFTER_S = 5;

/**
 * Draws contact sheets one after the other: a large one takes seconds, and hundreds of megabytes.
 *
 * @throws AppError QUEUE_FULL when too many wait; as {@link Diptych.contactSheet}.
 */
export function sheetsInTurn({ contactSheet }: Pick<Diptych, "contactSheet">): Diptych["contactSheet"] {
  const inTurn = createInTurn();
  let asked = 0;
  return async (request) => {
    if (asked >= MOST_SHEETS) {
      throw new AppError(
        "QUEUE_FULL",
        `${asked} contact sheets wait to be drawn already; try again in ${RETRY_AFTER_S} s.`,
        { retryAfterS: RETRY_AFTER_S },
      );
    }
    asked += 1;
    try {
      return await inTurn(() => contactSheet(request));
    } finally {
      asked -= 1;
    }
  };
}
