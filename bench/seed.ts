/**
 * `npm run bench:seed`: the tutorial's recipe and Diptych side by side in one run, 3,000 pairs each: VGG16 in float32 on all
 * processors, Flatten, 25,088 numbers a view, brute force over features held in memory, argsort, top 20; against Diptych as it comes.
 *
 * The weights of VGG16 are drawn at random, for they change no time. The tutorial's features are random unit vectors: only the
 * pictures of the import are embedded by it, as many as tell its rate.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { rasterise, writeCatalogue } from "../demo/catalogue.js";
import { createFlatDesign } from "../demo/flats/design.js";
import { drawFlat } from "../demo/flats/draw.js";
import { perturb } from "../demo/perturb.js";
import { createImageReader } from "../src/adapters/image/reader.js";
import { vgg16Recipe } from "../src/adapters/models/keras/vgg16-recipe.js";
import { OnnxGraph } from "../src/adapters/models/onnx-graph.js";
import { loadNetwork } from "../src/adapters/onnx/network.js";
import { InferenceSession, Tensor } from "../src/adapters/onnx/runtime.js";
import type { PerView } from "../src/core/design.js";
import { normalizeL2 } from "../src/core/embedding.js";
import { openDiptych } from "../src/index.js";
import { VGG16_FILTERS, writeKerasWeights } from "../test/fixtures/keras-weights.js";
import { percentile, reportTables, time } from "./measure.js";

const SEED = 1;
const PAIRS = 3000;
/** Pairs that both import for their rates. */
const IMPORTED = 48;
/** Searches in blocks that take turns, so that both meet the same machine, and neither the other's leftovers in its caches. */
const BLOCKS = 4;
const SEARCHES = 10;
const WARM_UPS = 2;
type Pictures = Required<PerView<Uint8Array>>;
const TUTORIAL_DIM = 7 * 7 * 512;

const work = await mkdtemp(path.join(tmpdir(), "diptych-bench-seed-"));
try {
  const directory = path.resolve("demo-data", String(PAIRS));
  const { manifest } = await writeCatalogue({ directory, count: PAIRS, seed: SEED });
  const diptych = await openDiptych({ catalog: path.join(directory, "catalog"), create: true });
  console.error(`Diptych imports ${PAIRS} pairs, unless they are there already`);
  await diptych.import(manifest);
  const tutorial = await createTutorial();

  const queries = await Promise.all(Array.from({ length: WARM_UPS + SEARCHES }, (_, i) => query(i * 200)));
  const samples = { tutorial: [] as number[], diptych: [] as number[] };
  for (let block = 0; block < BLOCKS; block++) {
    const measure = (search: (pictures: Pictures) => Promise<unknown>) =>
      time(SEARCHES, WARM_UPS, (run) => search(queries[run]!));
    samples.tutorial.push(...(await measure(tutorial.search)));
    samples.diptych.push(...(await measure((pictures) => diptych.search({ pictures }))));
  }
  const { embeddingDim } = diptych.model;
  await diptych.close();

  const files = await Promise.all(
    Array.from({ length: IMPORTED }, async (_, i) => {
      const { id } = createFlatDesign(SEED, i);
      const read = (view: string) => readFile(path.join(directory, "pictures", `${id}-${view}.png`));
      return [await read("front"), await read("back")];
    }),
  );
  const small = await writeCatalogue({ directory: path.join(work, "small"), count: IMPORTED, seed: SEED });
  const importing = await openDiptych({ catalog: path.join(work, "catalog"), create: true });
  const [tutorialMs] = await time(1, 0, () => tutorial.embed(files.flat()));
  const [diptychMs] = await time(1, 0, () => importing.import(small.manifest));
  await importing.close();

  const memory = (dim: number) => (PAIRS * 2 * dim * Float32Array.BYTES_PER_ELEMENT) / 1e6;
  const row = (what: string, theirs: number, ours: number) => ({
    what,
    tutorial: theirs,
    diptych: ours,
    "in Diptych's favour": theirs / ours,
  });
  reportTables({
    "the tutorial's recipe and Diptych": [
      row(
        "search, two files to 20 matches, p50 ms",
        percentile(samples.tutorial, 0.5),
        percentile(samples.diptych, 0.5),
      ),
      row("search, p95 ms", percentile(samples.tutorial, 0.95), percentile(samples.diptych, 0.95)),
      row(`features of ${PAIRS} pairs, MB`, memory(TUTORIAL_DIM), memory(embeddingDim)),
      row("import of a pair, ms", tutorialMs! / IMPORTED, diptychMs! / IMPORTED),
    ],
  });
} finally {
  await rm(work, { recursive: true });
}

/** A pair of the catalogue as somebody brings it. */
async function query(index: number): Promise<Pictures> {
  const design = createFlatDesign(SEED, index);
  const draw = async (view: "front" | "back") =>
    perturb(await rasterise(drawFlat(design, view)), "mild", index);
  return { front: await draw("front"), back: await draw("back") };
}

/** The tutorial as it would be written for speed: the model loaded once, all processors, products by a matrix library. */
async function createTutorial() {
  const weights = path.join(work, "weights.h5");
  await writeKerasWeights(weights, { filters: VGG16_FILTERS, seed: SEED });
  const recipe = await vgg16Recipe(weights, "drawn at random");
  const { size } = recipe.input;
  const network = await loadNetwork(recipe.model, recipe);
  const reader = createImageReader({
    inputSize: size,
    resizePolicy: recipe.resizePolicy,
    resample: recipe.resample,
  });
  const products = await InferenceSession.create(productGraph());
  const gallery = { front: randomFeatures(), back: randomFeatures() };

  /** L2-normalised features, in batches of at most 32 pictures as `predict` takes them. */
  async function embed(files: readonly Uint8Array[]): Promise<Float32Array[]> {
    const features: Float32Array[] = [];
    for (let start = 0; start < files.length; start += 32) {
      const tensors = await Promise.all(files.slice(start, start + 32).map((file) => reader.toTensor(file)));
      const pixels = new Uint8Array(tensors.length * size * size * 3);
      for (const [i, { data }] of tensors.entries()) pixels.set(data, i * data.length);
      const [flat] = await network.describe(pixels, tensors.length);
      const values = flat!.data as Float32Array;
      for (const i of tensors.keys()) {
        features.push(normalizeL2(values.slice(i * TUTORIAL_DIM, (i + 1) * TUTORIAL_DIM)));
      }
    }
    return features;
  }

  async function search(pictures: Pictures): Promise<number[]> {
    const [front, back] = await embed([pictures.front, pictures.back]);
    const score = async (features: Tensor, own: Float32Array) => {
      const { scores } = await products.run({
        features,
        query: new Tensor("float32", own, [TUTORIAL_DIM, 1]),
      });
      return scores!.data as Float32Array;
    };
    const [fronts, backs] = [await score(gallery.front, front!), await score(gallery.back, back!)];
    const scores = fronts.map((cosine, i) => 0.5 * cosine + 0.5 * backs[i]!);
    return Array.from(scores.keys())
      .sort((a, b) => scores[b]! - scores[a]!)
      .slice(0, 20);
  }
  return { embed, search };
}

function productGraph(): Uint8Array {
  const graph = new OnnxGraph();
  graph.input("features", "float32", ["rows", TUTORIAL_DIM]);
  graph.input("query", "float32", [TUTORIAL_DIM, 1]);
  graph.node("MatMul", ["features", "query"], "scores");
  graph.output("scores", "float32", ["rows", 1]);
  return graph.encode();
}

function randomFeatures(): Tensor {
  const features = new Float32Array(PAIRS * TUTORIAL_DIM);
  for (let i = 0; i < features.length; i++) features[i] = Math.random();
  for (let row = 0; row < PAIRS; row++) {
    normalizeL2(features.subarray(row * TUTORIAL_DIM, (row + 1) * TUTORIAL_DIM));
  }
  return new Tensor("float32", features, [PAIRS, TUTORIAL_DIM]);
}
