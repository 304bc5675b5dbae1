import { beforeEach, describe, expect, test } from "vitest";
import { Throughput } from "./throughput.js";

describe("the throughput", () => {
  let now: number;
  let throughput: Throughput;
  beforeEach(() => {
    now = 0;
    throughput = new Throughput(() => now);
  });

  /** Work that is done when it is told to. */
  function begin(count: number) {
    let finish = { done: () => {}, failed: () => {} };
    const measured = throughput.measure(count, () => {
      return new Promise<void>((resolve, reject) => {
        finish = { done: resolve, failed: () => reject(new Error("no")) };
      });
    });
    return {
      async done() {
        finish.done();
        await measured;
      },
      async failed() {
        finish.failed();
        await expect(measured).rejects.toThrow("no");
      },
    };
  }

  async function work(count: number, ms: number): Promise<void> {
    const piece = begin(count);
    now += ms;
    await piece.done();
  }

  test("is 0 before anything is done", () => {
    expect(throughput.perSecond).toBe(0);
    now += 5000;
    expect(throughput.perSecond).toBe(0);
  });

  test("is what was done by the time it took, at a clock of any beginning", async () => {
    await work(10, 500);
    expect(throughput.perSecond).toBe(20);
    await work(2, 500);
    expect(throughput.perSecond).toBe(12);
  });

  test("leaves out the time in which there was nothing to do", async () => {
    await work(10, 500);
    now += 60_000;
    expect(throughput.perSecond).toBe(20);
    await work(10, 500);
    expect(throughput.perSecond).toBe(20);
  });

  test("counts time once in which several pieces run beside one another", async () => {
    const [first, second] = [begin(4), begin(6)];
    now += 1000;
    await first.done();
    now += 1000;
    await second.done();
    expect(throughput.perSecond).toBe(5);
  });

  test("counts what failed as time without anything done, and hands the failure on", async () => {
    await work(10, 1000);
    const failing = begin(1000);
    now += 1000;
    await failing.failed();
    expect(throughput.perSecond).toBe(5);
  });

  test("hands on what the work gives", async () => {
    expect(await throughput.measure(1, async () => "result")).toBe("result");
  });

  test("forgets how fast it once was", async () => {
    for (let i = 0; i < 20; i++) await work(100, 1000);
    for (let i = 0; i < 60; i++) await work(10, 1000);
    expect(throughput.perSecond).toBeGreaterThanOrEqual(10);
    expect(throughput.perSecond).toBeLessThan(14);
  });
});
