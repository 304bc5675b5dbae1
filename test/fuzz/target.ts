import type { RandomNumbers } from "../fixtures/random-numbers.js";

/** A reader of files or requests that strangers make, as the fuzzer drives it. */
export interface Target {
  /** Whole inputs that are right; mutations begin from them. */
  readonly seeds: readonly Uint8Array[];
  /** What the format's own words are; mutations write them anywhere. */
  readonly tokens: readonly string[];
  /** Makes an input from the format's parts. Default: tokens in any order. */
  readonly generate?: (random: RandomNumbers) => Uint8Array;
  /** Puts the checksums right where the format has some, so that what is behind them is read. */
  readonly mend?: (bytes: Buffer) => Buffer;
  /**
   * Reads an input.
   *
   * @throws AppError when it is refused. Anything else that is thrown, and INTERNAL, is a finding.
   */
  readonly read: (bytes: Uint8Array) => Promise<void>;
}

/** Makes a target in the process that is to read; `directory` is an empty folder for it. */
export type OpenTarget = (directory: string) => Promise<Target>;
