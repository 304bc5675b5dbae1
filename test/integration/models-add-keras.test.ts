import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { mapEncoder, writeEncoder } from "../fixtures/hugging-face-encoders.js";
import { writeKerasWeights } from "../fixtures/keras-weights.js";
import { countsOf, diptych, importAll, searchJson } from "./diptych-process.js";
import { add, createFlats, createModelsWorld, DESIGNS, manifestOf, sentenceOf } from "./models-world.js";

const { directory, newFolder } = createModelsWorld();
const { flats, picturesOf } = createFlats(directory);

describe("VGG16 of Keras's weights", () => {
  let models: string;
  let weights: string;
  let catalog: string;
  let added: string;
  beforeAll(async () => {
    models = await newFolder("models");
    weights = join(directory, "vgg16.h5");
    catalog = join(directory, "vgg16-catalog");
    // Narrow, but as wide as the published one in its last block: so that embeddings are as long as the tutorial's.
    await writeKerasWeights(weights, { filters: [4, 4, 4, 4, 512] });
    added = await add(models, "vgg16-keras", "--weights", weights);
    const counts = await importAll([flats, ...withVgg16(), "--catalog", catalog]);
    expect(counts).toEqual({ imported: DESIGNS, unchanged: 0, failed: 0 });
  });
  const withVgg16 = () => ["--models", models, "--model", "vgg16-keras"];

  test("is added, listed, shown and verified", async () => {
    expect(added).toBe(
      "Added the model pack vgg16-keras: embeddings of 25088 numbers. Licence: CC BY 4.0 (weights: K. Simonyan and A. Zisserman, Visual Geometry Group, University of Oxford).\n" +
        "Use it with: diptych import SOURCE --model vgg16-keras, or diptych import --reembed --model vgg16-keras\n",
    );
    const run = async (...args: string[]) => {
      const ending = await diptych(["models", ...args, "--models", models]);
      expect(ending.exitCode).toBe(0);
      return ending.stdout;
    };
    const rows = (await run("list")).trimEnd().split("\n");
    expect(rows[0]).toMatch(/^id +title +numbers +pixels +comes$/);
    expect(rows[1]).toMatch(/^vgg16-keras +VGG16, ImageNet, flattened +25088 +224 +added$/);
    expect(rows[2]).toMatch(/^inception-v3 +\S.* 640 +235 +with Diptych$/);
    expect(rows).toHaveLength(3);

    const listed = JSON.parse(await run("list", "--json"));
    expect(listed).toMatchObject([
      { id: "vgg16-keras", own: true, source: weights, embeddingDim: 25_088 },
      { id: "inception-v3", own: false, embeddingDim: 640 },
    ]);

    const manifest = await manifestOf(models, "vgg16-keras");
    const { identity, devices, ...shown } = JSON.parse(await run("show", "vgg16-keras", "--json"));
    expect(shown).toEqual(manifest);
    expect(identity).toEqual({ id: "vgg16-keras", sha256: listed[0].sha256, embeddingDim: 25_088 });
    expect(Object.keys(devices)).toEqual(["cpu", "cuda", "dml", "coreml", "webgpu"]);
    expect(devices.cpu).toBeNull();
    expect(manifest).toMatchObject({
      input: { size: 224, layout: "NCHW", channelOrder: "BGR" },
      resizePolicy: "tutorial",
      resample: "cubic",
      outputs: [{ pooling: { kind: "flatten" } }],
      projection: { kind: "none" },
    });
    const lines = await run("show", "vgg16-keras");
    // Whole: they are what somebody copies.
    expect(lines).toMatch(new RegExp(`^model +sha256 ${manifest.model.sha256}$`, "m"));
    expect(lines).toMatch(new RegExp(`^identity +sha256 ${identity.sha256}$`, "m"));
    expect(lines).toMatch(/^takes +224 x 224 pixels, BGR, float32$/m);
    expect(lines).toMatch(/^on cpu +runs, chosen$/m);

    const verified = (id: string) =>
      `${id}: its files are those of its manifest, and it makes embeddings on cpu\n`;
    expect(await run("verify", "vgg16-keras")).toBe(verified("vgg16-keras"));
    expect(await run("verify")).toBe(verified("vgg16-keras") + verified("inception-v3"));
  });

  test("finds a design by its own pictures, and nothing to do in a second import", async () => {
    const { model, matches } = await searchJson([...picturesOf(2), ...withVgg16(), "--catalog", catalog]);
    expect(model.id).toBe("vgg16-keras");
    expect(matches).toHaveLength(DESIGNS);
    const [first, second] = matches;
    expect(first).toMatchObject({ id: "D2", verdict: null });
    for (const cosine of [first!.views.front!, first!.views.back!]) expect(cosine).toBeGreaterThan(0.999);
    expect(first!.score).toBeGreaterThan(0.999);
    expect(second!.score).toBeLessThan(0.99);
    for (const { score, views } of matches) {
      expect(score).toBeCloseTo((views.front! + views.back!) / 2, 5);
    }
    expect(await importAll([flats, ...withVgg16(), "--catalog", catalog])).toEqual({
      imported: 0,
      unchanged: DESIGNS,
      failed: 0,
    });
  });

  test("exports 25,088 numbers a view, which another catalog takes and searches alike", async () => {
    const features = join(directory, "features");
    expect(await diptych(["export", "--npy", features, "--catalog", catalog])).toMatchObject({
      exitCode: 0,
      stderr: "",
    });
    for (const file of ["img_feature_f.npy", "img_feature_b.npy"]) {
      const bytes = await readFile(join(features, file));
      const start = 10 + bytes.readUInt16LE(8);
      const header = bytes.toString("latin1", 10, start);
      expect(header).toContain(`'descr': '<f4', 'fortran_order': False, 'shape': (${DESIGNS}, 25088), `);
      expect(bytes.length - start).toBe(DESIGNS * 25_088 * 4);
      const row = Array.from({ length: 25_088 }, (_, i) => bytes.readFloatLE(start + 4 * i));
      expect(Math.hypot(...row)).toBeCloseTo(1, 3);
    }
    const other = join(directory, "from-features");
    expect(await importAll(["--npy", features, "--images", flats, "--catalog", other])).toEqual({
      imported: DESIGNS,
      unchanged: 0,
      failed: 0,
    });
    const [expected, found] = await Promise.all(
      [catalog, other].map((place) => searchJson([...picturesOf(3), ...withVgg16(), "--catalog", place])),
    );
    expect(found!.model).toEqual(expected!.model);
    expect(found!.matches[0]).toMatchObject({ id: "D3" });
    expect(found!.matches.map(({ id }) => id)).toEqual(expected!.matches.map(({ id }) => id));
    for (const [i, { score }] of found!.matches.entries()) {
      expect(score).toBeCloseTo(expected!.matches[i]!.score, 4);
    }
  });

  test("stays in its catalog until that is embedded anew by the command that the refusal names", async () => {
    const grid = await writeEncoder(join(directory, "grid"), mapEncoder);
    await add(models, grid, "--pooling", "average:4");
    const held = join(directory, "held");
    const withGrid = ["--models", models, "--model", "grid", "--catalog", held];
    expect(await importAll([flats, ...withGrid])).toMatchObject({ imported: DESIGNS });
    expect((await searchJson([...picturesOf(1), ...withGrid])).matches[0]).toMatchObject({ id: "D1" });

    const told = sentenceOf(
      await diptych(["models", "remove", "grid", "--models", models, "--catalog", held]),
    );
    expect(told).toContain(`The catalog in ${held} holds embeddings of "grid"`);
    expect(await readdir(models)).toContain("grid");

    const refused = await diptych(["import", flats, ...withVgg16(), "--catalog", held]);
    const command = "import --reembed --model vgg16-keras";
    expect(sentenceOf(refused, 4)).toMatch(
      new RegExp(
        `^The catalog holds embeddings of grid \\(.*, 48 dimensions\\); received ones of vgg16-keras \\(.*, 25088 dimensions\\): .* diptych ${command}, `,
      ),
    );
    const reembedded = await diptych([...command.split(" "), "--models", models, "--catalog", held]);
    expect(reembedded).toMatchObject({ exitCode: 0, stdout: "" });
    expect(countsOf(reembedded)).toEqual({ imported: DESIGNS, unchanged: 0, failed: 0 });
    const { matches } = await searchJson([...picturesOf(1), ...withVgg16(), "--catalog", held]);
    expect(matches[0]).toMatchObject({ id: "D1" });
  });
});
