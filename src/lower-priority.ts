import { getPriority, setPriority } from "node:os";

/**
 * Lets others on this machine go first: whoever answers requests goes before the reading of pictures and the workers, and those before
 * the model, which is at work the longest.
 */
const NICENESS = { reading: 5, worker: 5, model: 10 } as const;

/** Of the calling thread, and of the threads that it starts from then on. Does nothing where only a whole process has a priority. */
export function lowerPriority(work: keyof typeof NICENESS): void {
  // On Linux 0 is the calling thread alone.
  if (process.platform === "linux") setPriority(0, Math.max(getPriority(0), NICENESS[work]));
}
