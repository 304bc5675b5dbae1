import { join } from "node:path";
import { expect, test } from "vitest";
import { diptych, importAll, searchJson } from "./diptych-process.js";
import {
  add,
  classifier,
  createFlats,
  createModelsWorld,
  DESIGNS,
  manifestOf,
  sha256,
} from "./models-world.js";

const { directory, newFolder, newFile } = createModelsWorld();
const { flats, picturesOf } = createFlats(directory);

test("a .tflite file becomes a pack of what its classifier classifies", async () => {
  const models = await newFolder("models");
  const file = await newFile("Small Net.tflite", classifier);
  expect(await add(models, file, "--sha256", sha256(classifier), "--resize", "contain")).toContain(
    "Added the model pack small-net: embeddings of 4 numbers.",
  );
  expect(await manifestOf(models, "small-net")).toMatchObject({
    source: file,
    resizePolicy: "contain",
    outputs: [{ name: "pooled", pooling: { kind: "none" } }],
  });
  const args = [
    "--models",
    models,
    "--model",
    "small-net",
    "--catalog",
    join(await newFolder("catalog"), "catalog"),
  ];
  expect(await importAll([flats, ...args])).toMatchObject({ imported: DESIGNS });
  const { matches } = await searchJson([...picturesOf(4), ...args]);
  expect(matches[0]).toMatchObject({ id: "D4" });

  await add(models, file, "--id", "scores", "--output", "scores");
  expect(await manifestOf(models, "scores")).toMatchObject({ embeddingDim: 3 });
});

test("a pack is tried in this process, whatever embeds for searches", async () => {
  const models = await newFolder("tried-here");
  const file = await newFile("tried.tflite", classifier);
  const env = { REDIS_URL: "redis://127.0.0.1:1" };
  const ending = await diptych(["models", "add", file, "--models", models, "--resize", "contain"], { env });
  expect(ending).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining("Added the model pack tried"),
  });
});
