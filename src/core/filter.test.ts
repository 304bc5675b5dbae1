import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Attributes } from "./design.js";
import { matchesFilter, parseCondition, parseFilter } from "./filter.js";

describe("parseCondition", () => {
  it.each([
    ["colour=red", { key: "colour", operator: "=", values: ["red"] }],
    [" colour = red | dark blue ", { key: "colour", operator: "=", values: ["red", "dark blue"] }],
    ["season!=SS25|AW25", { key: "season", operator: "!=", values: ["SS25", "AW25"] }],
    ["formula=a=b", { key: "formula", operator: "=", values: ["a=b"] }],
    ["price=12.50|007", { key: "price", operator: "=", values: ["12.50", "12.5", "007"] }],
    ["note=", { key: "note", operator: "=", values: [""] }],
    ["顏色=紅", { key: "顏色", operator: "=", values: ["紅"] }],
    ["note=two\nlines", { key: "note", operator: "=", values: ["two\nlines"] }],
    ["price>=10", { key: "price", operator: ">=", value: 10 }],
    ["price> 1e3", { key: "price", operator: ">", value: 1000 }],
    ["price<=-0.5", { key: "price", operator: "<=", value: -0.5 }],
    ["price<7", { key: "price", operator: "<", value: 7 }],
  ])("reads %j", (text, condition) => {
    expect(parseCondition(text)).toEqual(condition);
  });

  it("takes a long run of digits in no longer than its length", () => {
    // One that looks at each zero again and again would take minutes.
    const digits = `a=.${"0".repeat(19_000)}1`;
    expect(parseCondition(digits)).toMatchObject({ values: [digits.slice(2)] });
  });

  it("refuses what no person or page writes: a very long condition, and very many", () => {
    expect(() => parseCondition(`a=${"b".repeat(20_000)}`)).toThrow(/at most 20000 characters/u);
    expect(parseFilter(Array(200).fill("a=b"))).toHaveLength(1);
    expect(() => parseFilter(Array(201).fill("a=b"))).toThrow(/at most 200 conditions; received 201/u);
  });

  it.each(["", "colour", "=red", "  =red", "!=red", ">5", "a|b=c", "!"])(
    "refuses %j: not a condition",
    (text) => {
      expect(() => parseCondition(text)).toThrow(
        expect.objectContaining({
          code: "INVALID_REQUEST",
          message: expect.stringContaining(`received "${text}"`),
        }),
      );
    },
  );

  it.each(["price>", "price>=cheap", "price<Infinity", "price<=NaN", "price>>5"])(
    "refuses %j: compares with no number",
    (text) => {
      expect(() => parseCondition(text)).toThrow(
        expect.objectContaining({
          code: "INVALID_REQUEST",
          message: expect.stringContaining("with a number"),
        }),
      );
    },
  );

  it("reads back what it was written from", () => {
    const word = fc.stringMatching(/^[^=<>!|\s]([^=<>!|]*[^=<>!|\s])?$/u);
    const equality = fc.record({
      key: word,
      operator: fc.constantFrom("=" as const, "!=" as const),
      values: fc.array(word, { minLength: 1, maxLength: 4 }),
    });
    const comparison = fc.record({
      key: word,
      operator: fc.constantFrom(">=" as const, ">" as const, "<=" as const, "<" as const),
      value: fc.double({ noNaN: true, noDefaultInfinity: true }),
    });
    fc.assert(
      fc.property(equality, (condition) => {
        const text = `${condition.key}${condition.operator}${condition.values.join("|")}`;
        expect(parseCondition(text)).toEqual(condition);
      }),
    );
    fc.assert(
      fc.property(comparison, (condition) => {
        fc.pre(!Object.is(condition.value, -0));
        expect(parseCondition(`${condition.key}${condition.operator}${condition.value}`)).toEqual(condition);
      }),
    );
  });
});

describe("matchesFilter", () => {
  const attributes: Attributes = { colour: "red", price: 12.5, code: "0012", size: 1e21 };
  const matches = (...conditions: string[]) => matchesFilter(attributes, conditions.map(parseCondition));

  it("lets everything through without conditions", () => {
    expect(matches()).toBe(true);
  });

  it("compares texts, numbers however they are written", () => {
    expect(matches("colour=blue|red")).toBe(true);
    expect(matches("colour=Red")).toBe(false);
    expect(matches("price=12.5")).toBe(true);
    expect(matches("price=12.50")).toBe(true);
    expect(matches("code=12")).toBe(false);
    expect(matches("size=1e+21")).toBe(true);
  });

  it("takes a missing attribute for none of the values", () => {
    expect(matches("season=SS25")).toBe(false);
    expect(matches("season!=SS25")).toBe(true);
    expect(matches("toString!=x", "constructor!=y")).toBe(true);
    expect(matches("toString=x")).toBe(false);
  });

  it("compares numbers with numbers alone", () => {
    expect(matches("price>=12.5", "price<=12.5")).toBe(true);
    expect(matches("price>12.5")).toBe(false);
    expect(matches("price<12.5")).toBe(false);
    expect(matches("code>=0")).toBe(false);
    expect(matches("season<5")).toBe(false);
  });

  it("asks for every condition", () => {
    expect(matches("colour=red", "price<20")).toBe(true);
    expect(matches("colour=red", "price>20")).toBe(false);
  });

  it("is, for != , the opposite of =, and for > that of <= among numbers", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.double({ noNaN: true })),
        fc.array(fc.string()),
        fc.double({ noNaN: true }),
        (attribute, values, value) => {
          const test = (condition: Parameters<typeof matchesFilter>[1][number]) =>
            matchesFilter({ key: attribute }, [condition]);
          expect(test({ key: "key", operator: "!=", values })).toBe(
            !test({ key: "key", operator: "=", values }),
          );
          if (typeof attribute === "number") {
            expect(test({ key: "key", operator: ">", value })).toBe(
              !test({ key: "key", operator: "<=", value }),
            );
            expect(test({ key: "key", operator: "<", value })).toBe(
              !test({ key: "key", operator: ">=", value }),
            );
          }
        },
      ),
    );
  });
});

describe("several conditions", () => {
  it("must all hold, except that those on one key by = give a choice", () => {
    const filter = parseFilter(["colour=red", "price>=3", "colour=blue|green", "size=L", "colour!=green"]);
    expect(filter).toEqual([
      { key: "colour", operator: "=", values: ["red", "blue", "green"] },
      { key: "size", operator: "=", values: ["L"] },
      { key: "price", operator: ">=", value: 3 },
      { key: "colour", operator: "!=", values: ["green"] },
    ]);
    expect(matchesFilter({ colour: "blue", size: "L", price: 3 }, filter)).toBe(true);
    expect(matchesFilter({ colour: "green", size: "L", price: 3 }, filter)).toBe(false);
    expect(parseFilter([])).toEqual([]);
  });
});
