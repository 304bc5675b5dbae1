import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import type { Crop } from "../../../core/crop.js";
import type { ImageReader } from "../../../core/ports.js";
import { AppError } from "../../../errors.js";
import type { ImageReaderOptions } from "../reader.js";
import { ProcessLostError, ProcessPool } from "./process-pool.js";
import type { ReadingAnswer, ReadingTask } from "./reading-task.js";

/** The largest picture within the limits takes a second or two; what takes this long was made to. */
const TIME_LIMIT_S = 10;
/** By when other work has ended that may have what is lacking. */
const RETRY_AFTER_S = 5;

/**
 * How glibc keeps memory in the processes. It would keep some for every thread that decoded a picture; two arenas are enough where one
 * picture is read at a time. What a picture took it would give back to the system, to ask for it again with the next, a hundred page
 * faults each time: 16 MiB are kept in each, and only what is larger than 4, as no picture of 896 pixels is, is given back at once.
 */
const MEMORY = {
  MALLOC_ARENA_MAX: "2",
  MALLOC_TRIM_THRESHOLD_: String(16 * 1024 * 1024),
  MALLOC_MMAP_THRESHOLD_: String(4 * 1024 * 1024),
};

/** Shared by all readers, for processors are what there is only so many of. */
const processes = new ProcessPool<ReadingTask, ReadingAnswer<unknown>>({
  // Processes run the built file, also when this one runs from the sources: Node.js loads no TypeScript in them.
  file: createRequire(import.meta.url).resolve("#reading-process"),
  size: availableParallelism(),
  timeLimitMs: 1000 * TIME_LIMIT_S,
  env: MEMORY,
});

/**
 * An image reader as {@link createImageReader} makes, that reads in processes of their own, one picture at a time in each: a
 * file that makes a decoder crash, run endlessly or use all memory ends such a process, never this one.
 */
export function createIsolatedReader(options: ImageReaderOptions): ImageReader {
  const ask =
    <Method extends keyof ImageReader>(method: Method) =>
    (bytes: Uint8Array, crop?: Crop) =>
      read({ options, method, bytes, crop }) as ReturnType<ImageReader[Method]>;
  return {
    toTensor: ask("toTensor"),
    toThumbnail: ask("toThumbnail"),
    toFullSize: ask("toFullSize"),
    read: ask("read"),
  };
}

async function read(task: ReadingTask): Promise<unknown> {
  const answer = await runTwice(task);
  if ("error" in answer) throw new AppError(answer.error.code, answer.error.message);
  return answer.value;
}

/** A process may end for another reason than its picture: then the next one can read it. */
async function runTwice(task: ReadingTask): Promise<ReadingAnswer<unknown>> {
  try {
    return await processes.run(task);
  } catch (first) {
    if (!(first instanceof ProcessLostError)) throw first;
    if (first.reason !== "ended") throw unread(first);
  }
  return processes.run(task).catch((second) => {
    throw second instanceof ProcessLostError ? unread(second) : second;
  });
}

function unread(cause: ProcessLostError): AppError {
  if (cause.reason === "not-started") {
    return new AppError(
      "QUEUE_FULL",
      `The system starts no process that would read the picture, for it lacks memory, files or processes; try again in ${RETRY_AFTER_S} s.`,
      { cause, retryAfterS: RETRY_AFTER_S },
    );
  }
  const how =
    cause.reason === "time-limit"
      ? `it must be read within ${TIME_LIMIT_S} s, and is not`
      : "whatever tries to decode it breaks down";
  return new AppError(
    "IMAGE_UNDECODABLE",
    `The picture cannot be decoded: ${how}; save it anew with a drawing or photo program, and smaller.`,
    { cause },
  );
}
