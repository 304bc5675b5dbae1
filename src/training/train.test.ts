import { describe, expect, it } from "vitest";
import { randomEmbedding } from "../../test/contracts/sample-designs.js";
import type { PerView } from "../core/design.js";
import { type Embedding, normalizeL2 } from "../core/embedding.js";
import { learnedAspect } from "../core/head.js";
import { createRandom, shuffle } from "../core/random.js";
import { bootstrapIntervals, type Interval } from "../evaluation/bootstrap.js";
import type { Epoch } from "./fit-head.js";
import type { LabelledPair } from "./pairs.js";
import { type Relations, relationsByPairs } from "./relations.js";
import { measureRetrieval } from "./retrieval.js";
import { splitFamilies } from "./split.js";
import { type TrainOptions, train } from "./train.js";

const DIM = 8;
const STYLES = 30;
const aspects = [{ name: "overall", dim: DIM }];
const ids = Array.from({ length: 3 * STYLES }, (_, design) => String(design));
const styleOf = (design: number) => Math.floor(design / 3);

function pair(a: number, b: number, similar: number): LabelledPair {
  return { line: 2, a: String(a), b: String(b), similar };
}

/** Every two designs of a style. */
const alike = Array.from({ length: STYLES }, (_, style) => style * 3).flatMap((first) => [
  pair(first, first + 1, 1),
  pair(first, first + 2, 1),
  pair(first + 1, first + 2, 1),
]);

/** A style shows in the first half of the numbers; the second is noise, and larger. */
function stylishEmbeddings(): Map<number, PerView<Embedding>> {
  const random = createRandom(5);
  const styles = Array.from({ length: STYLES }, () => randomEmbedding(random, DIM / 2));
  return new Map(
    ids.map((_, design) => {
      const noise = randomEmbedding(random, DIM / 2).map((value) => 2 * value);
      return [design, { front: normalizeL2(Float32Array.of(...styles[styleOf(design)]!, ...noise)) }];
    }),
  );
}

const options = (over: Partial<TrainOptions> = {}): TrainOptions => ({
  embeddings: stylishEmbeddings(),
  relations: relationsByPairs(ids, alike),
  aspects,
  worn: null,
  seed: 1,
  ...over,
});

async function firstLoss(over: Partial<TrainOptions>): Promise<number | null> {
  const epochs: Epoch[] = [];
  await train(options({ ...over, onEpoch: (epoch) => epochs.push(epoch) }));
  return epochs[1]!.loss;
}

/** The interval of the difference in nDCG@20 where designs with the same key are drawn together; every design is in a group. */
async function intervalOver(relations: Relations, keyOf: (design: number) => number): Promise<Interval> {
  const { head } = await train(options({ relations }));
  const test = splitFamilies(relations.families, 1).test.flat();
  const measure = (of: (embedding: Embedding) => Embedding) => {
    const views = [...stylishEmbeddings()].map(
      ([design, { front }]) => [design, { front: of(front!) }] as const,
    );
    return measureRetrieval(new Map(views), test, test, relations);
  };
  const before = measure((embedding) => embedding);
  const differences = measure((embedding) => learnedAspect(head, embedding)).map(
    ({ design, ndcgAt20 }, i) => ({
      design,
      ndcgAt20: ndcgAt20 - before[i]!.ndcgAt20,
    }),
  );
  return bootstrapIntervals(["ndcgAt20"], differences, ({ design }) => keyOf(design)).ndcgAt20;
}

describe("training", () => {
  it("finds what designs that are alike have in common", async () => {
    const { changes, better, designs } = await train(options());
    expect(better).toBe(true);
    expect(changes.ndcgAt20.after).toBeGreaterThan(changes.ndcgAt20.before);
    expect(designs).toEqual({ train: 54, validation: 18, test: 18, queries: 18 });
  });

  it("reads no held-out design, whatever labels set it apart from", async () => {
    const all = ids.map((_, design) => design);
    const crossing = all.flatMap((a) => all.flatMap((b) => (styleOf(a) === styleOf(b) ? [] : pair(a, b, 0))));
    const relations = relationsByPairs(ids, [...alike, ...crossing]);
    const { validation, test } = splitFamilies(relations.families, 1);
    const others = stylishEmbeddings();
    for (const design of [...validation, ...test].flat()) {
      others.set(design, { front: randomEmbedding(createRandom(design), DIM) });
    }
    expect(await firstLoss({ relations, embeddings: others })).toBe(await firstLoss({ relations }));
  });

  it("learns from designs of no group that labels set apart, and measures with the others alone", async () => {
    const [first, second] = [ids.length, ids.length + 1];
    const embeddings = stylishEmbeddings();
    embeddings.set(first, embeddings.get(0)!).set(second, embeddings.get(0)!);
    const { train: groups } = splitFamilies(relationsByPairs(ids, alike).families, 1);
    const labels = [...alike, ...groups.flat().map((design) => pair(design, first, 0))];
    const relations = relationsByPairs([...ids, String(first), String(second)], labels);
    expect((await train(options({ embeddings, relations }))).designs.train).toBe(55);
    const without = new Map([...embeddings].filter(([design]) => design !== first));
    expect(await firstLoss({ embeddings: without, relations })).not.toBe(
      await firstLoss({ embeddings, relations }),
    );
  });

  it("draws whole groups for its intervals where it held whole ones out", async () => {
    const relations = relationsByPairs(ids, alike);
    const { ndcgAt20 } = (await train(options({ relations }))).changes;
    expect(ndcgAt20.difference).toEqual(await intervalOver(relations, styleOf));
    expect(ndcgAt20.difference).not.toEqual(await intervalOver(relations, (design) => design));
  });

  it("draws single designs where it held designs of each group out, for of so few groups a draw is one of them or another", async () => {
    const half = (design: number) => design % 2;
    const designs = ids.map(Number);
    const labels = designs.flatMap((a) =>
      designs.filter((b) => b > a && half(a) === half(b)).map((b) => pair(a, b, 1)),
    );
    const relations = relationsByPairs(ids, labels);
    const { ndcgAt20 } = (await train(options({ relations }))).changes;
    expect(ndcgAt20.difference).toEqual(await intervalOver(relations, (design) => design));
    expect(ndcgAt20.difference).not.toEqual(await intervalOver(relations, half));
  });

  it("tells how it compares with the head that the model in use has, which decides nothing", async () => {
    const { head: good, changes, wornChanges } = await train(options());
    expect(wornChanges).toBeNull();
    const again = await train(options({ worn: good }));
    expect(again.changes).toEqual(changes);
    expect(again.wornChanges!.ndcgAt20).toEqual({
      before: changes.ndcgAt20.after,
      after: changes.ndcgAt20.after,
      difference: [0, 0],
    });
    // The worn head may have learnt from what is held out now: that it is no worse says nothing.
    expect(again.better).toBe(true);
  });

  it("refuses labels that leave nothing to find among what is held out, before it learns", async () => {
    // One chain of designs: those that are held out hang together through others alone.
    const order = shuffle(ids.map(Number), createRandom(3));
    const chains = [order.slice(0, 45), order.slice(45)];
    const labels = chains.flatMap((chain) => chain.slice(1).map((design, i) => pair(chain[i]!, design, 1)));
    const relations = relationsByPairs(ids, labels);
    const seed = Array.from({ length: 100 }, (_, i) => i).find((each) => {
      const { test } = splitFamilies(relations.families, each);
      return test.every((group) => group.every((a) => group.every((b) => !relations.similarity(a, b))));
    });
    const epochs: Epoch[] = [];
    const failure = train(options({ relations, seed: seed!, onEpoch: (epoch) => epochs.push(epoch) }));
    await expect(failure).rejects.toMatchObject({
      code: "INVALID_REQUEST",
      message: expect.stringContaining("Label more pairs"),
    });
    expect(epochs).toEqual([]);
  });

  it("is interrupted even where the last designs are measured", async () => {
    let epochs = 0;
    await train(options({ onEpoch: () => epochs++ }));
    const interrupt = new AbortController();
    const onEpoch = () => {
      epochs -= 1;
      if (epochs === 0) interrupt.abort();
    };
    await expect(train(options({ onEpoch, signal: interrupt.signal }))).rejects.toMatchObject({
      name: "AbortError",
    });
    expect(epochs).toBe(0);
  });
});
