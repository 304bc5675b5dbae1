import { describe, expect, it } from "vitest";
import type { ModelIdentity } from "./ports.js";
import { requireSameModel } from "./same-model.js";

const pack: ModelIdentity = { id: "vgg16-keras", sha256: "a".repeat(64), embeddingDim: 25_088 };

describe("what a catalog may be compared with", () => {
  it.each<[string, ModelIdentity]>([
    ["the very same model", pack],
    [
      "the model of that name and length, where the catalog does not know the hash",
      { ...pack, sha256: null },
    ],
  ])("%s", (_, catalogModel) => {
    expect(() => requireSameModel(catalogModel, pack)).not.toThrow();
  });

  it.each<[string, ModelIdentity]>([
    ["another id", { ...pack, id: "other" }],
    ["another hash", { ...pack, sha256: "b".repeat(64) }],
    ["another length", { ...pack, embeddingDim: 512 }],
    ["another id, and no hash", { ...pack, id: "other", sha256: null }],
    ["another length, and no hash", { ...pack, sha256: null, embeddingDim: 512 }],
  ])("not %s; the message names both and the way out", (_, catalogModel) => {
    expect(() => requireSameModel(catalogModel, pack)).toThrow(
      new RegExp(
        `holds embeddings of ${catalogModel.id} .*; received ones of vgg16-keras .*diptych import --reembed --model vgg16-keras`,
        "u",
      ),
    );
  });

  it("not a model without a hash, where the catalog knows its own", () => {
    expect(() => requireSameModel(pack, { ...pack, sha256: null })).toThrow(/sha256 unknown/u);
  });
});
