import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { sheetsInTurn } from "./sheets-in-turn.js";

const request = { pictures: {}, matches: [] };

test("draws one sheet at a time, refuses when too many wait, and goes on behind one that fails", async () => {
  const drawing: { resolve: (sheet: Buffer) => void; reject: (error: Error) => void }[] = [];
  const draw = sheetsInTurn({
    contactSheet: () => new Promise((resolve, reject) => drawing.push({ resolve, reject })),
  });
  const asked = Array.from({ length: 16 }, () => draw(request));
  await setImmediate();
  expect(drawing).toHaveLength(1);
  await expect(draw(request)).rejects.toMatchObject({ code: "QUEUE_FULL", retryAfterS: 5 });
  drawing[0]!.reject(new Error("no"));
  await expect(asked[0]).rejects.toThrow("no");
  expect(drawing).toHaveLength(2);
  // There is room again.
  const last = draw(request);
  for (let i = 1; i <= 16; i++) {
    await setImmediate();
    expect(drawing).toHaveLength(i + 1);
    drawing[i]!.resolve(Buffer.of(i));
  }
  expect(await Promise.all([...asked.slice(1), last])).toHaveLength(16);
});
