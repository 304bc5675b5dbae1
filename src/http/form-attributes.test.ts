import { expect, test } from "vitest";
import { attributesOfFields, parseAttributes } from "./form-attributes.js";

test.each(["id", "ID", "Front", " back "])(
  "no attribute is called %j, as a field of a manifest is",
  (key) => {
    const refusal = {
      code: "INVALID_REQUEST",
      message: expect.stringContaining("other than id, front and back"),
    };
    const refusalOf = (work: () => unknown) => {
      try {
        return work();
      } catch (error) {
        return error;
      }
    };
    expect(refusalOf(() => parseAttributes(JSON.stringify({ [key]: "red" })))).toMatchObject(refusal);
    expect(refusalOf(() => attributesOfFields({ keys: [key], values: ["red"] }))).toMatchObject(refusal);
  },
);

test("names and values are kept without the space around them", () => {
  const attributes = { " category": " tee ", "__proto__ ": "x", price: 12.5 };
  expect(Object.entries(parseAttributes(JSON.stringify(attributes)))).toEqual([
    ["category", "tee"],
    ["__proto__", "x"],
    ["price", 12.5],
  ]);
});

test("an attribute that is called so already stays as it is, or goes", () => {
  const stored = { Front: "zip", colour: "red" };
  const keys = ["Front", "colour"];
  expect(attributesOfFields({ keys, values: ["zip", "blue"] }, stored)).toEqual({
    Front: "zip",
    colour: "blue",
  });
  expect(attributesOfFields({ keys, values: ["", "red"] }, stored)).toEqual({ colour: "red" });
});
