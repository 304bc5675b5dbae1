/** Where progress is shown: `process.stderr`, or anything like it. */
export interface ProgressStream {
  write(text: string): unknown;
  /** Whether it is a terminal, on which a line can be drawn over. */
  readonly isTTY?: boolean;
  /** The terminal's width in characters. */
  readonly columns?: number;
}

export interface ProgressOptions {
  readonly stream: ProgressStream;
  /** A clock in milliseconds that never goes back. */
  readonly now: () => number;
  /** How many there are to do, 0 or more; null when it is not known, and then neither percent nor time left is shown. */
  readonly total: number | null;
  /** What is counted, in the plural: "designs". */
  readonly unit: string;
}

export interface Progress {
  /** Shows how many are done, when enough time has passed since it was shown last. */
  update(done: number): void;
  /** Puts a line in the place of the progress, which appears again below it if it goes on. */
  tell(line: string): void;
  /** Leaves the progress where it stands, so that what is said next stands below it. */
  leave(): void;
}

const REDRAW_INTERVAL_MS = 100;
const LINE_INTERVAL_MS = 5_000;
/** The rate is that of this last while, so that skipping what is done already does not promise too early an end. */
const RATE_WINDOW_MS = 15_000;
const MAX_BAR_WIDTH = 30;
const MIN_BAR_WIDTH = 8;
const DEFAULT_COLUMNS = 80;

/**
 * Shows how far a long work is: on a terminal one line that is drawn anew, elsewhere a plain line every five seconds.
 *
 *     [=========>                    ]  32%  960/3000 designs  12.3 designs/s  2m 46s left
 */
export function createProgress({ stream, now, total, unit }: ProgressOptions): Progress {
  const isTerminal = stream.isTTY === true;
  const intervalMs = isTerminal ? REDRAW_INTERVAL_MS : LINE_INTERVAL_MS;
  const startMs = now();
  let shownMs = isTerminal ? Number.NEGATIVE_INFINITY : startMs;
  let isDrawn = false;
  const samples = [{ timeMs: startMs, done: 0 }];

  /** Per second; null before any time has passed. */
  const rate = (timeMs: number, done: number): number | null => {
    const { timeMs: sinceMs, done: doneThen } = samples[0]!;
    return timeMs > sinceMs ? ((done - doneThen) / (timeMs - sinceMs)) * 1000 : null;
  };

  const remember = (timeMs: number, done: number) => {
    if (timeMs - samples.at(-1)!.timeMs < REDRAW_INTERVAL_MS) return;
    samples.push({ timeMs, done });
    while (samples.length > 2 && timeMs - samples[1]!.timeMs >= RATE_WINDOW_MS) samples.shift();
  };

  return {
    update(done) {
      const timeMs = now();
      remember(timeMs, done);
      const isLast = done === total && isTerminal;
      if (timeMs - shownMs < intervalMs && !isLast) return;
      shownMs = timeMs;
      const text = describe({ done, total, unit, rate: rate(timeMs, done) });
      isDrawn = isTerminal;
      if (isTerminal) stream.write(`\r${fitToTerminal(text, done, total, stream.columns)}\u001b[K`);
      else stream.write(`${text}\n`);
    },
    tell(line) {
      isDrawn = false;
      stream.write(isTerminal ? `\r\u001b[K${line}\n` : `${line}\n`);
    },
    leave() {
      if (isDrawn) stream.write("\n");
      isDrawn = false;
    },
  };
}

function describe(state: { done: number; total: number | null; unit: string; rate: number | null }): string {
  const { done, total, unit, rate } = state;
  const parts = [total === null ? `${done} ${unit}` : `${percent(done, total)}%  ${done}/${total} ${unit}`];
  if (rate !== null) parts.push(`${rate.toFixed(1)} ${unit}/s`);
  if (rate !== null && rate > 0 && total !== null && total > done) {
    parts.push(`${formatDuration((total - done) / rate)} left`);
  }
  return parts.join("  ");
}

function percent(done: number, total: number): string {
  return String(Math.floor(100 * fraction(done, total))).padStart(3);
}

function fraction(done: number, total: number): number {
  return total > 0 ? Math.min(1, done / total) : 1;
}

/** The text with a bar before it where there is room, cut to one column less than the terminal so that it never wraps. */
function fitToTerminal(text: string, done: number, total: number | null, columns = DEFAULT_COLUMNS): string {
  // A terminal that does not know its width says 0.
  const width = (columns > 0 ? columns : DEFAULT_COLUMNS) - 1;
  const barWidth = Math.min(MAX_BAR_WIDTH, width - text.length - "[] ".length);
  if (total === null || barWidth < MIN_BAR_WIDTH) return text.slice(0, width);
  const filled = Math.round(barWidth * fraction(done, total));
  const bar = filled === barWidth ? "=".repeat(filled) : `${"=".repeat(filled)}>`.slice(0, barWidth);
  return `[${bar.padEnd(barWidth)}] ${text}`;
}

/** Seconds as a person says them: "8s", "2m 46s", "1h 05m". */
export function formatDuration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${String(whole % 60).padStart(2, "0")}s`;
  return `${Math.floor(whole / 3600)}h ${String(Math.floor((whole % 3600) / 60)).padStart(2, "0")}m`;
}

/** The one on standard error. */
let shown: Progress | undefined;

/** The progress of a command, on standard error, below the one that it had before. */
export function progressOnTerminal(unit: string, total: number | null): Progress {
  leaveProgress();
  shown = createProgress({ stream: process.stderr, now: () => performance.now(), total, unit });
  return shown;
}

/** To be called before anything is written that is none of the progress. */
export function leaveProgress(): void {
  shown?.leave();
}
