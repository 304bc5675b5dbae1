import { expect, test } from "vitest";
import { csvText } from "./csv.js";

test.each(["\n", "\r", "\r\n"])(
  "a cell with the line break %j stays one cell, also for a formula behind it",
  (lineBreak) => {
    const note = `a${lineBreak}=1+1`;
    expect(csvText([["B", note, 2]])).toBe(`\ufeffB,"${note}",2\r\n`);
  },
);

test.each(["=1+1", "+1", "-x", "@x", "\tx"])(
  "a text that begins as a formula does, %j, gets an apostrophe in front",
  (text) => {
    expect(csvText([[text]])).toBe(`\ufeff'${text}\r\n`);
  },
);
