import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readPairs } from "./pairs.js";
import { relationsByAttribute, relationsByPairs } from "./relations.js";
import { splitFamilies } from "./split.js";

describe("relations by an attribute", () => {
  const designs = [
    { style: "a" },
    { style: "b" },
    { style: "a" },
    {},
    { style: "" },
    { style: "" },
    { style: 7 },
  ].map((attributes) => ({ attributes }));

  it("hold between designs of one value", () => {
    const { families, similarity } = relationsByAttribute(designs, "style");
    expect(families).toEqual([[0, 2]]);
    expect(similarity(0, 2)).toBe(1);
    expect(similarity(0, 1)).toBe(0);
    expect(similarity(3, 3)).toBe(0);
  });

  it("need an attribute that there is", () => {
    expect(() => relationsByAttribute(designs, "toString")).toThrow(/none has "toString"/u);
  });
});

describe("relations by pairs", () => {
  const ids = ["a", "b", "c", "d", "e", "f"];
  const pair = (a: string, b: string, similar: number) => ({ line: 2, a, b, similar });

  it("connect families, and leave open what no pair tells", () => {
    const relations = relationsByPairs(ids, [
      pair("a", "b", 2),
      pair("b", "c", 4),
      pair("a", "d", 0),
      pair("e", "f", 1),
      pair("f", "e", 0),
    ]);
    expect(relations.families).toEqual([[0, 1, 2]]);
    expect(relations.similarity(0, 1)).toBe(0.5);
    expect(relations.similarity(2, 1)).toBe(1);
    expect(relations.similarity(0, 2)).toBeNull();
    expect(relations.similarity(0, 3)).toBe(0);
    expect(relations.similarity(4, 5)).toBe(0);
    expect(relations.similarity(1, 5)).toBe(0);
    expect(relations.apart(0)).toEqual([3]);
    expect(relations.apart(1)).toEqual([]);
  });

  it("are of designs that the catalog has", () => {
    expect(() => relationsByPairs(ids, [pair("a", "x", 1)])).toThrow(/line 2 names "x"/u);
  });
});

describe("pairs in a file", async () => {
  const directory = await mkdtemp(path.join(tmpdir(), "diptych-pairs-"));
  afterAll(() => rm(directory, { recursive: true }));
  const read = async (text: string) => {
    const file = path.join(directory, "pairs.csv");
    await writeFile(file, text);
    return readPairs(file);
  };

  it("are read by the names of the columns", async () => {
    expect(await read("similar,note,b,a\n0.5,x,SKU 2,SKU 1\n\n0,,b,a\n")).toEqual([
      { line: 2, a: "SKU 1", b: "SKU 2", similar: 0.5 },
      { line: 4, a: "a", b: "b", similar: 0 },
    ]);
  });

  it.each([
    ["a,b\nx,y\n", /lacks similar/u],
    ["a,b,similar\nx,x,1\n", /line 2 of .* has "x" and "x"/u],
    ["a,b,similar\nx,,1\n", /names two designs/u],
    ["a,b,similar\nx,y,\n", /from 0 to 100; line 2 of .* has ""/u],
    ["a,b,similar\nx,y,-1\n", /has "-1"/u],
    ["a,b,similar\nx,y,yes\n", /has "yes"/u],
    ["a,b,similar\n", /holds no pairs/u],
  ])("are refused when they cannot be used: %j", async (text, message) => {
    await expect(read(text)).rejects.toMatchObject({
      code: "INVALID_REQUEST",
      message: expect.stringMatching(message),
    });
  });
});

describe("the split", () => {
  const families = (count: number, size: number) =>
    Array.from({ length: count }, (_, i) => Array.from({ length: size }, (_, k) => i * size + k));

  it("holds whole families out", () => {
    const split = splitFamilies(families(50, 3), 1);
    expect([split.train.length, split.validation.length, split.test.length]).toEqual([30, 10, 10]);
    const designs = [split.train, split.validation, split.test].flat(2);
    expect(new Set(designs).size).toBe(150);
    expect(split.holdsWholeFamilies).toBe(true);
    expect(splitFamilies(families(50, 3), 1)).toEqual(split);
    expect(splitFamilies(families(50, 3), 2)).not.toEqual(split);
  });

  it("holds designs of every family out where there are few", () => {
    const split = splitFamilies(families(4, 20), 1);
    for (const part of ["train", "validation", "test"] as const) expect(split[part]).toHaveLength(4);
    expect(split.test[0]).toHaveLength(4);
    expect(new Set([split.train, split.validation, split.test].flat(2)).size).toBe(80);
    expect(split.holdsWholeFamilies).toBe(false);
  });

  it("needs enough", () => {
    expect(() => splitFamilies(families(19, 3), 1)).toThrow(
      /20 groups of similar designs or more.* received 19/u,
    );
  });
});
