import { expect, test } from "vitest";
import { AttributeCounter, MOST_VALUES } from "./attribute-summary.js";

function summaryOf(...designs: Record<string, string | number>[]) {
  const counter = new AttributeCounter();
  for (const attributes of designs) counter.add(attributes);
  return counter.summary();
}

test("counts keys and values, most first, and tells the range of numbers", () => {
  expect(
    summaryOf(
      { colour: "red", price: 12 },
      { colour: "blue" },
      { colour: "red", price: -3.5 },
      { size: 7 },
      { size: "L" },
    ),
  ).toEqual([
    {
      key: "colour",
      designs: 3,
      values: [
        { value: "red", designs: 2 },
        { value: "blue", designs: 1 },
      ],
      complete: true,
      range: null,
    },
    {
      key: "price",
      designs: 2,
      values: [
        { value: "-3.5", designs: 1 },
        { value: "12", designs: 1 },
      ],
      complete: true,
      range: { min: -3.5, max: 12 },
    },
    {
      key: "size",
      designs: 2,
      values: [
        { value: "7", designs: 1 },
        { value: "L", designs: 1 },
      ],
      complete: true,
      range: null,
    },
  ]);
});

test("says when an attribute has more values than it tells, and stays bounded", () => {
  const counter = new AttributeCounter();
  for (let i = 0; i < 5000; i++) counter.add({ sku: `S${i}`, [`key${i}`]: 1, constructor: "x" });
  const summary = counter.summary();
  expect(summary).toHaveLength(100);
  expect(summary.find(({ key }) => key === "sku")).toMatchObject({ designs: 5000, complete: false });
  expect(summary.find(({ key }) => key === "sku")!.values).toHaveLength(MOST_VALUES);
  expect(summary.find(({ key }) => key === "constructor")).toMatchObject({ designs: 5000, complete: true });
});
