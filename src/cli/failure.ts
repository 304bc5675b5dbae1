import { CommanderError } from "commander";
import { AppError, errorTable } from "../errors.js";
import { printable } from "../printable.js";
import { leaveProgress } from "./progress.js";

/** Tells why a command failed on standard error, in one sentence; with a stack only where the fault is Diptych's. Returns the exit status. */
export function tellFailure(error: unknown): number {
  // Commander has told its own failures already; asking for help is none.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : errorTable.INVALID_REQUEST.exitCode;
  const failure = AppError.from(error);
  leaveProgress();
  process.stderr.write(`diptych: ${printable(failure.message)}\n`);
  if (failure.code === "INTERNAL") {
    const stack = (failure.cause as Error)?.stack ?? failure.stack ?? "";
    for (const line of stack.split("\n")) process.stderr.write(`${printable(line)}\n`);
  }
  return errorTable[failure.code].exitCode;
}
