import { writeFileSync } from "node:fs";
import { AppError } from "../../../errors.js";
import { lowerPriority } from "../../../lower-priority.js";
import { createImageReader } from "../reader.js";
import { serveParent } from "./process-pool.js";
import type { ReadingAnswer, ReadingTask } from "./reading-task.js";

/** When memory is short the kernel ends this process, with one picture, before any other. Of 1,000. */
const OOM_SCORE = "800";

lowerPriority("reading");
if (process.platform === "linux") {
  try {
    writeFileSync("/proc/self/oom_score_adj", OOM_SCORE);
  } catch {
    // A container may not allow it; then the kernel chooses by itself.
  }
}

serveParent(async (task: ReadingTask): Promise<ReadingAnswer<unknown>> => {
  const { options, method, bytes, crop } = task;
  try {
    return { value: await createImageReader(options)[method](bytes, crop) };
  } catch (error) {
    if (error instanceof AppError) return { error: { code: error.code, message: error.message } };
    return { error: { code: "INTERNAL", message: `A picture could not be read: ${(error as Error).stack}` } };
  }
});
