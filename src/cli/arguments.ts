/** How commander reads what follows a flag. */
import { InvalidArgumentError } from "commander";
import { MAX_THREADS } from "../config.js";

export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("Expected a number.");
  return value;
}

export function wholeNumber(text: string): number {
  const value = number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new InvalidArgumentError("Expected a whole number from 1 up.");
  }
  return value;
}

export function fromZero(text: string): number {
  const value = number(text);
  if (value < 0) throw new InvalidArgumentError("Expected a number from 0 up.");
  return value;
}

export function threads(text: string): number {
  const value = wholeNumber(text);
  if (value > MAX_THREADS)
    throw new InvalidArgumentError(`Expected a whole number from 1 to ${MAX_THREADS}.`);
  return value;
}

export function port(text: string): number {
  const value = number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) {
    throw new InvalidArgumentError("Expected a port from 0 to 65535.");
  }
  return value;
}

export function collect(text: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, text];
}
