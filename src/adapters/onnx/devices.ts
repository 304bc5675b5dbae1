import type { Device } from "../../core/device.js";
import { AppError } from "../../errors.js";
import { OnnxGraph } from "../models/onnx-graph.js";
import { QUIET } from "./network.js";
import { env, InferenceSession, listSupportedBackends } from "./runtime.js";

/** What the device has no operator for runs on the processor. */
export function executionProviders(device: Device): string[] {
  return device === "cpu" ? ["cpu"] : [device, "cpu"];
}

/**
 * Why a network cannot run on a device here, or null when it can: found out by running the smallest of networks on it.
 */
export async function whyUnavailable(device: Device): Promise<string | null> {
  const built = listSupportedBackends().map(({ name }) => name);
  if (!built.includes(device)) return "onnxruntime was built without it for this operating system";
  // Beside that of the session: a library that is not there is logged before there is one.
  env.logLevel = "fatal";
  const graph = new OnnxGraph();
  graph.input("input", "float32", [1]);
  graph.node("Identity", ["input"], "output");
  graph.output("output", "float32", [1]);
  try {
    const session = await InferenceSession.create(graph.encode(), {
      ...QUIET,
      executionProviders: executionProviders(device),
    });
    await session.release();
    return null;
  } catch (error) {
    const [reason] = (error as Error).message.split("\n") as [string];
    return reason.replace(/^.*(?=Failed to )/u, "").replace(/[.\s]+$/u, "");
  }
}

/** @throws AppError INVALID_REQUEST when networks cannot run on the device here. */
export async function requireDevice(device: Device): Promise<void> {
  if (device === "cpu") return;
  const reason = await whyUnavailable(device);
  if (reason === null) return;
  throw new AppError(
    "INVALID_REQUEST",
    `The device "${device}" cannot be used on this machine (${reason}); leave --device out to run on the processor.`,
  );
}
