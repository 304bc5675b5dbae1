/** A picture to be described. */
export interface Readable {
  read(): Promise<Uint8Array>;
}

/** One picture's descriptors by name, each L2-normalised. */
export type Descriptors = Map<string, Float32Array>;

export type Describe = (pictures: readonly Readable[]) => Promise<Descriptors[]>;

/** A mean with its 95 % interval, as `0.912 (0.901 to 0.923)`. */
export function told(mean: number, [low, high]: readonly [number, number]): string {
  return `${mean.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
}
