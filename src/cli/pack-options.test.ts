import { describe, expect, it } from "vitest";
import { parsePooling, parseResizePolicy } from "./pack-options.js";

describe("a pooling", () => {
  it.each([
    ["average", { kind: "average", grid: 1 }],
    ["average:1", { kind: "average", grid: 1 }],
    ["average:16", { kind: "average", grid: 16 }],
    ["gem", { kind: "gem", power: 3 }],
    ["gem:10", { kind: "gem", power: 10 }],
    ["flatten", { kind: "flatten" }],
    ["none", { kind: "none" }],
    ["first-token", { kind: "first-token" }],
    ["mean-of-tokens", { kind: "mean-of-tokens" }],
  ])("is read of %j", (text, pooling) => {
    expect(parsePooling(text)).toEqual(pooling);
  });

  it.each([
    "",
    "average:0",
    "average:17",
    "average:",
    "average:2.5",
    "average:-1",
    "average:4 ",
    "gem:0",
    "gem:11",
    "flatten:1",
    "none:2",
    "Average",
    "max",
    "constructor",
  ])("is not read of %j", (text) => {
    expect(() => parsePooling(text)).toThrow(
      expect.objectContaining({
        code: "INVALID_REQUEST",
        message: `A pooling is average, average:GRID (to 16), gem:POWER (to 10), flatten, none, first-token or mean-of-tokens; received "${text}".`,
      }),
    );
  });
});

describe("resizing", () => {
  it.each(["trim", "tutorial", "contain", "stretch", "as-told"])("is read of %j", (text) => {
    expect(parseResizePolicy(text)).toBe(text);
  });

  it.each([16, 256, 4096])("by its short side to %i pixels is read", (shortSide) => {
    expect(parseResizePolicy(`cover:${shortSide}`)).toEqual({ kind: "cover", shortSide });
  });

  it.each([
    "",
    "cover",
    "cover:",
    "cover:15",
    "cover:4097",
    "cover:256px",
    "contain:224",
    "Trim",
    "toString",
  ])("is not read of %j", (text) => {
    expect(() => parseResizePolicy(text)).toThrow(
      expect.objectContaining({
        code: "INVALID_REQUEST",
        message: `Resizing is trim, tutorial, contain, stretch, cover:PIXELS (16 to 4096) or as-told; received "${text}".`,
      }),
    );
  });
});
