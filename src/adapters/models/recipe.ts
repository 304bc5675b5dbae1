import type { PackManifest } from "./manifest.js";

/** A network found in some source, with all that a pack tells of it but what only its files and a trial run tell. */
export interface PackRecipe {
  readonly title: string;
  /** Of the weights, as their source tells it. */
  readonly licence: string;
  /** Where it comes from, for people. */
  readonly source: string;
  /** The ONNX file: its path, or its bytes. */
  readonly model: string | Uint8Array;
  readonly input: PackManifest["input"];
  readonly resizePolicy: PackManifest["resizePolicy"];
  readonly resample?: PackManifest["resample"];
  readonly outputs: PackManifest["outputs"];
  /** More than {@link licence} tells, for the pack's NOTICE; empty when there is no more. */
  readonly notice: string;
}
