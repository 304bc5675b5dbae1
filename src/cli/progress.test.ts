import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createProgress, formatDuration } from "./progress.js";

function createScreen(options: { isTTY?: boolean; columns?: number; total?: number | null } = {}) {
  const { isTTY = true, columns = 100, total = 200 } = options;
  const written: string[] = [];
  const clock = { ms: 0 };
  const stream = { write: (text: string) => written.push(text), isTTY, columns };
  const progress = createProgress({ stream, now: () => clock.ms, total, unit: "designs" });
  return { written, clock, progress };
}

describe("on a terminal", () => {
  test("draws one line anew with bar, percent, count, rate and time left", () => {
    const { written, clock, progress } = createScreen();
    clock.ms = 10_000;
    progress.update(50);
    expect(written).toEqual([
      "\r[========>                     ]  25%  50/200 designs  5.0 designs/s  30s left\u001b[K",
    ]);
  });

  test("draws ten times a second at most, and the end in any case", () => {
    const { written, clock, progress } = createScreen({ total: 250 });
    for (let i = 0; i <= 250; i++) {
      clock.ms = i;
      progress.update(i);
    }
    expect(written.length).toBe(4);
    expect(written.at(-1)).toContain("] 100%  250/250");
  });

  test("goes by the rate of the last while, not by what was skipped at the start", () => {
    const { written, clock, progress } = createScreen({ total: 2000 });
    clock.ms = 1000;
    progress.update(1000);
    for (let i = 1; i <= 40; i++) {
      clock.ms = 1000 + i * 1000;
      progress.update(1000 + i * 2);
    }
    expect(written.at(-1)).toContain("2.0 designs/s  7m 40s left");
  });

  test("is left with its line, once, when something else is said", () => {
    const { written, progress } = createScreen();
    progress.leave();
    expect(written).toEqual([]);
    progress.update(50);
    progress.leave();
    progress.leave();
    expect(written.slice(1)).toEqual(["\n"]);
    progress.update(200);
    progress.tell("All are in.");
    progress.leave();
    expect(written.at(-1)).toBe("\r\u001b[KAll are in.\n");
  });

  test("leaves the bar out, then cuts the text, on narrow ones, and never wraps or throws", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 200 }),
        fc.nat(10 ** 9),
        fc.option(fc.nat(10 ** 9)),
        (columns, done, total) => {
          const { written, clock, progress } = createScreen({ columns, total });
          clock.ms = 12_345;
          progress.update(done);
          const width = columns === 0 ? 80 : columns;
          expect(written[0]!.slice(1, -3).length).toBeLessThan(width);
        },
      ),
    );
  });

  test("tells a line in its own place, and goes on below it", () => {
    const { written, progress } = createScreen();
    progress.tell("Waiting.");
    progress.update(200);
    expect(written[0]).toBe("\r\u001b[KWaiting.\n");
    expect(written[1]).toContain("] 100%  200/200 designs");
  });
});

test("elsewhere a plain line appears every five seconds, without a total too", () => {
  const { written, clock, progress } = createScreen({ isTTY: false, total: null });
  for (let i = 1; i <= 110; i++) {
    clock.ms = i * 100;
    progress.update(i);
  }
  progress.tell("110 designs imported.");
  expect(written).toEqual([
    "50 designs  10.0 designs/s\n",
    "100 designs  10.0 designs/s\n",
    "110 designs imported.\n",
  ]);
});

test("an empty work is whole at once", () => {
  const { written, progress } = createScreen({ total: 0 });
  progress.update(0);
  expect(written[0]).toContain("100%  0/0 designs");
});

test.each([
  [0, "0s"],
  [59.2, "1m 00s"],
  [166, "2m 46s"],
  [3900, "1h 05m"],
])("%d seconds are %s", (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});
