import { setTimeout as sleep } from "node:timers/promises";
import { isSameModel } from "../../core/same-model.js";
import { AppError } from "../../errors.js";
import { type CatalogManifest, isChangingOver, readManifest, replaceManifest } from "./manifest.js";

/** How long a change is announced for; renewed until it is made. Whom a killed process leaves waiting waits no longer. */
const ANNOUNCED_FOR_MS = 10_000;
const RENEWED_EVERY_MS = 2_000;
/** What replacing the file may take at most for the change still to be made in time. */
const TIME_TO_REPLACE_MS = 2_000;

/**
 * Gives a catalog other embeddings while nobody writes to those it has: writers of other processes look for the announcement
 * before and after each write, so that what they acknowledged was there before it, and is seen by `prepare`.
 *
 * @param held what the catalog said of itself when the change was begun.
 * @param prepare gives what it shall say from now on; null leaves it as it is. Its failure does, too.
 * @returns whether it was changed.
 * @throws AppError CATALOG_UNAVAILABLE when another process changed it meanwhile, or this one was held up for too long.
 */
export async function changeOver(
  directory: string,
  held: CatalogManifest,
  prepare: () => Promise<CatalogManifest | null>,
): Promise<boolean> {
  const present = await presentManifest(directory);
  if (!present || present.table !== held.table || !isSameModel(present.model, held.model)) {
    throw new AppError(
      "CATALOG_UNAVAILABLE",
      `The catalog in ${directory} got other embeddings meanwhile, those of ${present?.model.id ?? "no model"}; run this again to change over from them.`,
    );
  }
  const { changingOverUntil: _, ...quiet } = held;
  let announcedUntil = Number.POSITIVE_INFINITY;
  // While nothing was announced others may have written, also where it was announced anew since.
  let hasLapsed = false;
  const noteLapse = () => {
    hasLapsed ||= Date.now() > announcedUntil;
  };
  const announce = async () => {
    noteLapse();
    const until = Date.now() + ANNOUNCED_FOR_MS;
    await replaceManifest(directory, { ...quiet, changingOverUntil: new Date(until).toISOString() });
    noteLapse();
    announcedUntil = until;
  };
  await announce();
  let renewal: Promise<void> = Promise.resolve();
  const renewing = setInterval(() => {
    renewal = renewal.then(announce).catch(() => {});
  }, RENEWED_EVERY_MS);
  let next: CatalogManifest | null = null;
  try {
    next = await prepare();
  } finally {
    clearInterval(renewing);
    await renewal;
    if (!next) await replaceManifest(directory, quiet);
  }
  if (!next) return false;
  if (hasLapsed || Date.now() > announcedUntil - TIME_TO_REPLACE_MS) {
    throw new AppError(
      "CATALOG_UNAVAILABLE",
      `Changing over the catalog in ${directory} was held up for too long, and others may have written to it; it is as it was, so run this again.`,
    );
  }
  await replaceManifest(directory, next);
  return true;
}

/** What the catalog says of itself when no other process is changing it over. */
async function presentManifest(directory: string): Promise<CatalogManifest | null> {
  for (;;) {
    const present = await readManifest(directory);
    if (!present || !isChangingOver(present)) return present;
    await sleep(RENEWED_EVERY_MS / 10);
  }
}
