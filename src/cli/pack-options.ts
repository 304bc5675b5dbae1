import { AppError } from "../errors.js";
import type { ModelSource } from "../model-packs.js";

type Pooling = NonNullable<ModelSource["pooling"]>;
type ResizePolicy = NonNullable<ModelSource["resizePolicy"]>;

/**
 * Reads `average:4`, `gem:3`, `flatten`, `none`, `first-token` or `mean-of-tokens`.
 *
 * @throws AppError INVALID_REQUEST for anything else.
 */
export function parsePooling(text: string): Pooling {
  const [, kind, number] = /^([a-z-]+)(?::(\d{1,2}))?$/u.exec(text) ?? [];
  const value = number === undefined ? undefined : Number(number);
  if (kind === "average" && within(value ?? 1, 16)) return { kind, grid: value ?? 1 };
  if (kind === "gem" && within(value ?? 3, 10)) return { kind, power: value ?? 3 };
  if (kind === "flatten" || kind === "none" || kind === "first-token" || kind === "mean-of-tokens") {
    if (value === undefined) return { kind };
  }
  throw new AppError(
    "INVALID_REQUEST",
    `A pooling is average, average:GRID (to 16), gem:POWER (to 10), flatten, none, first-token or mean-of-tokens; received "${text}".`,
  );
}

/**
 * Reads `trim`, `tutorial`, `contain`, `stretch`, `cover:SHORT_SIDE` or `as-told`.
 *
 * @throws AppError INVALID_REQUEST for anything else.
 */
export function parseResizePolicy(text: string): ResizePolicy {
  const [, shortSide] = /^cover:(\d{2,4})$/u.exec(text) ?? [];
  if (shortSide !== undefined && within(Number(shortSide), 4096, 16)) {
    return { kind: "cover", shortSide: Number(shortSide) };
  }
  const plain = ["trim", "tutorial", "contain", "stretch", "as-told"] as const;
  const policy = plain.find((name) => name === text);
  if (policy) return policy;
  throw new AppError(
    "INVALID_REQUEST",
    `Resizing is trim, tutorial, contain, stretch, cover:PIXELS (16 to 4096) or as-told; received "${text}".`,
  );
}

function within(value: number, most: number, least = 1): boolean {
  return value >= least && value <= most;
}
