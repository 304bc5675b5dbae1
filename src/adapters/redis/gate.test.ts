import fc from "fast-check";
import { expect, test } from "vitest";
import { Gate } from "./gate.js";

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

test("shared work runs beside shared work", async () => {
  const gate = new Gate();
  let running = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++running);
    await settle();
    running--;
  };
  await Promise.all([gate.shared(work), gate.shared(work), gate.shared(work)]);
  expect(most).toBe(3);
});

test("what runs alone waits for what runs already, and what comes after it waits for it", async () => {
  const gate = new Gate();
  const told: string[] = [];
  let endFirst = () => {};
  const firstMayEnd = new Promise<void>((resolve) => {
    endFirst = resolve;
  });
  const work = (name: string) => async () => {
    told.push(`${name} begins`);
    if (name === "first") await firstMayEnd;
    await settle();
    told.push(`${name} ends`);
    return name;
  };
  const first = gate.shared(work("first"));
  await expect.poll(() => told, { interval: 0 }).toEqual(["first begins"]);
  const rest = [gate.alone(work("alone")), gate.shared(work("later"))];
  endFirst();
  const names = await Promise.all([first, ...rest]);
  expect(names).toEqual(["first", "alone", "later"]);
  expect(told).toEqual([
    "first begins",
    "first ends",
    "alone begins",
    "alone ends",
    "later begins",
    "later ends",
  ]);
});

test("work that fails tells whoever asked, and holds nobody up", async () => {
  const gate = new Gate();
  const fail = async () => {
    throw new Error("no");
  };
  const outcomes = await Promise.allSettled([
    gate.alone(fail),
    gate.shared(fail),
    gate.alone(async () => "alone"),
    gate.shared(async () => "shared"),
  ]);
  expect(outcomes.map((outcome) => ("value" in outcome ? outcome.value : outcome.reason.message))).toEqual([
    "no",
    "no",
    "alone",
    "shared",
  ]);
});

test("nothing ever runs beside what runs alone, and everything runs once, whatever comes when", async () => {
  const ticks = fc.nat({ max: 4 });
  const arrivals = fc.array(
    fc.record({ alone: fc.boolean(), after: ticks, takes: ticks, fails: fc.boolean() }),
    {
      maxLength: 20,
    },
  );
  const pass = async (count: number) => {
    for (let i = 0; i < count; i++) await Promise.resolve();
  };
  await fc.assert(
    fc.asyncProperty(arrivals, async (calls) => {
      const gate = new Gate();
      let shared = 0;
      let alone = 0;
      let ran = 0;
      const outcomes = calls.map(async (call) => {
        await pass(call.after);
        const work = async () => {
          ran++;
          if (call.alone) alone++;
          else shared++;
          await pass(call.takes);
          expect(alone * (alone + shared - 1)).toBe(0);
          if (call.alone) alone--;
          else shared--;
          if (call.fails) throw new Error("no");
        };
        await (call.alone ? gate.alone(work) : gate.shared(work)).catch(({ message }) =>
          expect(message).toBe("no"),
        );
      });
      await Promise.all(outcomes);
      expect(ran).toBe(calls.length);
    }),
  );
});
