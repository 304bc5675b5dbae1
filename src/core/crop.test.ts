import { expect, test } from "vitest";
import { parseCrop } from "./crop.js";

test("a crop is read in fractions, and may reach every edge", () => {
  expect(parseCrop("0.25, 0,0.5,0.4")).toEqual({ left: 0.25, top: 0, width: 0.5, height: 0.4 });
  expect(parseCrop("0,0,1,1")).toEqual({ left: 0, top: 0, width: 1, height: 1 });
  expect(parseCrop("0.9,0.333333,0.1,0.666667")).toMatchObject({ left: 0.9, height: 1 - 0.333333 });
});

test.each([
  "",
  "1",
  "0,0,1",
  "0,0,1,1,1",
  "0,0,0,1",
  "-0.1,0,1,1",
  "0.5,0,0.6,1",
  "0,0,1,NaN",
  "a,b,c,d",
  "0,,1,1",
  "1.0000005,1.0000005,1e-7,1e-7",
  "1,0,1e-7,1",
])("%s is no crop", (text) => {
  expect(() => parseCrop(text)).toThrow(/left,top,width,height/u);
});
