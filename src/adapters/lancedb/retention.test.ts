import { expect, test } from "vitest";
import { removableBefore } from "./retention.js";

const MINUTE_MS = 60_000;
const NOW = Date.UTC(2030, 0, 1);
const minutesAgo = (minutes: number) => new Date(NOW - minutes * MINUTE_MS);

test.each([
  ["no version is older than ten minutes: all stay", [9, 3, 0], 10],
  ["the latest is hours old: a reader or a copy may have begun with it just now", [300, 240], 250],
  ["it was written over lately: one may still be at it", [300, 240, 2, 1], 250],
  [
    "what was written over more than ten minutes ago goes, ten minutes of it left for the time that merging takes",
    [300, 40, 15, 2],
    25,
  ],
  ["there is none", [], 10],
])("%s", (_, written, minutes) => {
  expect(removableBefore(written.map(minutesAgo), NOW)).toEqual(minutesAgo(minutes));
});
