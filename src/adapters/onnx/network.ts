import type { PackManifest } from "../models/manifest.js";
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

/**
 * Loads a network and runs it once, on a black picture: so it is known to run, and is warm.
 *
 * @param model an ONNX file, or what is in one.
 * @throws Error when onnxruntime cannot load or run it, or an output is not what its pooling takes.
 */
export async function loadNetwork(
  model: string | Uint8Array,
  { input, outputs }: Pick<PackManifest, "input" | "outputs">,
  options: InferenceSession.SessionOptions = {},
): Promise<Network> {
  const session = await InferenceSession.create(model as string, { ...QUIET, ...options });
  const names = outputs.map(({ name }) => name);
  const run = (pixels: Uint8Array, batchSize: number) =>
    session.run({ [input.name]: networkInput(pixels, batchSize, input) }, names);
  try {
    for (const name of names) {
      if (!session.outputNames.includes(name)) throw new Error(`it has no output named "${name}".`);
    }
    const sample = await run(new Uint8Array(input.size * input.size * 3), 1);
    const shapes = names.map((name) => outputShape(name, sample[name]!));
    const pooling = await InferenceSession.create(poolingGraph(outputs, shapes), {
      ...QUIET,
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
    });
    const pool = async (maps: InferenceSession.ReturnType, batchSize: number) => {
      const pooled = await pooling.run(maps);
      return names.map((name) => ofEachPicture(name, pooled[pooledName(name)]!, batchSize));
    };
    return {
      lengths: (await pool(sample, 1)).map(({ dims }) => dims[1]!),
      describe: async (pixels, batchSize) => pool(await run(pixels, batchSize), batchSize),
      async release() {
        await session.release();
        await pooling.release();
      },
    };
  } catch (error) {
    await session.release();
    throw error;
  }
}

/** Holds that an output has one vector for each picture: else some would get those of others. */
function ofEachPicture(name: string, pooled: Tensor, batchSize: number): Tensor {
  const [vectors] = pooled.dims;
  if (vectors === batchSize) return pooled;
  throw new Error(`its output "${name}" is of ${vectors} pictures, not of the ${batchSize} it was given.`);
}

function outputShape(name: string, { type, dims }: Tensor): OutputShape {
  if (type !== "float32") throw new Error(`its output "${name}" is ${type}, not float32.`);
  return dims.slice(1);
}
