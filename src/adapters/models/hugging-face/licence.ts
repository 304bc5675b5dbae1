import { readFile } from "node:fs/promises";
import { nullIfRefused, type SourceFolder } from "./source-folder.js";

/** What the front matter of the source's README.md calls its licence; null when it does not. */
export async function readLicence(folder: SourceFolder): Promise<string | null> {
  const file = await folder.text("README.md").catch(nullIfRefused);
  if (file === null) return null;
  const frontMatter = /^\uFEFF?---\r?\n(.*?)\r?\n---(?:\s|$)/su.exec(await readFile(file, "utf8"))?.[1] ?? "";
  const licence = yamlValue(frontMatter, "license");
  // Hugging Face's own list has "other" for licences that it does not know by name.
  return (licence === "other" ? yamlValue(frontMatter, "license_name") : null) ?? licence;
}

/** A value on the key's own line, or the first of a list below it. */
function yamlValue(yaml: string, key: string): string | null {
  const found = new RegExp(`^${key}:[ \\t]*(?:\\r?\\n[ \\t]*-[ \\t]+)?([^\\r\\n#]+)`, "mu").exec(yaml)?.[1];
  return found?.trim().replace(/^(["'])(.*)\1$/u, "$2") || null;
}
