import { destination, type Logger, pino, stdTimeFunctions } from "pino";

/** Structured logs, a JSON object a line, on standard error. */
export function createLog(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination({ dest: 2, sync: true }),
  );
}
