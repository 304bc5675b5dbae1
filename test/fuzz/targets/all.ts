import type { OpenTarget } from "../target.js";

const pictures = () => import("./pictures.js");
const manifests = () => import("./manifests.js");
const models = () => import("./models.js");
const requests = () => import("./requests.js");
const defects = () => import("./defective.js");

/** Everything that reads what strangers make, by name. A process loads what its target needs. */
export const TARGETS = {
  jpeg: async () => (await pictures()).jpeg,
  png: async () => (await pictures()).png,
  webp: async () => (await pictures()).webp,
  avif: async () => (await pictures()).avif,
  gif: async () => (await pictures()).gif,
  tiff: async () => (await pictures()).tiff,
  svg: async () => (await pictures()).svg,
  csv: async () => (await manifests()).csv,
  tsv: async () => (await manifests()).tsv,
  jsonl: async () => (await manifests()).jsonl,
  pack: async () => (await manifests()).pack,
  catalog: async () => (await manifests()).catalog,
  npy: async () => (await models()).npy,
  tflite: async () => (await models()).tflite,
  keras: async () => (await models()).keras,
  zip: async () => (await requests()).zip,
  multipart: async () => (await requests()).multipart,
  filters: async () => (await requests()).filters,
  defective: async () => (await defects()).defective,
} as const satisfies Record<string, () => Promise<OpenTarget>>;

export type TargetName = keyof typeof TARGETS;
/** Without the one that is wrong on purpose. */
export const TARGET_NAMES = (Object.keys(TARGETS) as TargetName[]).filter((name) => name !== "defective");
