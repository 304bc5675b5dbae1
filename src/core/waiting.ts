import { AppError } from "../errors.js";
import type { Lane } from "./ports.js";

/** Pictures of searches that may wait for the model. An import bounds itself: it hands in a few batches at a time. */
export const MOST_WAITING = 512;

/** Where nothing was measured yet. */
const UNKNOWN_WAIT_S = 1;
const LONGEST_WAIT_S = 60;

/**
 * Holds the bound of a lane.
 *
 * @param waiting pictures of the lane, those included that are about to join.
 * @param picturesPerS how fast they get done; 0 when that is not known.
 * @throws AppError QUEUE_FULL with the time after which those before it should be done.
 */
export function requireRoom(waiting: number, lane: Lane, picturesPerS: number): void {
  if (lane === "import" || waiting <= MOST_WAITING) return;
  const wait = picturesPerS > 0 ? Math.ceil(waiting / picturesPerS) : UNKNOWN_WAIT_S;
  const retryAfterS = Math.min(LONGEST_WAIT_S, Math.max(1, wait));
  throw new AppError(
    "QUEUE_FULL",
    `At most ${MOST_WAITING} pictures may wait for the model, and so many do; try again in ${retryAfterS} s.`,
    { retryAfterS },
  );
}

export function deadlineExceeded(): AppError {
  return new AppError(
    "DEADLINE_EXCEEDED",
    "The model did not come to the pictures in time; try again later.",
  );
}
