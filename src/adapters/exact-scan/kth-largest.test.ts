import fc from "fast-check";
import { expect, test } from "vitest";
import { kthLargest } from "./kth-largest.js";

test("is the k-th of the values from the largest down, as sorting tells", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true }), { maxLength: 60 }),
      fc.integer({ min: 1, max: 70 }),
      (values, k) => {
        const sorted = Float64Array.from(values).sort().reverse();
        expect(kthLargest(Float64Array.from(values), k)).toBe(sorted[k - 1] ?? Number.NEGATIVE_INFINITY);
      },
    ),
  );
});
