/** The share of what is kept that is the end: where a sentence says what to do. */
const END_SHARE = 1 / 3;

/**
 * A sentence that holds what strangers wrote, of any length, with its middle left out where it has more than `most` characters. It
 * is a copy: a piece of a text keeps the whole of it in memory.
 */
export function shortened(text: string, most: number): string {
  const end = Math.floor(END_SHARE * most);
  const kept =
    text.length <= most ? text : `${text.slice(0, most - end - 1)}…${text.slice(text.length - end)}`;
  return [...kept].join("");
}
