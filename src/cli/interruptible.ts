import { leaveProgress } from "./progress.js";

/** Exit status of a command that was interrupted. */
export const INTERRUPTED = 130;

/** Runs what Ctrl-C or SIGTERM may end before its time: either aborts the signal. */
export async function interruptible<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interrupt = new AbortController();
  const onInterrupt = () => interrupt.abort();
  process.once("SIGINT", onInterrupt).once("SIGTERM", onInterrupt);
  try {
    return await run(interrupt.signal);
  } finally {
    process.off("SIGINT", onInterrupt).off("SIGTERM", onInterrupt);
  }
}

/**
 * Resolves at Ctrl-C or SIGTERM.
 *
 * @param tellReady called once either is listened for: whoever reads it may tell this process to end at once.
 */
export function untilToldToEnd(tellReady: () => void): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", resolve).once("SIGTERM", resolve);
    tellReady();
  });
}

/**
 * The same for what leaves nothing behind when it is interrupted.
 *
 * @param told to the person then.
 * @returns the exit status of `run`, or {@link INTERRUPTED}.
 */
export function orInterrupted(told: string, run: (signal: AbortSignal) => Promise<number>): Promise<number> {
  return interruptible(async (signal) => {
    try {
      return await run(signal);
    } catch (error) {
      if (!signal.aborted) throw error;
      leaveProgress();
      process.stderr.write(`${told}\n`);
      return INTERRUPTED;
    }
  });
}
