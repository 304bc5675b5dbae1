import { LRUCache } from "lru-cache";
import type { Diptych } from "../compose.js";
import { DamagedDesignError } from "../core/damaged-design.js";
import type { EmbeddedDesign, Picture } from "../core/design.js";
import type { InTurn } from "../core/in-turn.js";
import type { Catalog } from "../core/ports.js";
import { AppError } from "../errors.js";

/** Some 50 KB each. */
const MOST_KEPT = 200;
const KEPT_FOR_MS = 60 * 60 * 1000;

/** Deletes designs, and brings them back within an hour, the last 200 of them, as long as the process lives. */
export class DeletedDesigns {
  readonly #catalog: Catalog;
  readonly #inTurn: InTurn;
  readonly #renew: (picture: Picture) => Promise<void>;
  readonly #deleted = new LRUCache<string, EmbeddedDesign>({ max: MOST_KEPT, ttl: KEPT_FOR_MS });

  /** @param renew keeps a picture from being removed for want of a design. */
  constructor({ catalog, inTurn, renew }: Pick<Diptych, "catalog" | "inTurn" | "renew">) {
    this.#catalog = catalog;
    this.#inTurn = inTurn;
    this.#renew = renew;
  }

  /** Whether a design of that id can be brought back. */
  has(id: string): boolean {
    return this.#deleted.has(id);
  }

  /**
   * One that is damaged is deleted, too, and cannot be brought back.
   *
   * @throws AppError NOT_FOUND when there is no such design.
   */
  delete(id: string): Promise<void> {
    return this.#inTurn(async () => {
      const design = await this.#undamaged(id);
      for (const picture of Object.values(design?.views ?? {})) await this.#renew(picture);
      if ((await this.#catalog.delete([id])) === 0) {
        throw new AppError("NOT_FOUND", `There is no design "${id}" in the catalog.`);
      }
      if (design) this.#deleted.set(id, design);
    });
  }

  /**
   * @throws AppError NOT_FOUND when none of that id was deleted lately; INVALID_REQUEST when there is another one by now.
   */
  restore(id: string): Promise<void> {
    return this.#inTurn(async () => {
      const design = this.#deleted.get(id);
      if (!design) {
        throw new AppError(
          "NOT_FOUND",
          `No design "${id}" was deleted within the last hour; add it anew with its pictures.`,
        );
      }
      if ((await this.#catalog.get([id])).has(id)) {
        throw new AppError(
          "INVALID_REQUEST",
          `There is a design "${id}" again, which bringing the deleted one back would replace; delete that first.`,
        );
      }
      await this.#catalog.upsert([design]);
      this.#deleted.delete(id);
    });
  }

  /** Null where there is none, or none that could be brought back. */
  async #undamaged(id: string): Promise<EmbeddedDesign | null> {
    try {
      return (await this.#catalog.getEmbedded([id])).get(id) ?? null;
    } catch (error) {
      if (error instanceof DamagedDesignError) return null;
      throw error;
    }
  }
}
