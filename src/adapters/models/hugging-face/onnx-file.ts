import { readFile } from "node:fs/promises";
import onnxProto from "onnx-proto";
import { AppError } from "../../../errors.js";
import { InferenceSession } from "../../onnx/runtime.js";
import { firstOf, holdWithin, type SourceFolder } from "./source-folder.js";

const { onnx } = onnxProto;

/** A whole network first, the part for pictures before the whole of text and pictures; what is smaller and less exact last. */
const VARIANTS = ["", "_quantized", "_int8", "_uint8", "_fp16", "_q4", "_q4f16", "_bnb4"];
const PLACES = ["onnx/vision_model", "onnx/model", "vision_model", "model"];

/** A network's file, and what onnxruntime tells of it without running it. */
export interface OnnxFile {
  /** Within its source. */
  readonly name: string;
  readonly path: string;
  readonly inputs: readonly InferenceSession.ValueMetadata[];
  readonly outputs: readonly InferenceSession.ValueMetadata[];
}

/**
 * Finds and opens the network of a source.
 *
 * @param name the file; the first of the usual ones that is there when left out.
 * @throws AppError NOT_FOUND when it is not there, MODEL_INVALID when it cannot be loaded.
 */
export async function openOnnxFile(folder: SourceFolder, name: string | undefined): Promise<OnnxFile> {
  const found = await findFile(folder, name);
  await refuseExternalData(found.path);
  return { ...found, ...(await describeNetwork(found.path)) };
}

async function findFile(folder: SourceFolder, name: string | undefined) {
  // Whatever the source is: how it takes names is its own matter.
  if (name !== undefined) holdWithin(folder.name, name);
  const names =
    name === undefined
      ? VARIANTS.flatMap((variant) => PLACES.map((place) => `${place}${variant}.onnx`))
      : [name];
  const found = await firstOf(names, async (candidate) => {
    const file = await folder.model(candidate);
    return file === null ? null : { name: candidate, path: file };
  });
  if (found) return found;
  const usual = `${PLACES.map((place) => `${place}.onnx`).join(", ")} and the same with ${VARIANTS.slice(1).join(", ")}`;
  throw new AppError(
    "NOT_FOUND",
    `${folder.name} has no ONNX file that was looked for: ${name ?? usual}; name one that it has.`,
  );
}

/**
 * A pack holds one file, so weights in others would be left behind. Files that cannot be parsed, or are too large to be, are left to onnxruntime,
 * which tells why.
 */
async function refuseExternalData(file: string): Promise<void> {
  let weights: readonly onnxProto.onnx.ITensorProto[] = [];
  try {
    weights = onnx.ModelProto.decode(await readFile(file)).graph?.initializer ?? [];
  } catch {
    return;
  }
  const external = weights.find(
    ({ dataLocation }) => dataLocation === onnx.TensorProto.DataLocation.EXTERNAL,
  );
  if (!external) return;
  const location = external.externalData?.find(({ key }) => key === "location")?.value ?? "another file";
  throw new AppError(
    "MODEL_INVALID",
    `The model ${file} keeps its weights in ${location}, which is not supported; give an ONNX file that holds them itself, such as a quantised one.`,
  );
}

async function describeNetwork(file: string): Promise<Pick<OnnxFile, "inputs" | "outputs">> {
  let session: InferenceSession;
  try {
    // It is not run, so nothing is made faster; failures are told by what is thrown, not by what is logged.
    session = await InferenceSession.create(file, {
      graphOptimizationLevel: "disabled",
      intraOpNumThreads: 1,
      logSeverityLevel: 4,
    });
  } catch (cause) {
    throw new AppError("MODEL_INVALID", `The model ${file} cannot be loaded: ${reasonOf(cause)}`, { cause });
  }
  const { inputMetadata: inputs, outputMetadata: outputs } = session;
  await session.release();
  return { inputs, outputs };
}

/** Without the path, which the message has already, and what follows the first line. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [line = ""] = message
    .replace(/^Load model from .*? failed:/su, "")
    .trim()
    .split("\n");
  return /[.!?]$/u.test(line) ? line : `${line}.`;
}
