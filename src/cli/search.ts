import { writeFile } from "node:fs/promises";
import path from "node:path";
import { type Diptych, openDiptych, readPicture, requireSheetOf } from "../compose.js";
import type { Config } from "../config.js";
import { parseAspects } from "../core/aspects.js";
import { type PerView, VIEWS, type View, viewsOf } from "../core/design.js";
import { parseFilter } from "../core/filter.js";
import { normalizeWeights } from "../core/query.js";
import type { SearchResult } from "../core/search.js";
import { defaultThreads } from "../embedders.js";
import { AppError } from "../errors.js";
import { formatMatches } from "./match-table.js";
import { writeTo } from "./output-place.js";

interface SearchFlags {
  readonly front?: string;
  readonly back?: string;
  readonly frontWeight: number;
  readonly backWeight: number;
  readonly aspect?: string;
  readonly ignoreColour?: boolean;
  readonly top: number;
  readonly filter: readonly string[];
  readonly sheet?: string;
  readonly json?: boolean;
}

/** Picture formats of a contact sheet, by the ending of its file. */
const sheetFormats = { ".jpg": "jpeg", ".jpeg": "jpeg", ".png": "png", ".webp": "webp" } as const;

/** `diptych search` */
export async function runSearch(flags: SearchFlags, config: Config): Promise<void> {
  // What can be wrong with the words of the command is told before the model is loaded.
  const format = flags.sheet === undefined ? null : sheetFormat(flags.sheet);
  if (format) requireSheetOf(flags.top);
  const filter = parseFilter(flags.filter);
  const aspects = flags.aspect === undefined ? undefined : parseAspects(flags.aspect);
  const pictures = await readPictures(flags);
  const weights = normalizeWeights({ front: flags.frontWeight, back: flags.backWeight }, viewsOf(pictures));
  // Each view is embedded by a thread of its own; further ones would only load the model for nothing.
  const threads = Math.min(config.threads ?? defaultThreads(config.device), VIEWS.length);
  const diptych = await openDiptych({ ...config, threads });
  try {
    const result = await diptych.search({
      pictures,
      weights,
      ...(aspects && { aspects }),
      ignoreColour: flags.ignoreColour ?? false,
      filter,
      topK: flags.top,
    });
    // Before the sheet: whatever becomes of that, the matches are not lost.
    if (flags.json)
      process.stdout.write(
        `${JSON.stringify(await toJson(result, diptych, aspects !== undefined), null, 2)}\n`,
      );
    else process.stdout.write(await describeMatches(result, diptych));
    if (flags.sheet !== undefined && format) {
      const file = path.resolve(flags.sheet);
      const names = pictureNames(flags);
      const sheet = await diptych.contactSheet({ pictures, names, matches: result.matches, format });
      await writeTo(file, () => writeFile(file, sheet));
      process.stderr.write(`Contact sheet: ${file}\n`);
    }
  } finally {
    await diptych.close();
  }
}

async function describeMatches({ matches }: SearchResult, { catalog }: Diptych): Promise<string> {
  if (matches.length === 0 && (await catalog.stats()).designs === 0) {
    return "The catalog holds no designs yet; import some with: diptych import SOURCE\n";
  }
  return formatMatches(matches);
}

function sheetFormat(file: string) {
  const format = sheetFormats[path.extname(file).toLowerCase() as keyof typeof sheetFormats];
  if (format) return format;
  const endings = Object.keys(sheetFormats).join(", ");
  throw new AppError("INVALID_REQUEST", `A contact sheet ends in ${endings}; received ${file}.`);
}

async function readPictures(flags: SearchFlags): Promise<PerView<Uint8Array>> {
  const pictures: { [V in View]?: Uint8Array } = {};
  for (const view of VIEWS) {
    const file = flags[view];
    if (file === undefined) continue;
    pictures[view] = await readPicture(file);
  }
  return pictures;
}

function pictureNames(flags: SearchFlags): PerView<string> {
  const { front, back } = flags;
  return {
    ...(front !== undefined && { front: path.basename(front) }),
    ...(back !== undefined && { back: path.basename(back) }),
  };
}

/**
 * The result as others read it; a view that the query or the design lacks is null. The aspects are told where they were
 * asked for, so that all others see the shape they know.
 */
async function toJson(
  { weights, aspects, timings, matches }: SearchResult,
  { model, catalog }: Diptych,
  tellAspects: boolean,
) {
  const { designs, version } = await catalog.stats();
  return {
    model: { id: model.id, sha256: model.sha256 },
    catalog: { designs, version },
    weights,
    ...(tellAspects && { aspects }),
    timings,
    matches: matches.map(({ rank, id, score, verdict, percentile, views, attributes }) => ({
      rank,
      id,
      score,
      verdict,
      percentile,
      views: { front: views.front ?? null, back: views.back ?? null },
      attributes,
    })),
  };
}
