import { describe, expect, it } from "vitest";
import { setLine } from "./text.js";

const at = async (text: string, size = 20) => (await setLine(text, { size })).at(0, 0, "#000");

describe("a line of text", () => {
  it("has digits of one width, so that numbers stand in columns", async () => {
    const widths = await Promise.all(Array.from("0123456789", (digit) => setLine(digit, { size: 20 })));
    expect(new Set(widths.map((line) => line.width)).size).toBe(1);
  });

  it("is as wide as its size and weight make it", async () => {
    const normal = (await setLine("Navy tee", { size: 20 })).width;
    expect((await setLine("Navy tee", { size: 40 })).width).toBeCloseTo(2 * normal);
    expect((await setLine("Navy tee", { size: 20, weight: 600 })).width).toBeGreaterThan(normal);
    expect((await setLine("", { size: 20 })).width).toBe(0);
  });

  it("sets a Chinese character in a square of its size", async () => {
    expect((await setLine("襯衫正面", { size: 20 })).width).toBeCloseTo(80);
  });

  it("draws a different shape for every character, one it lacks as its code", async () => {
    const shapes = await Promise.all(["繁", "體", "é", "ß", "Ж", "👕", "掸", "한"].map((text) => at(text)));
    expect(new Set(shapes).size).toBe(shapes.length);
    for (const shape of shapes) expect(shape).toMatch(/d="M/u);
  });

  it.each(["end", "middle"] as const)("gives way at its %s when it is too wide", async (shorten) => {
    const name = "summer-tee-navy-2025-front-view-final.png";
    const full = await setLine(name, { size: 20 });
    const line = await setLine(name, { size: 20, maxWidth: 150, shorten });
    expect(line.width).toBeLessThanOrEqual(150);
    expect(line.width).toBeGreaterThan(130);
    expect(full.width).toBeGreaterThan(150);
    const end = (await setLine(shorten === "end" ? "..." : ".png", { size: 20 })).at(0, 0, "#000");
    const lastPath = /d="([^"]*)"\/><\/g>$/u;
    expect(lastPath.exec(line.at(0, 0, "#000"))![1]).toBe(lastPath.exec(end)![1]);
  });

  it("leaves control and formatting characters out and folds white space", async () => {
    expect(await at("a\u0000\u001b\u200b\u202e\ud800b")).toBe(await at("ab"));
    expect(await at("  a \n\t b ")).toBe(await at("a b"));
  });

  it("carries no text into the SVG", async () => {
    expect(await at(`<&"'>]]>`)).not.toMatch(/&|<[^g/p]|\]/u);
  });

  it("looks at a bounded part of an endless name", async () => {
    const line = await setLine("長".repeat(1_000_000), { size: 20 });
    expect(line.width).toBeCloseTo(500 * 20);
  });
});
