import type { EmbeddedDesign, EmbeddedPicture, PerView } from "../../src/core/design.js";
import { type Embedding, normalizeL2 } from "../../src/core/embedding.js";
import { createRandom } from "../../src/core/random.js";

/** Designs of one kind: a larger catalogue has more kinds, not larger ones. */
const DESIGNS_PER_CLUSTER = 1000;

/** Numbers of an embedding of the default pack. */
export const DIM = 640;

/** How far a design lies from the middle of its kind, against the length of that, which is 1. */
const SPREAD = 1;

/** The share of that which front and back have in common. */
const SHARED_BY_VIEWS = 0.5;

/** Of each hundred designs one has this colour: a filter of one percent. */
export const RARE = { key: "colour", value: "rare" } as const;

/** Normal numbers made once; noise begins anywhere in them, which is a hundred times as fast as making each anew. */
const POOL_SIZE = 1 << 22;

/**
 * Pairs of embeddings as a seeded Gaussian mixture: clusters around random directions, front and back correlated, each of length
 * 1.
 */
export class Mixture {
  readonly #seed: number;
  readonly #clusters: number;
  readonly #embeddingDim: number;
  readonly #pool: Float32Array;

  constructor(options: { seed: number; designs: number; embeddingDim: number }) {
    this.#seed = options.seed;
    this.#clusters = Math.max(1, Math.round(options.designs / DESIGNS_PER_CLUSTER));
    this.#embeddingDim = options.embeddingDim;
    this.#pool = normalNumbers(POOL_SIZE, createRandom(options.seed));
  }

  /** The pair with this number, the same whenever it is asked for. */
  pair(number: number): Required<PerView<Embedding>> {
    const random = createRandom(this.#seed * 1_000_003 + number);
    const cluster = Math.floor(random() * this.#clusters);
    const shared = this.#noise(random);
    const view = (side: number) => {
      const middle = this.#noise(createRandom((this.#seed + cluster) * 7 + side));
      const own = this.#noise(random);
      const embedding = new Float32Array(this.#embeddingDim);
      for (let i = 0; i < embedding.length; i++) {
        const away = Math.sqrt(SHARED_BY_VIEWS) * shared[i]! + Math.sqrt(1 - SHARED_BY_VIEWS) * own[i]!;
        embedding[i] = middle[i]! + SPREAD * away;
      }
      return normalizeL2(embedding);
    };
    return { front: view(0), back: view(1) };
  }

  /** The design with this number, without pictures. */
  design(number: number): EmbeddedDesign {
    const { front, back } = this.pair(number);
    const { key, value } = RARE;
    return {
      id: `D-${String(number).padStart(8, "0")}`,
      attributes: { [key]: number % 100 === 0 ? value : `colour ${number % 7}` },
      views: { front: withoutPicture(front), back: withoutPicture(back) },
    };
  }

  #noise(random: () => number): Float32Array {
    const start = Math.floor(random() * (POOL_SIZE - this.#embeddingDim));
    return this.#pool.subarray(start, start + this.#embeddingDim);
  }
}

function withoutPicture(embedding: Embedding): EmbeddedPicture {
  return { sha256: null, path: null, thumbnail: null, embedding };
}

/** By the method of Box and Muller. */
function normalNumbers(count: number, random: () => number): Float32Array {
  const numbers = new Float32Array(count);
  for (let i = 0; i < count; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    numbers[i] = radius * Math.cos(angle);
    numbers[i + 1] = radius * Math.sin(angle);
  }
  return numbers;
}
