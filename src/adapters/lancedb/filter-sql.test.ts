import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { sampleDesign, seededRandom } from "../../../test/contracts/sample-designs.js";
import type { Attributes } from "../../core/design.js";
import { type Condition, matchesFilter } from "../../core/filter.js";
import { openCatalog } from "./open-catalog.js";

const directory = await mkdtemp(join(tmpdir(), "diptych-filter-"));
afterAll(() => rm(directory, { recursive: true }));

/** Texts that mean something in SQL, in regular expressions or in JSON; few enough to meet each other often. */
const hostileText = fc.oneof(
  fc.constantFrom(
    "",
    "a",
    ":",
    ",",
    "a,",
    ':"',
    '","',
    "=",
    '"',
    "\\",
    "\n",
    "\n ",
    "'",
    "''",
    "{",
    "[",
    "]",
    ";--",
  ),
  fc.constantFrom(
    "5",
    ":5",
    ',":5',
    '"a": 5',
    '\n "a": 5',
    "\\n",
    "%",
    "_",
    "(?i)A",
    ".*",
    "$",
    "\0",
    "\u2028",
    "紅",
    "é",
  ),
  fc.string({ unit: "grapheme", maxLength: 4 }),
  fc.string({ unit: fc.constantFrom("\\", '"', ",", ":", "'", "\n", " ", "5", "\ud800"), maxLength: 6 }),
);
const number = fc.oneof(
  fc.constantFrom(0, 5, -5, 5.5, 1e21, -1e-9, 2 ** 53, Number.MAX_VALUE, Number.MIN_VALUE),
  fc.double({ noDefaultInfinity: true, noNaN: true }),
);
const attributesArbitrary: fc.Arbitrary<Attributes> = fc
  .array(fc.tuple(hostileText, fc.oneof(hostileText, number)), { maxLength: 4 })
  .map((entries) => Object.fromEntries(entries));

/** Conditions on the keys and values that the designs have, mostly. */
function conditionArbitrary(catalogue: readonly Attributes[]): fc.Arbitrary<Condition> {
  const keys = catalogue.flatMap((attributes) => Object.keys(attributes));
  const values = catalogue.flatMap((attributes) => Object.values(attributes));
  const key = fc.oneof(fc.constantFrom("a", ...keys), hostileText);
  const known = fc.constantFrom("5", ...values);
  return fc.oneof(
    fc.record({
      key,
      operator: fc.constantFrom("=" as const, "!=" as const),
      values: fc.array(fc.oneof(known.map(String), hostileText), { maxLength: 3 }),
    }),
    fc.record({
      key,
      operator: fc.constantFrom(">=" as const, ">" as const, "<=" as const, "<" as const),
      value: fc.oneof(known.map(Number).filter(Number.isFinite), number),
    }),
  );
}

it("lets the same designs through as core's matchesFilter, whatever keys and values hold", async () => {
  const model = { id: "filter", sha256: null, embeddingDim: 1 };
  const catalog = await openCatalog({ directory, model });
  const random = seededRandom(1);
  const scenario = fc
    .array(attributesArbitrary, { minLength: 1, maxLength: 12 })
    .chain((catalogue) =>
      fc.tuple(
        fc.constant(catalogue),
        fc.array(fc.array(conditionArbitrary(catalogue), { maxLength: 2 }), { minLength: 8, maxLength: 8 }),
      ),
    );
  await fc.assert(
    fc.asyncProperty(scenario, async ([catalogue, filters]) => {
      const designs = catalogue.map((attributes, i) =>
        sampleDesign(`D${i}`, random, { ...model, attributes }),
      );
      await catalog.delete(Array.from({ length: 12 }, (_, i) => `D${i}`));
      await catalog.upsert(designs);
      for (const filter of filters) {
        const { designs: found } = await catalog.list({ limit: 12, filter });
        const expected = designs.filter(({ attributes }) => matchesFilter(attributes, filter));
        expect(found.map(({ id }) => id)).toEqual(expected.map(({ id }) => id).sort());
      }
    }),
    { numRuns: 40 },
  );
  await catalog.close();
});
