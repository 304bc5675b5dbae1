import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { createTurns } from "./turns.js";

test("what becomes ready at once begins one after the other, in the order it came, and the event loop goes on in between", async () => {
  const ownTurn = createTurns();
  const begun: string[] = [];
  const all = ["first", "second", "third"].map(async (name) => {
    await ownTurn();
    begun.push(name);
  });
  const seen: string[][] = [];
  while (begun.length < 3) {
    await turn();
    seen.push([...begun]);
  }
  await Promise.all(all);
  expect(begun).toEqual(["first", "second", "third"]);
  // Somebody else had a turn after each of them.
  expect(seen.map(({ length }) => length)).toEqual(expect.arrayContaining([1, 2, 3]));
});
