import { expect, test } from "vitest";
import { LaneQueue } from "./lane-queue.js";

function queueOf(...items: readonly string[]): LaneQueue<string> {
  const queue = new LaneQueue<string>();
  for (const item of items) queue.push(item, item.startsWith("search") ? "search" : "import");
  return queue;
}

test("searches go before imports that came earlier, and each lane keeps its order", () => {
  const queue = queueOf("import 1", "search 1", "import 2", "search 2");
  const taken = Array.from({ length: 5 }, () => queue.take(0.1, 8));
  expect(taken).toEqual([["search 1"], ["search 2"], ["import 1"], ["import 2"], []]);
});

test("a share of a lane is taken, one at least, so many at most, and nothing of the other", () => {
  const queue = queueOf("import 1", "search 1", "search 2", "search 3", "import 2", "import 3");
  expect(queue.take(0.5, 8)).toEqual(["search 1", "search 2"]);
  expect(queue.take(1, 8)).toEqual(["search 3"]);
  expect(queue.take(1, 2)).toEqual(["import 1", "import 2"]);
  expect(queue.take(1, 2)).toEqual(["import 3"]);
});

test("what is removed is not taken, and cannot be removed once it was taken", () => {
  const queue = queueOf("search 1", "import 1", "search 2");
  expect(queue.remove("search 1")).toBe(true);
  expect(queue.remove("search 1")).toBe(false);
  expect(queue.take(1, 8)).toEqual(["search 2"]);
  expect(queue.remove("search 2")).toBe(false);
  expect(queue.remove("import 1")).toBe(true);
  expect(queue.take(1, 8)).toEqual([]);
});
