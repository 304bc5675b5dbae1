import { expect, test } from "vitest";
import { crash } from "../crash/crash.js";
import { operations } from "../crash/operations.js";

/** `npm run test:crash` kills more often. */
const RUNS = operations.length;

test("processes killed at random moments lose nothing that they acknowledged, and what they did can be finished", {
  timeout: 300_000,
}, async () => {
  const operationsKilled = [];
  for await (const { operation, failure } of crash(RUNS, 20)) {
    expect([operation, failure]).toEqual([operation, null]);
    operationsKilled.push(operation);
  }
  expect(operationsKilled).toEqual(operations.map(({ name }) => name));
});
