import { expect, test } from "vitest";
import { formatTable } from "./text-table.js";

test("lines up cells by the columns of a terminal, in which a Chinese character takes two", () => {
  expect(
    formatTable([
      ["id", "n"],
      ["大衣", "1"],
      ["coat", "22"],
    ]),
  ).toBe("id    n\n大衣  1\ncoat  22\n");
});

test("cuts long cells and keeps control characters out", () => {
  const [line] = formatTable([["x".repeat(1_000_000), "a\u001b[2Jb\u202e\nc"]]).split("\n");
  expect(line).toBe(`${"x".repeat(59)}…  a [2Jb  c`);
});

test("has no line for no row", () => {
  expect(formatTable([])).toBe("\n");
});
