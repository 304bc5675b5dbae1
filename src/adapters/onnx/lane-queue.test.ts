import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Piscina, type TaskQueue } from "piscina";
import { expect, test } from "vitest";
import type { Lane } from "../../core/ports.js";
import { at, inLanes, LaneQueue, type Place } from "./lane-queue.js";

type Task = Parameters<TaskQueue["push"]>[0];

/** A task as the pool queues it; of no lane when none is told. */
function task(name: string, lane?: Lane): Task {
  return {
    name,
    [Piscina.queueOptionsSymbol]: null,
    ...(lane && at({ lane, leave: null })),
  } as unknown as Task;
}

function namesIn(queue: LaneQueue): string[] {
  const names: string[] = [];
  for (let next = queue.shift(); next; next = queue.shift())
    names.push((next as unknown as Task & { name: string }).name);
  return names;
}

test("searches go before imports that came earlier, and each lane keeps its order", () => {
  const queue = new LaneQueue();
  queue.push(task("import 1", "import"));
  queue.push(task("search 1", "search"));
  queue.push(task("import 2", "import"));
  queue.push(task("search 2", "search"));
  queue.push(task("of no lane"));
  expect(namesIn(queue)).toEqual(["search 1", "search 2", "of no lane", "import 1", "import 2"]);
  expect(queue.shift()).toBeNull();
});

test("what is put back comes first in its lane, still after the searches", () => {
  const queue = new LaneQueue();
  queue.push(task("import 2", "import"));
  queue.push(task("search 2", "search"));
  queue.unshift(task("import 1", "import"));
  queue.unshift(task("search 1", "search"));
  expect(namesIn(queue)).toEqual(["search 1", "search 2", "import 1", "import 2"]);
});

test("it has the size of both lanes, and what is removed is gone from its own", () => {
  const queue = new LaneQueue();
  const tasks = [task("import 1", "import"), task("search 1", "search"), task("import 2", "import")];
  for (const each of tasks) queue.push(each);
  expect(queue.size).toBe(3);
  queue.remove(tasks[0]!);
  expect(queue.size).toBe(2);
  queue.remove(tasks[1]!);
  expect(namesIn(queue)).toEqual(["import 2"]);
  expect(queue.size).toBe(0);
});

test("a task can leave while it is in the queue, and not any more when a thread has begun with it", () => {
  const queue = new LaneQueue();
  const places: Place[] = (["search", "search", "import"] as const).map((lane) => ({ lane, leave: null }));
  for (const place of places)
    queue.push({ name: place.lane, [Piscina.queueOptionsSymbol]: place } as unknown as Task);
  expect(places.map(({ leave }) => leave)).not.toContain(null);
  queue.shift();
  expect(places[0]!.leave).toBeNull();
  places[1]!.leave!();
  expect(queue.size).toBe(1);
  expect(namesIn(queue)).toEqual(["import"]);
  expect(places[2]!.leave).toBeNull();
});

test("a pool of one thread runs searches before the imports that wait already, and each in its order", async () => {
  const directory = await mkdtemp(join(tmpdir(), "diptych-lanes-"));
  const worker = join(directory, "worker.mjs");
  // The first task holds the thread until the others are in the queue; each tells how many ran before it.
  await writeFile(
    worker,
    "export default ({ gate, ran }) => (gate && Atomics.wait(gate, 0, 0), Atomics.add(ran, 0, 1));",
  );
  const pool = new Piscina({ filename: worker, minThreads: 1, maxThreads: 1, ...inLanes() });
  try {
    const ran = new Int32Array(new SharedArrayBuffer(4));
    const gate = new Int32Array(new SharedArrayBuffer(4));
    const run = (lane: Lane, more: object = {}): Promise<number> =>
      pool.run({ ran, ...more, ...at({ lane, leave: null }) });
    const places = [run("import", { gate }), run("import"), run("import"), run("search"), run("search")];
    expect(pool.queueSize).toBe(4);
    Atomics.store(gate, 0, 1);
    Atomics.notify(gate, 0);
    expect(await Promise.all(places)).toEqual([0, 3, 4, 1, 2]);
  } finally {
    await pool.destroy();
    await rm(directory, { recursive: true });
  }
});
