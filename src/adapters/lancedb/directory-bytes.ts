import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** The size of all files below `directory` together. Files that another process removes meanwhile count nothing. */
export async function directoryBytes(directory: string): Promise<number> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(emptyWhenGone);
  let bytes = 0;
  for (const entry of entries) {
    const path = join(directory, entry.name);
    bytes += entry.isDirectory() ? await directoryBytes(path) : await fileBytes(path);
  }
  return bytes;
}

async function fileBytes(path: string): Promise<number> {
  const [stats] = await stat(path).then((stats) => [stats], emptyWhenGone);
  return stats?.size ?? 0;
}

function emptyWhenGone(error: NodeJS.ErrnoException): [] {
  if (error.code === "ENOENT") return [];
  throw error;
}
