/** What the processes tell Prometheus, read at the end of a load. */

/** The upper ends of what the batches are counted in. */
export const BATCH_BUCKETS = [1, 2, 4, 8, 16, 32] as const;

/** What a process tells, as text. */
export async function read(metrics: string): Promise<string> {
  return (await fetch(metrics)).text();
}

/**
 * The 99th percentile of the event loop's delays since the process was read before, in milliseconds: prom-client begins anew each time.
 * An idle process tells 10 ms: the interval of the timer that is late is part of what it tells.
 */
export function eventLoopP99Ms(text: string): number {
  return 1000 * sampleOf(text, "nodejs_eventloop_lag_p99_seconds");
}

/** How many batches these processes had made, by {@link BATCH_BUCKETS}. */
export function batchCounts(texts: readonly string[]): number[] {
  const upTo = BATCH_BUCKETS.map((size) =>
    texts.reduce((sum, text) => sum + sampleOf(text, `diptych_batch_size_bucket{le="${size}"}`), 0),
  );
  return upTo.map((count, i) => count - (upTo[i - 1] ?? 0));
}

function sampleOf(text: string, name: string): number {
  const line = text.split("\n").find((told) => told.startsWith(`${name} `));
  return line === undefined ? 0 : Number(line.slice(name.length + 1));
}
