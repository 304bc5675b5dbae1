import { AppError } from "../errors.js";
import type { ModelIdentity } from "./ports.js";

/**
 * Holds that embeddings of `model` may be written to a catalog of `catalogModel`.
 *
 * @throws AppError MODEL_MISMATCH when they differ in id, hash or embedding dimension.
 */
export function requireSameModel(catalogModel: ModelIdentity, model: ModelIdentity): void {
  const same =
    catalogModel.id === model.id &&
    catalogModel.sha256 === model.sha256 &&
    catalogModel.embeddingDim === model.embeddingDim;
  if (same) return;
  throw new AppError(
    "MODEL_MISMATCH",
    `The catalog holds embeddings of ${describe(catalogModel)}; received ones of ${describe(model)}: use that model, or another catalog directory.`,
  );
}

function describe({ id, sha256, embeddingDim }: ModelIdentity): string {
  return `${id} (sha256 ${sha256?.slice(0, 12) ?? "unknown"}, ${embeddingDim} dimensions)`;
}
