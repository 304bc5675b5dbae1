/**
 * The library.
 *
 *     import { openDiptych } from "diptych";
 *     const diptych = await openDiptych({ catalog: "./diptych-data", create: true });
 *     await diptych.import("./designs.csv");
 *     const { matches } = await diptych.search({ pictures: { front: await readFile("front.jpg") } });
 *     await diptych.close();
 */
export type { SheetFormat, SheetLabels } from "./adapters/image/contact-sheet.js";
export {
  type Diptych,
  type DiptychOptions,
  type ImportListeners,
  type ImportRequest,
  openDiptych,
  type SheetRequest,
} from "./compose.js";
export type { Crop } from "./core/crop.js";
export type { Attributes, Design, PerView, Picture, View } from "./core/design.js";
export { type Condition, type Filter, parseCondition, parseFilter } from "./core/filter.js";
export type { ImportProgress, ImportSummary, RowError } from "./core/import.js";
export type { Catalog, CatalogStats, DesignPage, ModelIdentity } from "./core/ports.js";
export type { Weights } from "./core/query.js";
export type {
  EmbeddedQuery,
  Match,
  QueryPictures,
  Ranking,
  RankingRequest,
  SearchRequest,
  SearchResult,
  SearchTimings,
} from "./core/search.js";
export type { Verdict } from "./core/verdict.js";
export { AppError, type ErrorCode } from "./errors.js";
