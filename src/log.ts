import { destination, type Logger, pino, stdTimeFunctions } from "pino";

/**
 * What JSON leaves as it is in a text and a terminal does not: controls beyond ASCII's first, other ends of lines, marks that turn
 * the direction of writing.
 */
const UNPRINTABLE = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** Structured logs, a JSON object a line, on standard error. What strangers wrote in them cannot end a line or steer a terminal. */
export function createLog(level: string): Logger {
  const standardError = destination({ dest: 2, sync: true });
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => standardError.write(line.replaceAll(UNPRINTABLE, escaped)) },
  );
}

/** As JSON writes it. */
function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
