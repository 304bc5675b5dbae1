import type { Measured } from "./measured.js";

/** The plan's targets by the number of designs; recall of the first 20. */
const TARGETS: Readonly<Record<number, { p95Ms: number; recall: number; peakMb?: number }>> = {
  100000: { p95Ms: 25, recall: 0.99 },
  1000000: { p95Ms: 60, recall: 0.98, peakMb: 1000 },
};

interface TargetRow extends Record<string, string | number> {
  readonly designs: number;
  readonly target: string;
  readonly figure: string;
  readonly met: string;
}

/** The targets beside what the searches came to; none for other sizes. */
export function targetRows({ designs, searches, catalog }: Measured): TargetRow[] {
  const target = TARGETS[designs];
  if (!target) return [];
  const row = (name: string, figure: string, isMet: boolean): TargetRow => {
    return { designs, target: name, figure, met: isMet ? "yes" : "NO" };
  };
  const rows = searches
    .filter(({ hasTarget }) => hasTarget)
    .flatMap(({ search, p95Ms, recallAt20 }) => [
      row(`${search}: p95 <= ${target.p95Ms} ms`, `${p95Ms.toFixed(1)} ms`, p95Ms <= target.p95Ms),
      row(`${search}: recall@20 >= ${target.recall}`, recallAt20.toFixed(4), recallAt20 >= target.recall),
    ]);
  if (target.peakMb) {
    const { peakMb = Number.NaN } = catalog.memory ?? {};
    rows.push(row(`resident <= ${target.peakMb} MB`, `${peakMb.toFixed(0)} MB`, peakMb <= target.peakMb));
  }
  return rows;
}
