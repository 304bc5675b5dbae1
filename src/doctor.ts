/** Looks through a catalog for what is damaged, missing or left behind: composed of the adapters, as compose.ts is. */
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import pMap from "p-map";
import { keptFiles, removeUnused, stateOfPicture } from "./adapters/files/kept-files.js";
import { isKept } from "./adapters/files/picture-store.js";
import { createIsolatedReader } from "./adapters/image/isolated/reader.js";
import { type InspectedRow, openInspection, tablesOf } from "./adapters/lancedb/inspection.js";
import { openCatalog } from "./adapters/lancedb/open-catalog.js";
import { toJsonLine } from "./adapters/sources/json-lines-manifest.js";
import type { Config } from "./config.js";
import { type EmbeddedDesign, viewsOf } from "./core/design.js";
import {
  damagedDesign,
  damagedTable,
  type Finding,
  lostPicture,
  noChecksums,
  orphanedPicture,
  unfinishedFile,
  unreadableThumbnail,
} from "./core/finding.js";
import { AppError } from "./errors.js";

/** A server brings deleted designs back for an hour; whoever writes a picture writes its design in far less. */
const GRACE_MS = 2 * 60 * 60_000;
/** Rows whose pictures are looked at at once. */
const CONCURRENCY = 4;
/**
 * Where designs go that are removed because they are damaged: a file of its own for every repair, for to import an earlier one again
 * would undo what has become of its designs since.
 */
const manifestName = () =>
  `damaged-designs-${new Date().toISOString().replaceAll(/\W/gu, "")}-${randomBytes(3).toString("hex")}.jsonl`;

export type { Finding };

export interface Examination {
  /** In the catalog's present table. */
  readonly designs: number;
  readonly findings: readonly Finding[];
}

export interface ExamineRequest {
  /** Whether to remove what nobody needs, and designs that are damaged but can be imported anew. Default false. */
  readonly repair?: boolean;
  /** Told how many rows there are before the first is looked at. */
  readonly onStart?: (rows: number) => void;
  readonly onProgress?: (rows: number) => void;
}

/**
 * Looks through a whole catalog; safe while others read and write it.
 *
 * @throws AppError CATALOG_UNAVAILABLE when there is no catalog, or a repair cannot be written.
 */
export async function examineCatalog(
  { catalog: directory }: Config,
  { repair = false, onStart = () => {}, onProgress = () => {} }: ExamineRequest = {},
): Promise<Examination> {
  const findings: Finding[] = [];
  const damaged: SetAside[] = [];
  const used = new Set<string>();
  const manifest = path.join(directory, manifestName());
  const bringBack = repair ? `diptych import ${manifest} --catalog ${directory}` : null;
  let designs = 0;
  // Before the rows: a picture that is written from now on is young, whatever the rows say of it.
  const files = [];
  for await (const file of keptFiles(directory)) files.push(file);
  let complete = true;
  for (const [index, table] of (await tablesOf(directory)).entries()) {
    try {
      const inspection = await openInspection(directory, table);
      try {
        if (index === 0) {
          designs = inspection.rows;
          onStart(designs);
        }
        if (!inspection.hasChecksums) findings.push(noChecksums(table.table));
        complete &&= await examineRows(inspection.inspect(), index === 0);
      } finally {
        inspection.close();
      }
    } catch (error) {
      complete = false;
      findings.push(damagedTable(table.table, AppError.from(error)));
    }
  }
  for (const file of files) {
    const names = [path.resolve(directory, file.path), path.posix.basename(file.path)];
    const isOrphan = complete && !names.some((name) => used.has(name));
    if (Date.now() - file.usedAt < GRACE_MS || !(file.isDraft || isOrphan)) continue;
    const repaired = repair && (await removeUnused(directory, file));
    findings.push(file.isDraft ? unfinishedFile(file.path, repaired) : orphanedPicture(file.path, repaired));
  }
  if (repair && damaged.length > 0) await setAside(directory, manifest, damaged);
  return { designs, findings };

  /** @returns whether all that the rows need is known. */
  async function examineRows(rows: AsyncIterable<InspectedRow>, isPresent: boolean): Promise<boolean> {
    let whole = true;
    let done = 0;
    const examined = await pMap(
      rows,
      async ({ id, design, damage }): Promise<Finding[]> => {
        // Of a damaged one it is not known which pictures it has.
        if (!design || damage !== null) whole = false;
        for (const { path: file, sha256 } of Object.values(design?.views ?? {})) {
          if (file !== null) used.add(path.resolve(directory, file));
          // By which the catalog calls its files: a path that was told from outside may be that of a folder which has moved since.
          if (sha256 !== null) used.add(sha256);
        }
        // Of the embeddings to go back to, only the pictures matter.
        if (!isPresent) return [];
        const found = design ? await examinePictures(design, directory, damage === null) : [];
        done += 1;
        onProgress(done);
        if (damage === null) return found;
        const isThere = design !== null && found.length === 0 && hasAllPictures(design);
        const line = isThere ? toJsonLine(design, directory) : null;
        if (isThere && line !== null) damaged.push({ design, line });
        return [damagedDesign(id, damage, line !== null, bringBack), ...found];
      },
      { concurrency: CONCURRENCY },
    );
    // In the order of the rows, whichever was examined first.
    for (const found of examined) findings.push(...found);
    return whole;
  }
}

async function examinePictures(
  { id, views }: EmbeddedDesign,
  directory: string,
  withThumbnails: boolean,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const view of viewsOf(views)) {
    const { path: file, sha256, thumbnail } = views[view]!;
    if (withThumbnails && thumbnail && !(await isPicture(thumbnail))) {
      findings.push(unreadableThumbnail(id, view));
    }
    if (file === null || sha256 === null) continue;
    const state = await stateOfPicture(path.resolve(directory, file), sha256);
    if (state !== "whole") findings.push(lostPicture(id, view, file, isKept(file), state));
  }
  return findings;
}

function hasAllPictures({ views }: EmbeddedDesign): boolean {
  return Object.values(views).every(({ path: file, sha256 }) => file !== null && sha256 !== null);
}

// Damaged bytes are what a decoder may break down at.
const thumbnails = createIsolatedReader({ inputSize: 16, resizePolicy: "contain" });

async function isPicture(thumbnail: Uint8Array): Promise<boolean> {
  return thumbnails.toThumbnail(thumbnail).then(
    () => true,
    () => false,
  );
}

/** A damaged design, and the line of a manifest that brings it back. */
interface SetAside {
  readonly design: EmbeddedDesign;
  readonly line: string;
}

/** Removes designs from the catalog after they were written to a manifest that brings them back. */
async function setAside(directory: string, manifest: string, damaged: readonly SetAside[]): Promise<void> {
  await writeFile(manifest, damaged.map(({ line }) => `${line}\n`).join(""), { flag: "wx", flush: true });
  const [present] = await tablesOf(directory);
  const catalog = await openCatalog({ directory, model: present!.model, create: false });
  try {
    for (const { design } of damaged) {
      const known = await catalog.getEmbedded([design.id]).catch(() => null);
      // A server may have got it anew meanwhile.
      const isStillDamaged = known === null || isDeepStrictEqual(known.get(design.id), design);
      if (isStillDamaged) await catalog.delete([design.id]);
    }
  } finally {
    await catalog.close();
  }
}
