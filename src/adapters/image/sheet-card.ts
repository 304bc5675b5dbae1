import sharp from "sharp";
import { type PerView, VIEWS, type View } from "../../core/design.js";
import type { Pixels } from "./decode.js";
import { CARD, type Corner, cardCorner, PANEL, PICTURE, picturePosition } from "./sheet-geometry.js";
import { setLine, type TextLine, type TextStyle } from "./text.js";

/** One design of the result as it is drawn. */
export interface SheetMatch {
  /** 1 for the most similar design. */
  readonly rank: number;
  readonly id: string;
  /** In [-1, 1]. */
  readonly score: number;
  /** Each view's own cosine, drawn small beside the score. */
  readonly views?: PerView<number>;
  /** As an ImageReader's toThumbnail returns them; a missing view is drawn as an empty place. */
  readonly thumbnails: PerView<Uint8Array>;
}

/** The words on a sheet, in the reader's language. */
export interface SheetLabels {
  readonly query: string;
  readonly views: Readonly<Record<View, string>>;
  /** In the place of a view that a design or the query lacks. */
  readonly missing: Readonly<Record<View, string>>;
}

/** What was searched for. */
export type SheetQuery = PerView<Uint8Array> & {
  /** The query pictures' file names, drawn over them. */
  readonly names?: PerView<string>;
};

export const COLOUR = {
  sheet: "#ffffff",
  card: "#f4f4f1",
  panel: "#ffffff",
  ink: "#1d1d1b",
  quiet: "#6f6f69",
  empty: "#d3d3cc",
  /** Marks the query alone. */
  accent: "#2f5bd0",
  queryCard: "#eef2fc",
};

export const TYPE = {
  title: { size: 26, weight: 600 },
  label: { size: 26, weight: 600 },
  fileName: { size: 22, weight: 500 },
  score: { size: 26, weight: 500 },
  detail: { size: 20, weight: 400 },
} as const satisfies Record<string, TextStyle>;

/** Space between the rank and the name, and between the scores of the views. */
const TITLE_GAP = 14;
const DETAIL_GAP = 22;

export interface PlacedPicture {
  readonly picture: Pixels;
  readonly left: number;
  readonly top: number;
}

/** What a card adds to its row: drawn shapes and text, and pictures to copy in. */
export interface Card {
  readonly svg: string;
  readonly pictures: readonly PlacedPicture[];
}

/** The query's card, in the first column. */
export async function drawQueryCard(query: SheetQuery, labels: SheetLabels): Promise<Card> {
  const corner = cardCorner(0);
  const label = await setLine(labels.query, TYPE.label);
  const names = await Promise.all(
    VIEWS.map(async (view) => {
      const style = { ...TYPE.fileName, maxWidth: PICTURE.side - TITLE_GAP, shorten: "middle" } as const;
      const line = await setLine(query.names?.[view] ?? labels.views[view], style);
      const { left } = picturePosition(corner, view);
      return line.at(left, corner.top + CARD.titleBaseline, query[view] ? COLOUR.ink : COLOUR.quiet);
    }),
  );
  const panel = await drawPanel(corner, query, labels);
  return {
    svg: `${cardShape(corner, COLOUR.queryCard, COLOUR.accent)}
      ${names.join("")}${panel.svg}
      ${label.at(corner.left + CARD.textInset, corner.top + CARD.scoreBaseline, COLOUR.accent)}`,
    pictures: panel.pictures,
  };
}

/** A match's card in the given column; `rankWidth` is the widest rank's width on the sheet, so that names align. */
export async function drawMatchCard(
  match: SheetMatch,
  column: number,
  rankWidth: number,
  labels: SheetLabels,
): Promise<Card> {
  const corner = cardCorner(column);
  const left = corner.left + CARD.textInset;
  const right = corner.left + CARD.width - CARD.textInset;
  const titleBaseline = corner.top + CARD.titleBaseline;
  const scoreBaseline = corner.top + CARD.scoreBaseline;
  const [rank, name, score] = (await Promise.all([
    setLine(String(match.rank), TYPE.title),
    setLine(match.id, {
      ...TYPE.title,
      maxWidth: right - left - rankWidth - TITLE_GAP,
      shorten: "middle",
    }),
    setLine(match.score.toFixed(3), TYPE.score),
  ])) as [TextLine, TextLine, TextLine];
  const details = await Promise.all(
    VIEWS.filter((view) => match.views?.[view] !== undefined).map((view) =>
      setLine(`${labels.views[view]} ${match.views![view]!.toFixed(3)}`, TYPE.detail),
    ),
  );
  let end = right;
  const placedDetails = details.toReversed().map((line) => {
    const placed = line.at(end - line.width, scoreBaseline, COLOUR.quiet);
    end -= line.width + DETAIL_GAP;
    return placed;
  });
  const panel = await drawPanel(corner, match.thumbnails, labels);
  return {
    svg: `${cardShape(corner, COLOUR.card)}
      ${rank.at(left + rankWidth - rank.width, titleBaseline, COLOUR.quiet)}
      ${name.at(left + rankWidth + TITLE_GAP, titleBaseline, COLOUR.ink)}
      ${score.at(left, scoreBaseline, COLOUR.ink)}${placedDetails.join("")}${panel.svg}`,
    pictures: panel.pictures,
  };
}

function cardShape({ left, top }: Corner, fill: string, outline?: string): string {
  const stroke = outline ? ` stroke="${outline}" stroke-width="${CARD.outline}"` : "";
  return `<rect x="${left}" y="${top}" width="${CARD.width}" height="${CARD.height}" rx="${CARD.radius}" fill="${fill}"${stroke}/>`;
}

/** The white panel that holds front and back side by side. */
async function drawPanel(corner: Corner, bytes: PerView<Uint8Array>, labels: SheetLabels): Promise<Card> {
  const shapes = [
    `<rect x="${corner.left + CARD.padding}" y="${corner.top + CARD.panelTop}" width="${PANEL.width}" height="${PANEL.height}" rx="${PANEL.radius}" fill="${COLOUR.panel}"/>`,
  ];
  const pictures: PlacedPicture[] = [];
  for (const view of VIEWS) {
    const place = picturePosition(corner, view);
    const picture = bytes[view] ? await decodeForCell(bytes[view]) : null;
    if (picture) {
      pictures.push({
        picture,
        left: place.left + Math.floor((PICTURE.side - picture.width) / 2),
        top: place.top + Math.floor((PICTURE.side - picture.height) / 2),
      });
    } else {
      shapes.push(await emptyPlace(place, labels.missing[view]));
    }
  }
  return { svg: shapes.join(""), pictures };
}

async function emptyPlace({ left, top }: Corner, label: string): Promise<string> {
  const inset = 12;
  const side = PICTURE.side - 2 * inset;
  const text = await setLine(label, { ...TYPE.detail, maxWidth: side - 2 * inset });
  const middle = { x: left + PICTURE.side / 2, y: top + PICTURE.side / 2 };
  return `<rect x="${left + inset}" y="${top + inset}" width="${side}" height="${side}" rx="${PANEL.radius}" fill="none" stroke="${COLOUR.empty}" stroke-width="2" stroke-dasharray="8 8"/>
    ${text.at(middle.x - text.width / 2, middle.y + TYPE.detail.size / 3, COLOUR.quiet)}`;
}

/** A picture of 256 pixels keeps its own pixels: nothing is resampled, so that nothing is blurred. */
async function decodeForCell(bytes: Uint8Array): Promise<Pixels | null> {
  try {
    const { data, info } = await sharp(bytes, { autoOrient: true })
      .resize({ width: PICTURE.side, height: PICTURE.side, fit: "inside", withoutEnlargement: true })
      .flatten({ background: COLOUR.panel })
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height };
  } catch {
    return null;
  }
}
