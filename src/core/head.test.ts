import { describe, expect, it } from "vitest";
import { randomEmbedding, seededRandom } from "../../test/contracts/sample-designs.js";
import { innerProduct, normalizeL2 } from "./embedding.js";
import { aspectsWithHead, embedWithHead, embedWithoutHead, type Head, learnedAspect } from "./head.js";

const head: Head = { inputDim: 3, dim: 2, weights: Float32Array.of(1, 0, 0, 0, 2, 0) };

describe("a head", () => {
  it("projects and scales to length 1", () => {
    expect([...learnedAspect(head, Float32Array.of(3, 2, 9))]).toEqual([
      expect.closeTo(0.6, 6),
      expect.closeTo(0.8, 6),
    ]);
    expect([...learnedAspect(head, new Float32Array(3))]).toEqual([0, 0]);
  });

  it("puts its aspect first, all aspects of the same length, and can be taken off again", () => {
    const random = seededRandom(1);
    const aspects = [
      { name: "overall", dim: 2 },
      { name: "detail", dim: 1 },
    ];
    const parts = [randomEmbedding(random, 2), Float32Array.of(-1)];
    const plain = Float32Array.from(parts.flatMap((part) => [...part])).map((value) => value / Math.SQRT2);
    const whole = embedWithHead(head, plain, aspects.length);
    expect(aspectsWithHead(aspects, head.dim).map(({ name }) => name)).toEqual([
      "learned",
      "overall",
      "detail",
    ]);
    expect(innerProduct(whole, whole)).toBeCloseTo(1, 6);
    let start = 0;
    for (const { dim } of aspectsWithHead(aspects, head.dim)) {
      const part = whole.slice(start, start + dim);
      expect(innerProduct(part, part)).toBeCloseTo(1 / 3, 6);
      start += dim;
    }
    expect(normalizeL2(whole.slice(0, 2))).toEqual(learnedAspect(head, plain));
    for (const [i, value] of embedWithoutHead(head.dim, whole, aspects.length).entries()) {
      expect(value).toBeCloseTo(plain[i]!, 6);
    }
  });
});
