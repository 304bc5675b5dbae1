import type { PackManifest } from "../models/manifest.js";
import type { OnnxGraph } from "../models/onnx-graph.js";
import { networkInput } from "./network-input.js";
import { type OutputShape, pooledName, poolingGraph } from "./pooling.js";
import { InferenceSession, type Tensor } from "./runtime.js";

/** Keeps onnxruntime from logging on standard error: what fails is thrown and told once, and no network need be without flaw. */
export const QUIET = { logSeverityLevel: 4 } as const satisfies InferenceSession.SessionOptions;

/** A loaded network with the pooling behind it. */
export interface Network {
  /** How long the vectors of each output are, pooled. */
  readonly lengths: readonly number[];
  /**
   * Takes unsigned 8-bit RGB, `[batchSize, size, size, 3]` in one piece, gives one float32 tensor `[batchSize, length]` for each
   * of the pack's outputs, in their order.
   */
  describe(pixels: Uint8Array, batchSize: number): Promise<Tensor[]>;
  /** Frees what it holds. */
  release(): Promise<void>;
}

type NetworkRecipe = Pick<PackManifest, "input" | "outputs">;

/**
 * Loads a network and runs it once, on a black picture: so it is known to run, and is warm.
 *
 * @param model an ONNX file, or what is in one.
 * @throws Error when onnxruntime cannot load or run it, or an output is not what its pooling takes.
 */
export async function loadNetwork(
  model: string | Uint8Array,
  recipe: NetworkRecipe,
  options: InferenceSession.SessionOptions = {},
): Promise<Network> {
  const { outputs } = recipe;
  const session = await InferenceSession.create(model as string, { ...QUIET, ...options });
  let pooling: InferenceSession | null = null;
  const release = async () => {
    await session.release();
    await pooling?.release();
  };
  try {
    const poolsItself = outputs.every((output) => session.outputNames.includes(pooledName(output)));
    const run = runner(session, recipe, outputs.map(poolsItself ? pooledName : nameOf));
    const sample = await run(black(recipe), 1);
    if (!poolsItself) pooling = await loadPooling(recipe, sample);
    const pooled = async (given: InferenceSession.ReturnType, batchSize: number) => {
      const vectors = pooling ? await pooling.run(given) : given;
      return outputs.map((output) => ofEachPicture(output.name, vectors[pooledName(output)]!, batchSize));
    };
    return {
      lengths: (await pooled(sample, 1)).map(({ dims }) => dims[1]!),
      describe: async (pixels, batchSize) => pooled(await run(pixels, batchSize), batchSize),
      release,
    };
  } catch (error) {
    await release();
    throw error;
  }
}

/**
 * The network with its pooling behind it, as {@link loadNetwork} takes it too: feature maps, which are many times as large as what is
 * made of them, then never leave onnxruntime.
 *
 * @param model of an ONNX file that was written here.
 * @throws Error as {@link loadNetwork} does.
 */
export async function withPooling(model: Uint8Array, recipe: NetworkRecipe): Promise<Uint8Array> {
  const session = await InferenceSession.create(model, QUIET);
  try {
    const sample = await runner(session, recipe, recipe.outputs.map(nameOf))(black(recipe), 1);
    return poolingOf(recipe, sample).appendedTo(model);
  } finally {
    await session.release();
  }
}

function runner(session: InferenceSession, { input }: NetworkRecipe, outputs: readonly string[]) {
  for (const name of outputs) {
    if (!session.outputNames.includes(name)) throw new Error(`it has no output named "${name}".`);
  }
  return (pixels: Uint8Array, batchSize: number) =>
    session.run({ [input.name]: networkInput(pixels, batchSize, input) }, outputs);
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}

function black({ input }: NetworkRecipe): Uint8Array {
  return new Uint8Array(input.size * input.size * 3);
}

function loadPooling(recipe: NetworkRecipe, sample: InferenceSession.ReturnType): Promise<InferenceSession> {
  return InferenceSession.create(poolingOf(recipe, sample).encode(), {
    ...QUIET,
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
}

function poolingOf({ outputs }: NetworkRecipe, sample: InferenceSession.ReturnType): OnnxGraph {
  return poolingGraph(
    outputs,
    outputs.map(({ name }) => outputShape(name, sample[name]!)),
  );
}

/** Holds that an output has one vector for each picture: else some would get those of others. */
function ofEachPicture(name: string, pooled: Tensor, batchSize: number): Tensor {
  const { type, dims } = pooled;
  if (type !== "float32" || dims.length !== 2) {
    throw new Error(
      `its output "${name}" is pooled to ${type} [${dims.join(", ")}], not to float32 [batch, length].`,
    );
  }
  if (dims[0] === batchSize) return pooled;
  throw new Error(`its output "${name}" is of ${dims[0]} pictures, not of the ${batchSize} it was given.`);
}

function outputShape(name: string, { type, dims }: Tensor): OutputShape {
  if (type !== "float32") throw new Error(`its output "${name}" is ${type}, not float32.`);
  return dims.slice(1);
}
