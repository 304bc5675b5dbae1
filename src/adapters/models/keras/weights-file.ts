import { open } from "node:fs/promises";
import path from "node:path";
import type { Attribute, Dataset, Group } from "h5wasm/node";
import { AppError } from "../../../errors.js";

/** One array of weights, as Keras lays it out. */
export interface KerasArray {
  /** As the file calls it: `block1_conv1_W_1:0`, `block1_conv1/kernel:0`. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The arrays of each layer, in Keras's order: a convolution's kernel, then its bias; none for a layer without weights. */
export type KerasWeights = ReadonlyMap<string, readonly KerasArray[]>;

/** What every HDF5 file that Keras writes begins with. */
const SIGNATURE = Buffer.from("\x89HDF\r\n\x1a\n", "latin1");

/** The group that holds the layers in a file of `model.save`; `model.save_weights` has them at the root. */
const MODEL_GROUP = "model_weights";

/** HDF5's number for the class of the floating-point types. */
const H5T_FLOAT = 1;

type Hdf5 = typeof import("h5wasm/node");

/**
 * Reads the weights of all layers from an HDF5 file in the layout of Keras 1 and 2.
 *
 * @throws AppError NOT_FOUND when the file cannot be opened; MODEL_INVALID when it is not HDF5, is damaged or cut short, has
 * another layout, or holds numbers that are not finite or not of 32 or 64 bits.
 */
export async function readKerasWeights(file: string): Promise<KerasWeights> {
  const absolute = path.resolve(file);
  await requireSignature(absolute);
  // Compiled where it is needed, for nothing else needs it.
  const hdf5 = await import("h5wasm/node");
  const { activate_throwing_error_handler, deactivate_throwing_error_handler } = await hdf5.ready;
  // Otherwise HDF5 prints its errors, and what it failed to read is whatever the memory held. The handler is the library's, but
  // nothing between here and its removal lets other code run. It leaves a file descriptor open for each error.
  activate_throwing_error_handler();
  try {
    return readLayers(absolute, hdf5);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError("MODEL_INVALID", damage(absolute, String(cause)), { cause });
  } finally {
    deactivate_throwing_error_handler();
  }
}

async function requireSignature(file: string): Promise<void> {
  const start = Buffer.alloc(SIGNATURE.length);
  try {
    const handle = await open(file);
    try {
      await handle.read(start, 0, start.length, 0);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const found = code === "ENOENT" || code === "ENOTDIR" ? "there is none" : `it cannot be read (${code})`;
    throw new AppError("NOT_FOUND", `An HDF5 file of Keras's weights was expected at ${file}; ${found}.`, {
      cause,
    });
  }
  if (!start.equals(SIGNATURE)) {
    throw new AppError(
      "MODEL_INVALID",
      `The file ${file} must be an HDF5 file of Keras's weights (.h5); it does not begin as HDF5 does: choose another, or download it again.`,
    );
  }
}

/** What to tell of a file that HDF5 itself cannot read. */
function damage(file: string, report: string): string {
  const [, received, expected] = /truncated file: eof = (\d+).*stored_eof = (\d+)/u.exec(report) ?? [];
  const what = expected
    ? `is cut short: expected ${expected} bytes, received ${received}`
    : "is damaged: HDF5 cannot read it";
  return `The weight file ${file} ${what}; copy or download it again.`;
}

function readLayers(path: string, { File, Group, Dataset }: Hdf5): Map<string, KerasArray[]> {
  const file = new File(path, "r");
  try {
    const holder = file.keys().includes(MODEL_GROUP) ? file.get(MODEL_GROUP) : file;
    const layerNames = holder instanceof Group ? names(holder, "layer_names") : null;
    if (!layerNames) {
      throw new AppError(
        "MODEL_INVALID",
        `The HDF5 file ${path} must hold weights as Keras 1 and 2 save them, with the attribute layer_names; it has none: save them with save_format="h5".`,
      );
    }
    const layers = new Map<string, KerasArray[]>();
    for (const layerName of layerNames) {
      const layer = (holder as Group).get(layerName);
      const weightNames = layer instanceof Group ? names(layer, "weight_names") : null;
      if (!weightNames) {
        throw new AppError(
          "MODEL_INVALID",
          `The weight file ${path} must have a group with the attribute weight_names for its layer "${layerName}"; it has none: download or save it again.`,
        );
      }
      const arrays = weightNames.map((name) => {
        const dataset = (layer as Group).get(name);
        if (dataset instanceof Dataset) return readArray(path, name, dataset);
        throw new AppError(
          "MODEL_INVALID",
          `The weight file ${path} must hold the weights "${name}" that its layer "${layerName}" names; it does not: download or save it again.`,
        );
      });
      layers.set(layerName, arrays);
    }
    return layers;
  } finally {
    file.close();
  }
}

/** The names in an attribute; null when there is none. */
function names(group: Group, attributeName: string): string[] | null {
  const attribute: Attribute | undefined = group.attrs[attributeName];
  if (!attribute) return null;
  // An empty list is written as an empty array of numbers, for numpy cannot know better.
  return Array.from((attribute.value ?? []) as ArrayLike<unknown>, String);
}

function readArray(path: string, name: string, dataset: Dataset): KerasArray {
  const { value, shape } = supported(dataset) ? dataset : { value: null, shape: null };
  if (!shape || !(value instanceof Float32Array || value instanceof Float64Array)) {
    throw new AppError(
      "MODEL_INVALID",
      `The weights "${name}" in ${path} must be an array of floating-point numbers of 32 or 64 bits; they are not: save the model in float32.`,
    );
  }
  const data = value instanceof Float32Array ? value : Float32Array.from(value);
  const wrong = data.findIndex((number) => !Number.isFinite(number));
  if (wrong >= 0) {
    throw new AppError(
      "MODEL_INVALID",
      `The weights "${name}" in ${path} must be finite numbers; number ${wrong} is ${data[wrong]}: choose weights of a model that was trained without failure.`,
    );
  }
  return { name, shape, data };
}

/** Whether h5wasm can read such elements; of others it throws errors of its own or gives the bytes. */
function supported({ metadata: { type, size } }: Dataset): boolean {
  return type === H5T_FLOAT && (size === 4 || size === 8);
}
