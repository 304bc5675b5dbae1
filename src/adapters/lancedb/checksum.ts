import { createHash } from "node:crypto";
import { DamagedDesignError } from "../../core/damaged-design.js";
import { type EmbeddedDesign, viewsOf } from "../../core/design.js";
import { toFloat16 } from "./float16.js";
import { attributesText, isStoredAsFloat16 } from "./schema.js";

/** Bytes of a SHA-256 that are kept: more than enough against chance, and nobody is to be kept from forging one. */
const LENGTH = 16;

/**
 * A checksum of all that is stored of a design. LanceDB keeps none of its data: a bit that turns on the disk is read as it is,
 * as another number of an embedding.
 */
export function checksumOf({ id, attributes, views }: EmbeddedDesign): Uint8Array {
  const hash = createHash("sha256");
  const present = viewsOf(views).map((view) => ({ view, ...views[view]! }));
  // JSON keeps the parts apart, and tells how many bytes follow.
  const told = present.map(({ view, sha256, path, thumbnail }) => [
    view,
    sha256,
    path,
    thumbnail?.length ?? null,
  ]);
  hash.update(JSON.stringify([id, attributesText(attributes), told]));
  for (const { thumbnail, embedding } of present) {
    if (thumbnail) hash.update(thumbnail);
    const stored = isStoredAsFloat16(embedding.length) ? toFloat16(embedding) : embedding;
    hash.update(new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength));
  }
  return hash.digest().subarray(0, LENGTH);
}

/**
 * Holds that a design is what was written.
 *
 * @param checksum as it was written with it; null where there is none.
 * @throws DamagedDesignError
 */
export function verifyDesign(design: EmbeddedDesign, checksum: Uint8Array | null): void {
  if (checksum === null || Buffer.compare(checksum, checksumOf(design)) === 0) return;
  throw new DamagedDesignError(design.id);
}
