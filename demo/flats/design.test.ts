import { expect, test } from "vitest";
import { attributesOf, categories, createFlatDesign, recolour, sibling } from "./design.js";

const designs = Array.from({ length: 240 }, (_, index) => createFlatDesign(11, index));

test("a design is plain data that depends on its seed and index alone", () => {
  for (const index of [0, 5, 77]) {
    const design = createFlatDesign(11, index);
    expect(design).toEqual(designs[index]);
    expect(JSON.parse(JSON.stringify(design))).toEqual(design);
    expect(createFlatDesign(12, index)).not.toEqual(design);
  }
});

test("ids are unique and look like style numbers", () => {
  expect(new Set(designs.map(({ id }) => id)).size).toBe(designs.length);
  for (const { id } of designs) expect(id).toMatch(/^[A-Z]{3}-\d{4}-[A-Z]{3}$/);
});

test("every category comes up equally often", () => {
  for (const category of categories) {
    expect(designs.filter((design) => design.category === category)).toHaveLength(20);
  }
});

test("attributes are complete", () => {
  const keys = ["category", "neckline", "sleeve", "closure", "print", "colour", "season"];
  for (const design of designs) {
    const attributes = attributesOf(design);
    expect(Object.keys(attributes)).toEqual(keys);
    for (const value of Object.values(attributes)) expect(value).toMatch(/\S/);
    expect(attributes.season).toMatch(/^(SS|AW)\d\d$/);
  }
});

test("a recoloured design keeps its cut and changes its colour", () => {
  for (const design of designs.slice(0, 36)) {
    const variant = recolour(design, 5);
    expect(variant.silhouette).toEqual(design.silhouette);
    expect(variant.details).toEqual(design.details);
    expect(variant.colourway.name).not.toBe(design.colourway.name);
    expect(variant.id).not.toBe(design.id);
    expect(variant).toEqual(recolour(design, 5));
    expect(recolour(design, 6).id).not.toBe(variant.id);
  }
});

test("a sibling keeps its construction and changes its proportions", () => {
  for (const design of designs.slice(0, 36)) {
    const other = sibling(design, 5);
    expect(other.category).toBe(design.category);
    expect(other.details).toEqual(design.details);
    expect(other.silhouette).not.toEqual(design.silhouette);
    expect(other.id).not.toBe(design.id);
    expect(other).toEqual(sibling(design, 5));
  }
});
