/** How the names of manifests end. */
const MANIFEST_ENDING = /\.(?:csv|tsv|jsonl|ndjson)$/iu;

/** Whether a file's name is that of a manifest of designs. */
export function isManifestName(name: string): boolean {
  return MANIFEST_ENDING.test(name);
}
