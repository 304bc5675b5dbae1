/** A text on one line, without the characters that steer a terminal or turn the direction of writing: what strangers named may hold them. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, " ");
}
