import { embedWithHead, embedWithoutHead } from "../../core/head.js";
import type { ModelIdentity } from "../../core/ports.js";
import type { Reproject } from "../../core/reembed.js";
import { modelIdentity, withoutHead } from "./manifest.js";
import type { ModelPack } from "./pack.js";

/**
 * How embeddings of one model become those of a pack without the pictures: when both are the same but for their heads.
 *
 * @param fromPack the pack of that model; null when it is no longer there, which matters only if it had a head.
 * @returns null when the pictures are needed.
 */
export function reprojection(
  from: ModelIdentity,
  fromPack: ModelPack | null,
  to: ModelPack,
): Reproject | null {
  const base = withoutHead(to.manifest);
  const baseSha256 = modelIdentity(base).sha256;
  const aspects = base.aspects.length;
  const addHead: Reproject = (embedding) =>
    to.head ? embedWithHead(to.head, embedding, aspects) : embedding;
  if (from.sha256 === baseSha256) return addHead;
  if (fromPack?.head && fromPack.identity.sha256 === from.sha256) {
    const { dim } = fromPack.head;
    if (modelIdentity(withoutHead(fromPack.manifest)).sha256 === baseSha256) {
      return (embedding) => addHead(embedWithoutHead(dim, embedding, aspects));
    }
  }
  return null;
}
