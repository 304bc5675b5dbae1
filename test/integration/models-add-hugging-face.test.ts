import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { PackManifest } from "../../src/adapters/models/manifest.js";
import {
  clipEncoder,
  dinov2Encoder,
  type EncoderFiles,
  mapEncoder,
  patchEncoder,
  siglipEncoder,
  writeEncoder,
} from "../fixtures/hugging-face-encoders.js";
import { diptych } from "./diptych-process.js";
import { add, createModelsWorld, manifestOf, sentenceOf } from "./models-world.js";

const { directory, newFolder } = createModelsWorld();

describe("a folder in Hugging Face's layout", () => {
  let models: string;
  beforeAll(async () => {
    models = await newFolder("models");
  });

  const classToken = { kind: "first-token" } as const;
  test.concurrent.each<
    [string, EncoderFiles, string[], Pick<PackManifest, "embeddingDim" | "resizePolicy" | "outputs">]
  >([
    [
      "clip",
      clipEncoder,
      [],
      {
        embeddingDim: 5,
        resizePolicy: "contain",
        outputs: [{ name: "image_embeds", pooling: { kind: "none" } }],
      },
    ],
    [
      "siglip",
      siglipEncoder,
      ["--resize", "as-told"],
      {
        embeddingDim: 3,
        resizePolicy: "stretch",
        outputs: [{ name: "pooler_output", pooling: { kind: "none" } }],
      },
    ],
    [
      "dinov2",
      dinov2Encoder,
      ["--resize", "as-told"],
      {
        embeddingDim: 3,
        resizePolicy: { kind: "cover", shortSide: 36 },
        outputs: [{ name: "last_hidden_state", pooling: classToken }],
      },
    ],
    [
      "patches",
      patchEncoder,
      ["--resize", "trim"],
      {
        embeddingDim: 3,
        resizePolicy: "trim",
        outputs: [{ name: "last_hidden_state", pooling: { kind: "mean-of-tokens" } }],
      },
    ],
    [
      "map",
      mapEncoder,
      [],
      {
        embeddingDim: 3,
        resizePolicy: "contain",
        outputs: [{ name: "last_hidden_state", pooling: { kind: "average", grid: 1 } }],
      },
    ],
    [
      "flattened",
      mapEncoder,
      ["--pooling", "flatten", "--resize", "cover:40"],
      {
        embeddingDim: 48,
        resizePolicy: { kind: "cover", shortSide: 40 },
        outputs: [{ name: "last_hidden_state", pooling: { kind: "flatten" } }],
      },
    ],
    [
      "all-tokens",
      clipEncoder,
      ["--output", "last_hidden_state", "--pooling", "mean-of-tokens", "--id", "all-tokens-1.0"],
      {
        embeddingDim: 3,
        resizePolicy: "contain",
        outputs: [{ name: "last_hidden_state", pooling: { kind: "mean-of-tokens" } }],
      },
    ],
  ])("is added: %s", async (name, files, flags, expected) => {
    const folder = await writeEncoder(join(directory, "encoders", name), files);
    const id = flags.includes("--id") ? flags.at(-1)! : name;
    expect(await add(models, folder, ...flags)).toMatch(
      new RegExp(`^Added the model pack ${id}: embeddings of ${expected.embeddingDim} numbers\\. Licence: `),
    );
    expect(await manifestOf(models, id)).toMatchObject({ id, source: folder, ...expected });
  });

  test("gets an id of its own", async () => {
    const folder = await writeEncoder(await newFolder("encoder"), clipEncoder);
    const own = await newFolder("models");
    await add(own, folder, "--id", "mine");
    const again = (id: string) => diptych(["models", "add", folder, "--id", id, "--models", own]);
    for (const id of ["mine", "inception-v3"]) {
      expect(sentenceOf(await again(id))).toContain(`there is a pack "${id}" already`);
    }
    expect(sentenceOf(await again("../mine"))).toContain('received "../mine"');
    expect(await readdir(own)).toEqual(["mine"]);
  });
});
