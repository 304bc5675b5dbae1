import { AppError } from "../errors.js";
import type { ModelIdentity } from "./ports.js";

/** Whether embeddings of both are the same: their id, hash and embedding dimension are. */
export function isSameModel(a: ModelIdentity, b: ModelIdentity): boolean {
  return a.id === b.id && a.sha256 === b.sha256 && a.embeddingDim === b.embeddingDim;
}

/**
 * Holds that embeddings of `model` may be compared with those of a catalog of `catalogModel`. Where the catalog does not know
 * its model's hash, as with the tutorial's own features, the id and the embedding dimension have to do.
 *
 * @throws AppError MODEL_MISMATCH when they differ in id, hash or embedding dimension.
 */
export function requireSameModel(catalogModel: ModelIdentity, model: ModelIdentity): void {
  const known = catalogModel.sha256 === null ? { ...model, sha256: null } : model;
  if (isSameModel(catalogModel, known)) return;
  throw new AppError(
    "MODEL_MISMATCH",
    `The catalog holds embeddings of ${describe(catalogModel)}; received ones of ${describe(model)}: use that model, embed the designs anew with diptych import --reembed --model ${model.id}, or use another catalog directory.`,
  );
}

function describe({ id, sha256, embeddingDim }: ModelIdentity): string {
  return `${id} (sha256 ${sha256?.slice(0, 12) ?? "unknown"}, ${embeddingDim} dimensions)`;
}
