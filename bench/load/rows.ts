/** How what was measured is told. */
import type { KillTally } from "./kills.js";
import type { Measured } from "./measured.js";
import { BATCH_BUCKETS } from "./scrape.js";

const NOTHING = "-";

export function loadRow({ way, tally, crashed, eventLoopMs }: Measured) {
  return {
    way,
    answered: `${tally.answered}/${tally.sent}`,
    refused: tally.refused,
    late: tally.late,
    failed: tally.failed,
    lost: tally.lost,
    crashed,
    "searches/s": tally.perS,
    "p50 ms": tally.p50Ms ?? NOTHING,
    "p95 ms": tally.p95Ms ?? NOTHING,
    "p99 ms": tally.p99Ms ?? NOTHING,
    "refusals p50 ms": tally.refusalP50Ms ?? NOTHING,
    "at most": tally.slowestRefusalMs ?? NOTHING,
    "event loop p99 ms": eventLoopMs ?? NOTHING,
  };
}

export function batchRow({ way, load, batches }: Measured) {
  const counts = BATCH_BUCKETS.map((upTo, i) => {
    const from = (BATCH_BUCKETS[i - 1] ?? 0) + 1;
    return [from === upTo ? `of ${upTo}` : `of ${from}-${upTo}`, batches?.[i] ?? NOTHING];
  });
  return { way, load, ...Object.fromEntries(counts) };
}

export function cpuRow({ way, load, cpu }: Measured) {
  return { way, load, web: cpu.web, model: cpu.model || NOTHING, "this process": cpu.client };
}

export function killRow({ failed, late, slowestMs, ...tally }: KillTally) {
  const failures = Object.entries(failed).flat().join(" ") || NOTHING;
  return { ...tally, failed: failures, "later than 15 s": late, "slowest ms": slowestMs };
}
