import { setImmediate } from "node:timers/promises";
import { beforeEach, expect, test } from "vitest";
import type { AppError } from "../errors.js";
import { Admission } from "./admission.js";

let now: number;
let admission: Admission;
/** Those that are in, by how each is answered. */
let admitted: (() => void)[];
let refusals: AppError[];

beforeEach(() => {
  now = 0;
  admission = new Admission(() => now, 1_000_000);
  admitted = [];
  refusals = [];
});

async function arrive(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const search = () => new Promise<void>((resolve) => admitted.push(resolve));
    admission.admit(1_000, () => admission.measure(search)).catch((refusal) => refusals.push(refusal));
  }
  await setImmediate();
}

/** Searches that wait until they are let go. */
function heldSearch() {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { held: () => released, release };
}

/** Answers searches one after another, each so long after the one before. */
async function answer(count: number, everyMs: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    now += everyMs;
    admitted.shift()!();
    await setImmediate();
  }
}

test("as many as memory holds, while nothing is known of how fast they are answered", async () => {
  await arrive(257);
  expect(admitted).toHaveLength(256);
  expect(refusals).toHaveLength(1);
});

test("no more than there is memory for, but any one alone", async () => {
  const small = new Admission(() => now, 100);
  const { held, release } = heldSearch();
  const first = small.admit(150, held);
  await expect(small.admit(1, held)).rejects.toMatchObject({
    code: "QUEUE_FULL",
    message:
      "1 search waits already, with as many bytes of pictures as there is memory for; try again in 1 s.",
  });
  release();
  await first;
  await expect(Promise.all([60, 40].map((bytes) => small.admit(bytes, held)))).resolves.toHaveLength(2);
});

test("what the first take, which wait for compilers, refuses nobody", async () => {
  await arrive(32);
  await answer(1, 5_000);
  await arrive(1);
  expect(refusals).toEqual([]);
  expect(admitted).toHaveLength(32);
});

test("no more than are answered in nine tenths of their time, once that is known", async () => {
  await arrive(40);
  await answer(40, 500);
  await arrive(40);
  // Two a second, for 13.5 seconds.
  expect(admitted).toHaveLength(27);
  expect(refusals).toHaveLength(13);
  expect(refusals[0]).toMatchObject({
    code: "QUEUE_FULL",
    message: "27 searches wait already, as many as can be answered in time; try again in 14 s.",
    retryAfterS: 14,
  });
  await answer(1, 500);
  await arrive(2);
  expect(admitted).toHaveLength(27);
  expect(refusals).toHaveLength(14);
});

test("sixteen always, however slow they are", async () => {
  await arrive(16);
  await answer(16, 10_000);
  await arrive(17);
  expect(admitted).toHaveLength(16);
  expect(refusals).toHaveLength(1);
});

test("tells to come again by when all that are in are over, though none is answered yet", async () => {
  await arrive(257);
  expect(refusals[0]).toMatchObject({ retryAfterS: 15 });
});

test("what takes a client long to send, and what fails, tells nothing of how fast searches are answered", async () => {
  const slow = admission.admit(1_000, async () => {
    now += 60_000;
  });
  await slow;
  for (let i = 0; i < 50; i++) {
    const failing = admission.measure(async () => {
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow();
  }
  await arrive(256);
  expect(refusals).toEqual([]);
});

test("a search that fails makes room, and tells its failure", async () => {
  const failure = new Error("no");
  await expect(admission.admit(1_000, () => Promise.reject(failure))).rejects.toBe(failure);
  await arrive(256);
  expect(refusals).toEqual([]);
});
