import { statSync } from "node:fs";
import { isSameModel } from "../../core/same-model.js";
import { AppError } from "../../errors.js";
import { type CatalogManifest, isChangingOver, manifestPath, readManifest } from "./manifest.js";
import { noCatalog } from "./table.js";

/** What `catalog.json` says of a catalog that is open, for other processes may give it other embeddings meanwhile. */
export class ManifestWatch {
  readonly #directory: string;
  readonly #model: CatalogManifest["model"];
  #manifest: CatalogManifest;
  /** No file has it: the first look reads the file, which may be younger than what the catalog was opened by. */
  #stamp = "";
  #ownTable: string;

  /** @param opened what the catalog was opened by. */
  constructor(directory: string, opened: CatalogManifest) {
    this.#directory = directory;
    this.#model = opened.model;
    this.#manifest = opened;
    this.#ownTable = opened.table;
  }

  /** The table to read: the last one of the model that the catalog was opened for. */
  async tableToRead(): Promise<string> {
    // A read that needs no look at the file does not fail by it.
    await this.#look().catch(() => {});
    return this.#ownTable;
  }

  /**
   * The table to write to, as long as what is written there stays. Asked before a write and after it: one that came into the
   * midst of a change to other embeddings is not acknowledged.
   *
   * @throws AppError MODEL_MISMATCH when the catalog holds another model's embeddings by now; CATALOG_UNAVAILABLE when it
   * is changing over to them, or is gone.
   */
  async tableToWrite(): Promise<string> {
    await this.#look();
    this.requireModel();
    if (isChangingOver(this.#manifest)) {
      throw new AppError(
        "CATALOG_UNAVAILABLE",
        `The catalog in ${this.#directory} is changing over to other embeddings; try again in a few seconds.`,
        { retryAfterS: 5 },
      );
    }
    return this.#ownTable;
  }

  /** @throws AppError MODEL_MISMATCH when the catalog held another model's embeddings when it was looked at last. */
  requireModel(): void {
    const { model } = this.#manifest;
    if (isSameModel(model, this.#model)) return;
    throw new AppError(
      "MODEL_MISMATCH",
      `The catalog holds embeddings of ${model.id} by now, and was opened here with those of ${this.#model.id}; start this process again with --model ${model.id}.`,
    );
  }

  async #look(): Promise<void> {
    const stamp = this.#stampOfFile();
    if (stamp === this.#stamp) return;
    const manifest = await readManifest(this.#directory);
    if (!manifest) throw noCatalog(this.#directory);
    this.#manifest = manifest;
    this.#stamp = stamp;
    if (isSameModel(manifest.model, this.#model)) this.#ownTable = manifest.table;
  }

  /**
   * Changes whenever the file is replaced. Synchronous, as it takes microseconds, and libuv's threads, which decode
   * pictures, may be busy for long.
   */
  #stampOfFile(): string {
    const known = statSync(manifestPath(this.#directory), { bigint: true, throwIfNoEntry: false });
    return known ? `${known.ino} ${known.mtimeNs} ${known.ctimeNs} ${known.size}` : "none";
  }
}
