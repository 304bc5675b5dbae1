import type { Config } from "../config.js";
import { exportFeatureFiles } from "../feature-files.js";
import { writeTo } from "./output-place.js";

/** `diptych export --npy DIR` */
export async function runExport(options: { npy: string }, config: Config): Promise<void> {
  const { designs } = await writeTo(options.npy, () => exportFeatureFiles(options.npy, config));
  process.stdout.write(`${designs} designs written to ${options.npy}\n`);
}
