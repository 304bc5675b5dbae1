import { percentile } from "../measure.js";
import type { KillTally } from "./kills.js";
import type { LoadName, Tally } from "./loads.js";
import type { Measured } from "./measured.js";
import type { WayName } from "./ways.js";

const POLLING: WayName = "polling";
const DEADLINE_MS = 15_000;
const REFUSED_WITHIN_MS = 50;
const EVENT_LOOP_MS = 25;

interface TargetRow extends Record<string, string> {
  readonly way: string;
  readonly target: string;
  readonly figure: string;
  readonly met: string;
}

/** The targets of the plan, beside what they came to; those that were not measured are left out. */
export function targetRows(measured: readonly Measured[], kills: KillTally | null): TargetRow[] {
  const polling = measured.filter(({ way }) => way === POLLING);
  const own = measured.filter(({ way }) => way !== POLLING);
  const rows = own.flatMap((row) => {
    const beside = polling.find(({ load }) => load === row.load);
    return TARGETS[row.load](row, beside).map((told) => targetRow(row.way, ...told));
  });
  for (const way of new Set(own.map((row) => row.way))) {
    const worst = Math.max(
      ...own
        .filter((row) => row.way === way)
        .map(({ eventLoopMs }) => eventLoopMs ?? Number.POSITIVE_INFINITY),
    );
    const target = `event loop p99 <= ${EVENT_LOOP_MS} ms in every load`;
    rows.push(targetRow(way, target, ms(worst), worst <= EVENT_LOOP_MS));
  }
  if (kills) {
    const { right, jobs } = kills;
    rows.push(
      targetRow("two-workers", `${kills.kills} kills: all right`, `${right}/${jobs}`, right === jobs),
    );
  }
  return rows;
}

/** What is aimed at, what it came to, and whether that is enough; null where that cannot be told. */
type Told = readonly [target: string, figure: string, isMet: boolean | null];

const TARGETS: Record<LoadName, (row: Measured, polling: Measured | undefined) => Told[]> = {
  low({ tally: { p50Ms } }, polling) {
    if (!polling?.tally.p50Ms || !p50Ms) return [];
    const times = polling.tally.p50Ms / p50Ms;
    return [["low: p50 at most 1/5 of polling's", `1/${times.toFixed(1)}`, times >= 5]];
  },
  saturation({ turnsPerS = [] }, polling) {
    if (!polling) return [];
    const times = turnsPerS.map((perS, turn) => perS / polling.turnsPerS![turn]!);
    const median = percentile(times, 0.5);
    const spread = [Math.min(...times), Math.max(...times)].map((value) => value.toFixed(2)).join(" to ");
    const figure = `${median.toFixed(2)} x (${spread})`;
    return [["saturation: at least 2 x polling's searches/s", figure, median >= 2]];
  },
  stress: ({ tally }) => [allAnswered("stress", tally)],
  "at-once": ({ tally }) => [allAnswered("at-once", tally)],
  overload({ tally, crashed }) {
    const unanswered = tally.lost + tally.late + tally.failed;
    const p99Ms = tally.p99Ms ?? Number.POSITIVE_INFINITY;
    const slowest = tally.slowestRefusalMs;
    return [
      ["overload: no process crashes", `${crashed}`, crashed === 0],
      ["overload: all answered or refused", `${unanswered} not`, unanswered === 0],
      [`overload: p99 < ${DEADLINE_MS} ms`, ms(p99Ms), p99Ms < DEADLINE_MS],
      [
        `overload: refused within ${REFUSED_WITHIN_MS} ms`,
        slowest === null ? "none refused" : ms(slowest),
        slowest === null ? null : slowest < REFUSED_WITHIN_MS,
      ],
    ];
  },
};

function allAnswered(load: LoadName, { answered, sent }: Tally): Told {
  return [`${load}: all answered`, `${answered}/${sent}`, answered === sent];
}

function targetRow(way: string, target: string, figure: string, isMet: boolean | null): TargetRow {
  return { way, target, figure, met: isMet === null ? "-" : isMet ? "yes" : "NO" };
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}
