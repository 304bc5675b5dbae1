import type { AppError } from "../errors.js";
import type { View } from "./design.js";

/** Something about a catalog that is not as it should be. */
export interface Finding {
  readonly kind:
    | "damaged-catalog"
    | "damaged-design"
    | "unreadable-thumbnail"
    | "damaged-picture"
    | "missing-picture"
    | "missing-original"
    | "no-checksums"
    | "orphaned-picture"
    | "unfinished-file";
  /** Whether designs or pictures are lost or wrong; else it only takes room, or is of use one day. */
  readonly serious: boolean;
  /** The design, file or table. */
  readonly subject: string;
  readonly detail: string;
  /** What to do about it. */
  readonly remedy: string;
  /** Whether it was done. */
  readonly repaired: boolean;
}

export function damagedTable(table: string, { message }: AppError): Finding {
  return {
    kind: "damaged-catalog",
    serious: true,
    subject: table,
    detail: message,
    remedy: "restore the folder from a copy, or import the designs into a new one",
    repaired: false,
  };
}

/**
 * @param canReturn whether an import can bring it back just as it was, from the pictures that are there.
 * @param bringBack the command that imports it, to which end it is set aside if it can return; null when nothing is repaired.
 */
export function damagedDesign(
  id: string | null,
  damage: string,
  canReturn: boolean,
  bringBack: string | null,
): Finding {
  const repaired = canReturn && bringBack !== null;
  const whole = repaired
    ? `it was set aside; bring it back, once, with: ${bringBack}`
    : "set it aside with --repair, which tells how to bring it back";
  const remedy = canReturn
    ? whole
    : "its pictures are not all there, or no manifest can tell its attributes: restore the folder from a copy, or delete the design and add it anew";
  return {
    kind: "damaged-design",
    serious: true,
    subject: id ?? "unknown",
    detail: damage,
    remedy,
    repaired,
  };
}

export function unreadableThumbnail(id: string, view: View): Finding {
  return {
    kind: "unreadable-thumbnail",
    serious: true,
    subject: id,
    detail: `the thumbnail of its ${view} is no picture`,
    remedy: `send the ${view} again, or delete the design and import it anew`,
    repaired: false,
  };
}

/** @param kept whether it was the catalog that kept the picture. */
export function lostPicture(
  id: string,
  view: View,
  file: string,
  kept: boolean,
  state: "damaged" | "gone",
): Finding {
  const what = state === "gone" ? "is gone" : kept ? "is damaged" : "is another picture by now";
  return {
    kind: kept ? (state === "gone" ? "missing-picture" : "damaged-picture") : "missing-original",
    serious: kept,
    subject: id,
    detail: `the original of its ${view}, ${file}, ${what}`,
    remedy: kept
      ? `send the ${view} again, or restore ${file} from a copy; searches go on without it`
      : "searches go on without it; import the design again where its picture is now",
    repaired: false,
  };
}

export function noChecksums(table: string): Finding {
  return {
    kind: "no-checksums",
    serious: false,
    subject: table,
    detail:
      "an earlier version of Diptych made it, without checksums: damaged numbers are found by their length alone",
    remedy: "import the designs into a new folder, or embed them anew",
    repaired: false,
  };
}

export function orphanedPicture(file: string, repaired: boolean): Finding {
  return {
    kind: "orphaned-picture",
    serious: false,
    subject: file,
    detail: "no design has this picture",
    remedy: "--repair removes it",
    repaired,
  };
}

export function unfinishedFile(file: string, repaired: boolean): Finding {
  return {
    kind: "unfinished-file",
    serious: false,
    subject: file,
    detail: "a process that was killed left it half written",
    remedy: "--repair removes it",
    repaired,
  };
}
