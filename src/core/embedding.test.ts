import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EmbeddedDesign } from "./design.js";
import { checkDesigns, checkEmbedding, innerProduct, normalizeL2 } from "./embedding.js";

const vector = fc
  .array(fc.float({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 40 })
  .map((values) => Float32Array.from(values));

describe("innerProduct", () => {
  it("multiplies and sums", () => {
    expect(innerProduct(Float32Array.of(1, 2, 3), Float32Array.of(4, -5, 6))).toBe(12);
    expect(innerProduct(new Float32Array(), new Float32Array())).toBe(0);
  });

  it("sums in double precision", () => {
    expect(innerProduct(Float32Array.of(2 ** 24, 1, 1), Float32Array.of(1, 1, 1))).toBe(2 ** 24 + 2);
  });
});

describe("normalizeL2", () => {
  it("scales in place to length 1", () => {
    const given = Float32Array.of(3, 0, -4);
    expect(normalizeL2(given)).toBe(given);
    expect(given).toEqual(Float32Array.of(0.6, 0, -0.8));
  });

  it("keeps the direction and makes the length 1, whatever the vector", () => {
    fc.assert(
      fc.property(vector, (given) => {
        fc.pre(innerProduct(given, given) > 1e-60);
        const unit = normalizeL2(given.slice());
        expect(innerProduct(unit, unit)).toBeCloseTo(1, 5);
        expect(innerProduct(unit, given)).toBeCloseTo(Math.sqrt(innerProduct(given, given)), 2);
      }),
    );
  });

  it("leaves zeros alone", () => {
    expect(normalizeL2(new Float32Array(3))).toEqual(new Float32Array(3));
  });
});

describe("checkEmbedding", () => {
  it("lets the right length of finite numbers through", () => {
    expect(() => checkEmbedding(Float32Array.of(0, 1), 2, "x")).not.toThrow();
  });

  it.each([
    [Float32Array.of(1), "The x must have 2 numbers, as the catalog's model makes them; received 1."],
    [Float32Array.of(1, 0, 0), "The x must have 2 numbers, as the catalog's model makes them; received 3."],
    [Float32Array.of(1, Number.NaN), "The x must consist of finite numbers."],
    [Float32Array.of(1, Number.NEGATIVE_INFINITY), "The x must consist of finite numbers."],
  ])("refuses %s", (embedding, message) => {
    expect(() => checkEmbedding(embedding, 2, "x")).toThrow(
      expect.objectContaining({ code: "INVALID_REQUEST", message }),
    );
  });
});

describe("checkDesigns", () => {
  const front = { sha256: null, path: null, thumbnail: null, embedding: Float32Array.of(1, 0) };
  const design: EmbeddedDesign = { id: "A", attributes: { size: 3 }, views: { front } };

  it("lets whole designs through", () => {
    expect(() => checkDesigns([design, { ...design, id: "\u{1f9e5}" }], 2)).not.toThrow();
    expect(() => checkDesigns([], 2)).not.toThrow();
  });

  it.each<[string, EmbeddedDesign]>([
    ["an id that is there twice", design],
    ["half a character in an id", { ...design, id: "\udd00" }],
    ["no view", { ...design, id: "B", views: {} }],
    [
      "an embedding of another length",
      { ...design, id: "B", views: { back: { ...front, embedding: Float32Array.of(1) } } },
    ],
    ["a number that is none", { ...design, id: "B", attributes: { size: Number.NaN } }],
  ])("refuses %s", (_, bad) => {
    expect(() => checkDesigns([design, bad], 2)).toThrow(
      expect.objectContaining({ code: "INVALID_REQUEST" }),
    );
  });
});
