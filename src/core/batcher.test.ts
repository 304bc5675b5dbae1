import { beforeEach, describe, expect, test } from "vitest";
import { Batcher, type Timer } from "./batcher.js";

/** A clock that goes on only when it is told to. */
class FakeTimer implements Timer {
  now = 0;
  readonly #calls = new Map<symbol, { readonly at: number; readonly call: () => void }>();

  after(ms: number, call: () => void): () => void {
    const key = Symbol();
    this.#calls.set(key, { at: this.now + ms, call });
    return () => this.#calls.delete(key);
  }

  pass(ms: number): void {
    this.now += ms;
    for (const [key, { at, call }] of [...this.#calls]) {
      if (at > this.now) continue;
      this.#calls.delete(key);
      call();
    }
  }
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("a batcher", () => {
  let timer: FakeTimer;
  let batches: number[][];
  let finish: (() => void)[];
  let batcher: Batcher<number, number>;
  beforeEach(() => {
    timer = new FakeTimer();
    batches = [];
    finish = [];
    batcher = create(3, 1);
  });

  const create = (maxBatchSize: number, parallelism: number) =>
    new Batcher<number, number>({
      maxBatchSize,
      maxQueueDelayMs: 5,
      parallelism,
      maxRunning: 2,
      timer,
      async run(items) {
        batches.push([...items]);
        await new Promise<void>((resolve) => finish.push(resolve));
        if (items.includes(13)) throw new Error("the batch failed");
        return items.map((item) => -item);
      },
    });

  /** One that runs, where the others have one more place. */
  const withOneRunning = () => {
    void batcher.add(0);
    expect(batches).toEqual([[0]]);
  };

  test("sends a lone item at once where nothing runs", async () => {
    const result = batcher.add(1);
    expect(batches).toEqual([[1]]);
    finish[0]!();
    expect(await result).toBe(-1);
  });

  test("sends a full batch at once", async () => {
    withOneRunning();
    const results = Promise.all([1, 2, 3].map((item) => batcher.add(item)));
    expect(batches).toEqual([[0], [1, 2, 3]]);
    finish[1]!();
    expect(await results).toEqual([-1, -2, -3]);
  });

  test("lets a lone item wait for others while a batch runs, and no longer than told from the first one on", () => {
    withOneRunning();
    void batcher.add(1);
    timer.pass(4);
    void batcher.add(2);
    expect(batches).toEqual([[0]]);
    timer.pass(1);
    expect(batches).toEqual([[0], [1, 2]]);
  });

  test("lets nothing wait for others any more once no batch runs", async () => {
    withOneRunning();
    void batcher.add(1);
    finish[0]!();
    await settle();
    expect(batches).toEqual([[0], [1]]);
    timer.pass(100);
    expect(batches).toHaveLength(2);
  });

  test("gathers what comes while all places are taken, and sends it when one is free", async () => {
    withOneRunning();
    for (const item of [1, 2, 3, 4, 5, 6, 7]) void batcher.add(item);
    timer.pass(100);
    expect(batches).toEqual([[0], [1, 2, 3]]);
    expect(batcher.waiting).toBe(4);
    finish[1]!();
    await settle();
    expect(batches.slice(2)).toEqual([[4, 5, 6]]);
    finish[2]!();
    await settle();
    expect(batches).toHaveLength(3);
    timer.pass(5);
    expect(batches.at(-1)).toEqual([7]);
  });

  test("fails a batch's own items alone, and goes on", async () => {
    withOneRunning();
    const failed = Promise.allSettled([12, 13, 14].map((item) => batcher.add(item)));
    const next = batcher.add(15);
    finish[1]!();
    expect((await failed).map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    timer.pass(5);
    finish[2]!();
    expect(await next).toBe(-15);
  });

  test("runs as many batches at once as it may", () => {
    const wide = create(1, 8);
    for (const item of [1, 2, 3]) void wide.add(item);
    expect(batches).toEqual([[1], [2]]);
  });

  test("lets no item wait for others while fewer run than could, however few batches they are in", async () => {
    const wide = create(3, 2);
    for (const item of [1, 2, 3, 4, 5, 6, 7]) void wide.add(item);
    expect(batches).toEqual([[1], [2]]);
    finish[0]!();
    await settle();
    expect(batches.slice(2)).toEqual([[3, 4, 5]]);
    // One batch runs, of more items than are worked on side by side.
    finish[1]!();
    await settle();
    expect(batches).toHaveLength(3);
    timer.pass(5);
    expect(batches.at(-1)).toEqual([6, 7]);
  });
});
