/** What a network can run on, by onnxruntime's names; which of them are there depends on the machine and the operating system. */
export const DEVICES = ["cpu", "cuda", "dml", "coreml", "webgpu"] as const;
export type Device = (typeof DEVICES)[number];
