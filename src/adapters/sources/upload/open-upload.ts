import { writeFile } from "node:fs/promises";
import { dirname, extname, join, relative, resolve, sep } from "node:path";
import { isManifestName } from "../../../core/manifest-name.js";
import { AppError } from "../../../errors.js";
import { openManifest, type Source, toAsync } from "../open-source.js";
import { pairPictures } from "../picture-folder.js";
import { isPictureName } from "../view-name.js";
import { looseFiles, type UploadedFiles } from "./uploaded-files.js";
import { openZip } from "./zip-files.js";

/** A manifest of a million designs with ten attributes each. */
const MAX_MANIFEST_BYTES = 256 * 1024 * 1024;

/** The files of an upload are named as if they lay here; no such file is ever opened. */
const ROOT = resolve("/");

/** The designs of an upload, open until it is closed. */
export interface Upload extends Source {
  readonly readPicture: (path: string) => Promise<Uint8Array>;
  close(): void;
}

/**
 * Opens what somebody sent: one ZIP archive, or files. Among them is one manifest, whose paths are those of the other files; or
 * they are pictures alone, paired by their names. A path of the manifest that leads to no file is taken for the one file that is called so,
 * wherever it lies.
 *
 * @param files where the files lie, by the names they had.
 * @param directory where a manifest may be unpacked to.
 * @param maxImageBytes pictures above it are refused, each by itself.
 * @throws AppError INVALID_REQUEST when it is no source of designs.
 */
export async function openUpload(
  files: ReadonlyMap<string, string>,
  directory: string,
  maxImageBytes: number,
): Promise<Upload> {
  const [firstPath = ""] = files.values();
  const archives = [...files.keys()].filter((name) => extname(name).toLowerCase() === ".zip");
  if (archives.length > 0 && files.size > 1) {
    throw new AppError(
      "INVALID_REQUEST",
      `An upload is one ZIP archive, or files without one; received ${archives[0]} and ${files.size - 1} more, so send it alone.`,
    );
  }
  const uploaded = archives.length > 0 ? await openZip(firstPath) : looseFiles(files);
  try {
    const source = await designsOf(uploaded, directory);
    const find = findBy(uploaded.names);
    return {
      ...source,
      readPicture: async (path) => uploaded.read(find(path), maxImageBytes),
      close: () => uploaded.close(),
    };
  } catch (error) {
    uploaded.close();
    throw error;
  }
}

async function designsOf(uploaded: UploadedFiles, directory: string): Promise<Source> {
  const manifests = uploaded.names.filter(isManifestName);
  if (manifests.length > 1) {
    throw new AppError(
      "INVALID_REQUEST",
      `An upload has one manifest; received ${manifests.slice(0, 5).join(", ")}, so leave the others out.`,
    );
  }
  const [manifest] = manifests;
  if (manifest === undefined) {
    const pictures = uploaded.names.filter(isPictureName).sort();
    if (pictures.length === 0) {
      const received = uploaded.names.slice(0, 5).join(", ") || "no file";
      throw new AppError(
        "INVALID_REQUEST",
        `An upload is a ZIP archive or files: a manifest (.csv, .tsv, .jsonl) with its pictures, or pictures called x_front.jpg and x_back.jpg; received ${received}.`,
      );
    }
    const items = pairPictures(ROOT, pictures, "the upload");
    return { count: items.length, rows: () => toAsync(items) };
  }
  const unpacked = join(directory, `manifest${extname(manifest).toLowerCase()}`);
  await writeFile(unpacked, await uploaded.read(manifest, MAX_MANIFEST_BYTES));
  try {
    return await openManifest(unpacked, join(ROOT, dirname(manifest)));
  } catch (error) {
    const { code, message } = AppError.from(error);
    // Where it was unpacked to is nobody's business.
    throw new AppError(code, message.replaceAll(unpacked, manifest), { cause: error });
  }
}

/** Finds the file that a row's path means. */
function findBy(names: readonly string[]): (path: string) => string {
  const exact = new Set(names);
  const byLastName = new Map<string, string[]>();
  for (const name of names) {
    const alike = byLastName.get(lastName(name));
    if (alike) alike.push(name);
    else byLastName.set(lastName(name), [name]);
  }
  return (path) => {
    const name = relative(ROOT, path).split(sep).join("/");
    // As Windows writes it, where this machine does not.
    const spelled = [name, name.replaceAll("\\", "/")].find((spelling) => exact.has(spelling));
    if (spelled !== undefined) return spelled;
    const alike = byLastName.get(lastName(name)) ?? [];
    if (alike.length === 1) return alike[0]!;
    const found = alike.length === 0 ? "the upload has none of that name" : `${alike.length} are called so`;
    throw new AppError("NOT_FOUND", `A picture was expected at ${name}; ${found}.`);
  };
}

/** Without its folders, Windows' ones too, in small letters. */
function lastName(path: string): string {
  return path.split(/[/\\]/u).at(-1)!.toLowerCase();
}
