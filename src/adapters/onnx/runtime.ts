import "./without-telemetry.js";

/** The one place that loads onnxruntime. */
export { env, InferenceSession, listSupportedBackends, Tensor } from "onnxruntime-node";
