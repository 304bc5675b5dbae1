/** What the processes tell Prometheus, read at the end of a load. */

/** The upper ends of what the batches are counted in. */
export const BATCH_BUCKETS = [1, 2, 4, 8, 16, 32] as const;

/**
 * The 99th percentile of the event loop's delays since the last call, in milliseconds. prom-client begins anew with every call.
 * An idle process tells 10 ms: the interval of the timer that is late is part of what it tells.
 */
export async function eventLoopP99Ms(metrics: string): Promise<number> {
  return 1000 * sampleOf(await read(metrics), "nodejs_eventloop_lag_p99_seconds");
}

/** How many batches were made until now, by {@link BATCH_BUCKETS}. */
export async function batchCounts(metrics: readonly string[]): Promise<number[]> {
  const texts = await Promise.all(metrics.map(read));
  const upTo = BATCH_BUCKETS.map((size) =>
    texts.reduce((sum, text) => sum + sampleOf(text, `diptych_batch_size_bucket{le="${size}"}`), 0),
  );
  return upTo.map((count, i) => count - (upTo[i - 1] ?? 0));
}

async function read(metrics: string): Promise<string> {
  return (await fetch(metrics)).text();
}

function sampleOf(text: string, name: string): number {
  const line = text.split("\n").find((told) => told.startsWith(`${name} `));
  return line === undefined ? 0 : Number(line.slice(name.length + 1));
}
