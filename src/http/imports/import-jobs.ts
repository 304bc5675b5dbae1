import { randomBytes } from "node:crypto";
import { EventEmitter } from "node:events";
import { rm } from "node:fs/promises";
import type { Diptych } from "../../compose.js";
import type { ImportProgress, RowError } from "../../core/import.js";
import { isManifestName } from "../../core/manifest-name.js";
import { AppError, type ErrorCode } from "../../errors.js";
import { detailOf, isForKeeper } from "../problem.js";
import type { ReceivedUpload } from "./receive-upload.js";

export const IMPORT_STATES = ["waiting", "running", "done", "cancelled", "failed"] as const;
export type ImportState = (typeof IMPORT_STATES)[number];

/** An import that runs, or ran, in the background. */
export interface ImportJob {
  readonly id: string;
  readonly state: ImportState;
  /** The name of the file that it was sent as; of several, of the manifest or their folder, and how many more there are. */
  readonly source: string;
  readonly startedAt: Date;
  /** Rows in all; null until they are counted. */
  readonly total: number | null;
  readonly progress: ImportProgress;
  /** Whether no worker runs that would embed its pictures: it goes on once one does. */
  readonly waitsForWorker: boolean;
  /** The first {@link MOST_ERRORS} rejected rows. */
  readonly errors: readonly RowError[];
  /** How many views and rows were rejected. */
  readonly errorCount: number;
  /** Why it could not go on. */
  readonly failure: { readonly code: ErrorCode; readonly detail: string } | null;
}

type RunningJob = { -readonly [K in keyof ImportJob]: ImportJob[K] } & { readonly errors: RowError[] };

/** Rejected rows that are kept of an import. */
export const MOST_ERRORS = 10_000;
/** Imports that are told of, the latest ones. */
const MOST_KEPT = 50;
const MOST_WAITING = 8;

/** Runs imports one after the other, and tells how far they are. A process that ends leaves what is written written. */
export class ImportJobs {
  readonly #diptych: Diptych;
  readonly #onDefect: (error: AppError) => void;
  readonly #jobs = new Map<string, RunningJob>();
  readonly #aborts = new Map<string, AbortController>();
  readonly #changes = new EventEmitter().setMaxListeners(0);
  readonly #closing = new AbortController();
  #last: Promise<void> = Promise.resolve();
  #receiving = 0;

  constructor(diptych: Diptych, onDefect: (error: AppError) => void) {
    this.#diptych = diptych;
    this.#onDefect = onDefect;
  }

  /** The latest first. */
  list(): ImportJob[] {
    return [...this.#jobs.values()].reverse();
  }

  /** @throws AppError NOT_FOUND */
  get(id: string): ImportJob {
    const job = this.#jobs.get(id);
    if (job) return job;
    throw new AppError(
      "NOT_FOUND",
      `There is no import "${id}"; the last ${MOST_KEPT} are told of, until the server ends. What it wrote is in the catalog.`,
    );
  }

  /** How many run or wait. */
  get unfinished(): number {
    return this.#aborts.size;
  }

  /**
   * Imports an upload as soon as those before it are done, and removes its files then.
   *
   * @param receive called when there is room for it; its signal tells that no more is taken.
   * @throws AppError QUEUE_FULL when too many wait or are being received already; what `receive` throws.
   */
  async start(receive: (signal: AbortSignal) => Promise<ReceivedUpload>): Promise<ImportJob> {
    if (this.#aborts.size + this.#receiving > MOST_WAITING) {
      throw new AppError(
        "QUEUE_FULL",
        `At most ${MOST_WAITING} imports may wait; try again when one is done.`,
      );
    }
    this.#receiving += 1;
    try {
      const job = this.#enqueue(await receive(this.#closing.signal));
      return this.#closing.signal.aborted ? this.cancel(job.id) : job;
    } finally {
      this.#receiving -= 1;
    }
  }

  /**
   * What the model has begun with is finished and written, the rest is left; one that waits is over at once. One that is over stays
   * as it is.
   *
   * @throws AppError NOT_FOUND
   */
  cancel(id: string): ImportJob {
    const job = this.get(id);
    this.#aborts.get(id)?.abort();
    return job;
  }

  /**
   * Tells of every change until the import is over.
   *
   * @returns ends that before.
   */
  watch(id: string, onChange: () => void): () => void {
    this.#changes.on(id, onChange);
    return () => this.#changes.off(id, onChange);
  }

  /** Takes no more, cancels all, and waits until what they had begun is written. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const abort of this.#aborts.values()) abort.abort();
    await this.#last;
  }

  #enqueue(upload: ReceivedUpload): ImportJob {
    const job: RunningJob = {
      id: randomBytes(12).toString("base64url"),
      state: "waiting",
      source: sourceName([...upload.files.keys()]),
      startedAt: new Date(),
      total: null,
      progress: { rows: 0, imported: 0, unchanged: 0, failed: 0 },
      waitsForWorker: false,
      errors: [],
      errorCount: 0,
      failure: null,
    };
    const abort = new AbortController();
    abort.signal.addEventListener("abort", () => {
      if (job.state !== "waiting") return;
      this.#change(job, { state: "cancelled" });
      this.#last = Promise.all([this.#last, this.#clear(job, upload)]).then(() => {});
    });
    this.#jobs.set(job.id, job);
    this.#aborts.set(job.id, abort);
    this.#forgetOldest();
    this.#last = this.#last.then(() => this.#run(job, upload, abort.signal));
    return job;
  }

  async #run(job: RunningJob, upload: ReceivedUpload, signal: AbortSignal): Promise<void> {
    // Cancelled while it waited.
    if (job.state !== "waiting") return;
    this.#change(job, { state: "running" });
    try {
      const aborted = await this.#import(job, upload, signal);
      this.#change(job, { state: aborted ? "cancelled" : "done", waitsForWorker: false });
    } catch (error) {
      const failure = AppError.from(error);
      if (isForKeeper(failure)) this.#onDefect(failure);
      const told = { code: failure.code, detail: detailOf(failure) };
      this.#change(job, { state: "failed", waitsForWorker: false, failure: told });
    } finally {
      await this.#clear(job, upload);
    }
  }

  /** @returns whether it was cancelled. */
  async #import(
    job: RunningJob,
    { files, directory }: ReceivedUpload,
    signal: AbortSignal,
  ): Promise<boolean> {
    const upload = await this.#diptych.openUpload(files, directory);
    const keeperKnows = new Set<string>();
    try {
      const { aborted } = await this.#diptych.import(upload, {
        onStart: (total) => this.#change(job, { total }),
        onProgress: (progress) => this.#change(job, { progress }),
        onMissingWorkers: (waitsForWorker) => this.#change(job, { waitsForWorker }),
        onError: (error) => {
          const told = this.#tell(error, keeperKnows);
          if (job.errors.length < MOST_ERRORS) job.errors.push(told);
          this.#change(job, { errorCount: job.errorCount + 1 });
        },
        signal,
      });
      return aborted;
    } finally {
      upload.close();
    }
  }

  #change(job: RunningJob, changed: Partial<ImportJob>): void {
    Object.assign(job, changed);
    this.#changes.emit(job.id);
  }

  /** Gives up its place and its files. */
  async #clear({ id }: ImportJob, { directory }: ReceivedUpload): Promise<void> {
    this.#aborts.delete(id);
    await rm(directory, { recursive: true, force: true }).catch(() => {});
  }

  /**
   * What strangers may read of it; of a defect the keeper is told the rest.
   *
   * @param keeperKnows what the keeper was told of this import: every row may have the same reason.
   */
  #tell(error: RowError, keeperKnows: Set<string>): RowError {
    const defect = new AppError(error.code, error.reason);
    if (!isForKeeper(defect)) return error;
    if (!keeperKnows.has(error.reason)) this.#onDefect(defect);
    keeperKnows.add(error.reason);
    return { ...error, reason: detailOf(defect) };
  }

  #forgetOldest(): void {
    for (const id of this.#jobs.keys()) {
      if (this.#jobs.size <= MOST_KEPT) return;
      if (!this.#aborts.has(id)) this.#jobs.delete(id);
    }
  }
}

/** What an upload is called: by its one file, its manifest or its folder. */
function sourceName(names: readonly string[]): string {
  const [first = "", ...others] = names;
  if (others.length === 0) return first;
  const [folder] = first.split("/", 1);
  return `${names.find(isManifestName) ?? folder} +${others.length}`;
}
