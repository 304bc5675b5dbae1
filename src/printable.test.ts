import { expect, test } from "vitest";
import { printable } from "./printable.js";

test("keeps what is read, in any writing", () => {
  expect(printable("大衣 – Größe 38, “rouge” 🧥")).toBe("大衣 – Größe 38, “rouge” 🧥");
});

test.each([
  ["escape sequences", "\u001b[2J", " [2J"],
  ["their form in one character", "\u009b2J", " 2J"],
  ["ends of lines", "a\r\nb\u2028c\u0085d", "a  b c d"],
  ["marks of direction", "a\u202egpj.exe", "a gpj.exe"],
])("leaves out %s", (_, text, expected) => {
  expect(printable(text)).toBe(expected);
});
