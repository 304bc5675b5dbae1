/**
 * `npm run bench:embed [PACK ...]`: pictures a second from file bytes to embedding, stage by stage, and how the event loop fares;
 * and one picture at a time with further model packs, by their folders.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { rasterise } from "../demo/catalogue.js";
import { createFlatDesign } from "../demo/flats/design.js";
import { drawFlat } from "../demo/flats/draw.js";
import { createImageReader } from "../src/adapters/image/reader.js";
import { type ModelPack, openPack } from "../src/adapters/models/pack.js";
import { createEmbedder } from "../src/adapters/onnx/embedder.js";
import { percentile, report, residentMb, time } from "./measure.js";

const PICTURES = 64;
/** Of the comparison with the first descriptor: the median of fewer moves by some percent from run to run. */
const TURNS = 400;
const pack = await openPack("packs/inception-v3");
const reader = createImageReader({
  inputSize: pack.manifest.input.size,
  resizePolicy: pack.manifest.resizePolicy,
});
const files = await Promise.all(
  Array.from({ length: PICTURES }, (_, i) =>
    rasterise(drawFlat(createFlatDesign(1, i), i % 2 ? "back" : "front")),
  ),
);
const tensors = await Promise.all(files.map((file) => reader.toTensor(file)));
const decodes = await time(3, 1, () => Promise.all(files.map((file) => reader.read(file))));
const rows = [row("decode, trim, resize, thumbnail", decodes, PICTURES)];

for (const threads of [1, 2]) {
  const embedder = await createEmbedder(pack, { threads });
  const loop = monitorEventLoopDelay({ resolution: 1 });
  for (const batch of [1, 2, 16, PICTURES]) {
    loop.reset();
    loop.enable();
    const samples = await time(Math.max(4, 32 / batch), 2, () => embedder.embed(tensors.slice(0, batch)));
    loop.disable();
    rows.push({
      ...row(`embed ${batch} at once, ${threads} thread${threads > 1 ? "s" : ""}`, samples, batch),
      "event loop p99 ms": loop.percentile(99) / 1e6,
    });
  }
  await embedder.close();
}
rows.push(...(await besideTheFirst()));
for (const directory of process.argv.slice(2).filter((argument) => !argument.startsWith("-"))) {
  rows.push(await oneAtATime(await openPack(directory)));
}
report(rows);

/** The descriptor beside the first one, which hashes three layers: turn by turn, so that both meet the same machine. */
async function besideTheFirst() {
  const { manifest } = pack;
  const [early, , late, last] = manifest.outputs;
  const first: ModelPack = {
    ...pack,
    projectionPath: null,
    manifest: {
      ...manifest,
      outputs: [early!, late!, last!],
      projection: { kind: "feature-hashing", seed: 1 },
    },
  };
  const embedders = [
    await createEmbedder(first, { threads: 1 }),
    await createEmbedder(pack, { threads: 1 }),
  ] as const;
  const samples: [number[], number[]] = [[], []];
  for (let turn = 0; turn < TURNS; turn++) {
    const picture = tensors[turn % tensors.length]!;
    // Who begins changes, so that neither always finds the picture in the processor's cache.
    for (const i of turn % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      samples[i].push(...(await time(1, 0, () => embedders[i].embed([picture]))));
    }
  }
  for (const embedder of embedders) await embedder.close();
  return [
    row("embed 1, first descriptor, turn by turn", samples[0], 1),
    {
      ...row("embed 1, this descriptor, turn by turn", samples[1], 1),
      "time of the first": percentile(
        samples[1].map((own, i) => own / samples[0][i]!),
        0.5,
      ),
    },
  ];
}

async function oneAtATime(other: ModelPack) {
  const { input, resizePolicy, resample } = other.manifest;
  const own = await createImageReader({ inputSize: input.size, resizePolicy, resample }).toTensor(files[0]!);
  const embedder = await createEmbedder(other, { threads: 1 });
  const samples = await time(20, 2, () => embedder.embed([own]));
  await embedder.close();
  return row(`embed 1, ${other.identity.id}, 1 thread`, samples, 1);
}

function row(what: string, samples: readonly number[], pictures: number): Record<string, string | number> {
  return {
    what,
    "pictures/s": (1000 * pictures) / percentile(samples, 0.5),
    "p50 ms": percentile(samples, 0.5),
    "p95 ms": percentile(samples, 0.95),
    "resident MB": residentMb(),
  };
}
