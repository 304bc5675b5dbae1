/** Adds up how long the stages of a piece of work took. */
export interface Stopwatch<Stage extends string> {
  /** Milliseconds for each stage, summed over its runs: runs that overlap count once each. */
  readonly timings: Readonly<Record<Stage, number>>;

  /** Runs the work and adds its time to the stage, also when it fails. */
  time<T>(stage: Stage, work: () => Promise<T>): Promise<T>;
}

/** @param now a clock in milliseconds that never goes back. */
export function createStopwatch<Stage extends string>(
  stages: readonly Stage[],
  now: () => number,
): Stopwatch<Stage> {
  const timings = Object.fromEntries(stages.map((stage) => [stage, 0])) as Record<Stage, number>;
  return {
    timings,
    async time(stage, work) {
      const start = now();
      try {
        return await work();
      } finally {
        timings[stage] += now() - start;
      }
    },
  };
}
