import { randomUUID } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** A file that appears under its name only once it is whole. */
export interface AtomicFile {
  /** Open for writing, beside the place where the file will be. */
  readonly handle: FileHandle;
  /** Brings the content to the disk and gives the file its name, replacing the one that has it. */
  commit(): Promise<void>;
  /** Leaves no trace of a file that is not committed; after a commit it does nothing. */
  discard(): Promise<void>;
}

/** Begins a file that will be at `path`; its folder must exist. */
export async function createAtomicFile(path: string): Promise<AtomicFile> {
  const temporaryPath = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  const handle = await open(temporaryPath, "wx");
  let committed = false;
  return {
    handle,
    async commit() {
      await handle.sync();
      await handle.close();
      await rename(temporaryPath, path);
      committed = true;
    },
    async discard() {
      if (committed) return;
      await handle.close();
      await rm(temporaryPath, { force: true });
    },
  };
}
