import type { View } from "../../core/design.js";

/** Every length of a contact sheet, in pixels. The tutorial's grid: eight pictures, that is four pairs, to a row. */
export const PAIRS_PER_ROW = 4;
const CARD_GAP = 32;
const MARGIN = 64;

/** A picture's place: as large as a thumbnail. */
export const PICTURE = { side: 256, gap: 12 };

const PANEL_PADDING = 10;

/** The white field around both pictures of a pair. */
export const PANEL = {
  padding: PANEL_PADDING,
  radius: 10,
  width: 2 * PICTURE.side + PICTURE.gap + 2 * PANEL_PADDING,
  height: PICTURE.side + 2 * PANEL_PADDING,
};

const CARD_PADDING = 14;
const TITLE_HEIGHT = 62;
const SCORE_HEIGHT = 60;

/** The query's outline; half of it lies outside its card. */
const OUTLINE = 4;
const HEIGHT = TITLE_HEIGHT + PANEL.height + SCORE_HEIGHT;

/** A pair with its texts. Positions are told from the card's top-left corner. */
export const CARD = {
  padding: CARD_PADDING,
  /** Text begins and ends where the pictures do. */
  textInset: CARD_PADDING + PANEL_PADDING,
  radius: 18,
  width: PANEL.width + 2 * CARD_PADDING,
  titleBaseline: 41,
  panelTop: TITLE_HEIGHT,
  scoreBaseline: TITLE_HEIGHT + PANEL.height + 39,
  height: HEIGHT,
  outline: OUTLINE,
  outerHeight: HEIGHT + 2 * OUTLINE,
};

export const SHEET_WIDTH = 2 * MARGIN + PAIRS_PER_ROW * CARD.width + (PAIRS_PER_ROW - 1) * CARD_GAP;

export interface Corner {
  readonly left: number;
  readonly top: number;
}

/** How high a sheet of so many rows is, the query's row included. */
export function sheetHeight(rows: number): number {
  return rowTop(rows - 1) + CARD.outerHeight + MARGIN - CARD.outline;
}

/** Where a row begins on the sheet. */
export function rowTop(row: number): number {
  return MARGIN - CARD.outline + row * (CARD.height + CARD_GAP);
}

/** The top-left corner of the card in the given column, in its row. */
export function cardCorner(column: number): Corner {
  return { left: MARGIN + column * (CARD.width + CARD_GAP), top: CARD.outline };
}

/** The top-left corner of a view's place in the card with the given corner. */
export function picturePosition(corner: Corner, view: View): Corner {
  const left = corner.left + CARD.padding + PANEL.padding;
  return {
    left: view === "front" ? left : left + PICTURE.side + PICTURE.gap,
    top: corner.top + CARD.panelTop + PANEL.padding,
  };
}
