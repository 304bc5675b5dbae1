/** Exit status by which a shell tells of a tool that was ended because nobody read on (128 + SIGPIPE). */
const NOBODY_READS = 141;

/**
 * Whoever reads the output may have enough of it, as `| head` has. What is done goes on to its end then, so that files are written and
 * nothing is left half done; what more is said is lost. The exit status is {@link NOBODY_READS} unless there is a worse one.
 */
export function outliveReaders(): void {
  let isRead = true;
  for (const output of [process.stdout, process.stderr]) {
    output.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      isRead = false;
    });
  }
  process.once("exit", () => {
    if (!isRead) process.exitCode ||= NOBODY_READS;
  });
}
