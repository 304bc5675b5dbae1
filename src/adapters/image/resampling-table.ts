import type { Resampling } from "./layout.js";

/** What each new pixel, or line, of one direction is made of: a weighted sum of given ones that lie beside one another. */
export interface ResamplingTable {
  /** How many given ones a sum has. */
  readonly taps: number;
  /** The first of them for each new one. */
  readonly starts: Int32Array;
  /** Their weights, in 2^14ths: together just 1, so that white stays white. An odd number of them is followed by a 0. */
  readonly weights: Int16Array;
}

const ONE = 2 ** 14;

interface Filter {
  /** How far it reaches to each side, in pixels of the new picture. */
  readonly reach: number;
  weightAt(distance: number): number;
}

const FILTERS: Record<Resampling, Filter> = {
  linear: { reach: 1, weightAt: (x) => 1 - Math.abs(x) },
  // R. Keys, "Cubic convolution interpolation for digital image processing", 1981, with a = -1/2.
  cubic: {
    reach: 2,
    weightAt: (x) => {
      const d = Math.abs(x);
      return d < 1 ? (1.5 * d - 2.5) * d * d + 1 : ((-0.5 * d + 2.5) * d - 4) * d + 2;
    },
  },
  // C. Duchon, "Lanczos filtering in one and two dimensions", 1979, with three lobes: sinc(x) sinc(x / 3), with one sine.
  lanczos3: {
    reach: 3,
    weightAt: (x) => {
      if (x === 0) return 1;
      const angle = (Math.PI * x) / 3;
      const sine = Math.sin(angle);
      return ((3 - 4 * sine * sine) * sine * sine) / (3 * angle * angle);
    },
  },
};

/**
 * How `length` given pixels become `count`. Where they become fewer the filter is as much wider, so that all of them count.
 *
 * @param length 1 or more.
 * @param count 1 or more.
 */
export function resamplingTable(length: number, count: number, resampling: Resampling): ResamplingTable {
  const { reach, weightAt } = FILTERS[resampling];
  const scale = length / count;
  const stretch = Math.max(1, scale);
  const taps = Math.min(length, Math.floor(2 * reach * stretch) + 1);
  const pitch = taps + (taps % 2);
  const starts = new Int32Array(count);
  const weights = new Int16Array(count * pitch);
  const own = new Float64Array(taps);
  for (let i = 0; i < count; i++) {
    const centre = (i + 0.5) * scale - 0.5;
    const start = Math.min(Math.max(0, Math.ceil(centre - reach * stretch)), length - taps);
    starts[i] = start;
    for (let tap = 0; tap < taps; tap++) {
      const distance = (start + tap - centre) / stretch;
      own[tap] = Math.abs(distance) < reach ? weightAt(distance) : 0;
    }
    setWhole(weights, i * pitch, own);
  }
  return { taps, starts, weights };
}

/** Scales weights to the sum {@link ONE} and rounds them; what that leaves goes to the greatest. */
function setWhole(whole: Int16Array, at: number, weights: Float64Array): void {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += weights[i]!;
  let rest = ONE;
  let greatest = at;
  for (let i = 0; i < weights.length; i++) {
    const weight = Math.round((ONE * weights[i]!) / sum);
    whole[at + i] = weight;
    rest -= weight;
    if (weight > whole[greatest]!) greatest = at + i;
  }
  whole[greatest]! += rest;
}
