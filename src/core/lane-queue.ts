import { LANES, type Lane } from "./ports.js";

/** What waits, each in its lane: searches before imports, else in the order it came. */
export class LaneQueue<T> {
  readonly #lanes = new Map<Lane, Set<T>>(LANES.map((lane) => [lane, new Set()]));

  push(item: T, lane: Lane): void {
    this.#lanes.get(lane)!.add(item);
  }

  /** @returns whether it still waited. */
  remove(item: T): boolean {
    return [...this.#lanes.values()].some((waiting) => waiting.delete(item));
  }

  /**
   * Takes out what is next, all of one lane: a search shall not be held up by the pictures of an import beside it.
   *
   * @param share what part of the lane's items at most, above 0 to 1, rounded up.
   * @param most items.
   * @returns none when nothing waits.
   */
  take(share: number, most: number): T[] {
    for (const waiting of this.#lanes.values()) {
      if (waiting.size === 0) continue;
      const count = Math.min(most, Math.ceil(share * waiting.size));
      const taken: T[] = [];
      for (const item of waiting) {
        if (taken.length === count) break;
        taken.push(item);
        waiting.delete(item);
      }
      return taken;
    }
    return [];
  }
}
