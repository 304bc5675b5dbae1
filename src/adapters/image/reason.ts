import { shortened } from "../../core/shortened.js";

/** Some name what they met, and the names in a file are as long as it is. */
const MOST_CHARACTERS = 200;

/** What a decoder or a parser says is wrong, as a part of a sentence. */
export function asReason(told: string): string {
  return shortened(told, MOST_CHARACTERS).replace(/[.\s]+$/u, "");
}
