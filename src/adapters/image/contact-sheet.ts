import sharp, { type Sharp } from "sharp";
import { AppError } from "../../errors.js";
import {
  type Card,
  COLOUR,
  drawMatchCard,
  drawQueryCard,
  type SheetLabels,
  type SheetMatch,
  type SheetQuery,
  TYPE,
} from "./sheet-card.js";
import { CARD, PAIRS_PER_ROW, rowTop, SHEET_WIDTH, sheetHeight } from "./sheet-geometry.js";
import { setLine } from "./text.js";

export type { SheetLabels, SheetMatch, SheetQuery } from "./sheet-card.js";

export type SheetFormat = "jpeg" | "png" | "webp";

export interface SheetContent {
  readonly query: SheetQuery;
  /** Drawn in the given order; {@link MAX_SHEET_MATCHES} at most. */
  readonly matches: readonly SheetMatch[];
  readonly format: SheetFormat;
  /** Default English. */
  readonly labels?: SheetLabels;
}

const ENGLISH: SheetLabels = {
  query: "Query",
  views: { front: "Front", back: "Back" },
  missing: { front: "No front picture", back: "No back picture" },
};

/** A sheet of so many is 22,026 pixels high, and takes 166 MB while it is drawn. */
export const MAX_SHEET_MATCHES = 200;

/** @throws AppError INVALID_REQUEST for more matches than a sheet shows. */
export function requireSheetOf(matches: number): void {
  if (matches <= MAX_SHEET_MATCHES) return;
  throw new AppError(
    "INVALID_REQUEST",
    `A contact sheet shows at most ${MAX_SHEET_MATCHES} matches; received ${matches}, so ask for fewer.`,
  );
}

/**
 * Draws the result of a search as one picture: the query pair top-left, below it the matches, four pairs to a row, each
 * with its rank and name above and its score below. 2,512 pixels wide; the height grows with the matches. Text is
 * drawn from outlines and needs no font on the machine. A picture that cannot be decoded is drawn as missing.
 *
 * @throws AppError as {@link requireSheetOf}.
 */
export async function drawContactSheet(content: SheetContent): Promise<Buffer> {
  const { query, matches, format, labels = ENGLISH } = content;
  requireSheetOf(matches.length);
  const ranks = await Promise.all(matches.map(({ rank }) => setLine(String(rank), TYPE.title)));
  const rankWidth = Math.max(0, ...ranks.map((line) => line.width));

  const rows: Promise<Card>[][] = [[drawQueryCard(query, labels)]];
  for (let first = 0; first < matches.length; first += PAIRS_PER_ROW) {
    const row = matches.slice(first, first + PAIRS_PER_ROW);
    rows.push(row.map((match, column) => drawMatchCard(match, column, rankWidth, labels)));
  }
  const height = sheetHeight(rows.length);
  const sheet = Buffer.alloc(SHEET_WIDTH * height * CHANNELS, WHITE);
  await Promise.all(
    rows.map(async (cards, row) => {
      sheet.set(await drawRow(await Promise.all(cards)), rowTop(row) * SHEET_WIDTH * CHANNELS);
    }),
  );
  return encode(sharp(sheet, { raw: { width: SHEET_WIDTH, height, channels: CHANNELS } }), format);
}

const CHANNELS = 3;
/** In pixels; what the format allows. */
const MAX_WEBP_SIDE = 16_383;
/** Every channel of {@link COLOUR}.sheet. */
const WHITE = 255;

/** A row over the whole width, drawn by itself: rows are drawn side by side on libuv's threads. */
async function drawRow(cards: readonly Card[]): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${SHEET_WIDTH}" height="${CARD.outerHeight}">
    <rect width="${SHEET_WIDTH}" height="${CARD.outerHeight}" fill="${COLOUR.sheet}"/>
    ${cards.map((card) => card.svg).join("\n")}
  </svg>`;
  const row = await sharp(Buffer.from(svg)).removeAlpha().raw().toBuffer();
  // Copied in here: to let sharp compose the pictures takes several times as long.
  for (const { picture, left, top } of cards.flatMap((card) => card.pictures)) {
    for (let y = 0; y < picture.height; y++) {
      const line = picture.data.subarray(y * picture.width * CHANNELS, (y + 1) * picture.width * CHANNELS);
      row.set(line, ((top + y) * SHEET_WIDTH + left) * CHANNELS);
    }
  }
  return row;
}

function encode(sheet: Sharp, format: SheetFormat): Promise<Buffer> {
  switch (format) {
    case "jpeg":
      // Full colour resolution: red and blue lines of drawings fray without it. Optimised tables would make the file 5 %
      // smaller and take three times as long.
      return sheet.jpeg({ quality: 90, chromaSubsampling: "4:4:4", optimiseCoding: false }).toBuffer();
    case "png":
      return sheet.png({ compressionLevel: 6 }).toBuffer();
    case "webp":
      // A sheet of more than 144 matches is shrunk.
      return sheet
        .resize({ height: MAX_WEBP_SIDE, withoutEnlargement: true })
        .webp({ quality: 88, effort: 1 })
        .toBuffer();
  }
}
