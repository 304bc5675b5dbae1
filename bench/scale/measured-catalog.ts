import type { LanceCatalog } from "../../src/adapters/lancedb/catalog.js";
import type { PerView } from "../../src/core/design.js";
import type { Embedding } from "../../src/core/embedding.js";
import type { Filter } from "../../src/core/filter.js";
import { openFlats } from "./flats-catalog.js";
import { openGenerated } from "./generated-catalog.js";

/** A catalogue that is searched, and what it is searched by. */
export interface MeasuredCatalog {
  readonly designs: number;
  readonly catalog: LanceCatalog;
  /** What about a hundredth of the designs passes. */
  readonly rare: Filter;
  /** The embeddings of a query's front and back; another for each number from 0 up. */
  pair(number: number): PerView<Embedding>;
}

/** In place of a number of generated designs: drawn ones. */
export const FLATS = "flats";

/** @param which `flats`, or how many designs are to be generated. */
export function openMeasured(which: string): Promise<MeasuredCatalog> {
  return which === FLATS ? openFlats() : openGenerated(Number(which));
}
