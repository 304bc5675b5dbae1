import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readQueries } from "./queries.js";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "diptych-queries-"));
});
afterAll(() => rm(directory, { recursive: true }));

async function read(content: string | Uint8Array) {
  const file = join(directory, "queries.csv");
  await writeFile(file, content);
  return readQueries(file);
}

const HEADER = "id,front,back,relevant,exclude\n";
/** The one query of a file with this line. */
async function query(line: string) {
  const { queries, failures } = await read(HEADER + line);
  expect(failures).toEqual([]);
  expect(queries).toHaveLength(1);
  return queries[0]!;
}

test("a line tells its pictures, below the file's folder, what is relevant and what is left out", async () => {
  expect(await query("q1,pictures/f.png,/elsewhere/b.png,A|B:3,C|D")).toEqual({
    line: 2,
    id: "q1",
    pictures: { front: join(directory, "pictures/f.png"), back: "/elsewhere/b.png" },
    relevant: new Map([
      ["A", 1],
      ["B", 3],
    ]),
    excluded: new Set(["C", "D"]),
  });
});

describe("a relevant design", () => {
  test.each([
    ["A", { A: 1 }],
    ["A:2", { A: 2 }],
    [" A : 2.5 | B ", { A: 2.5, B: 1 }],
    ["SKU:red", { "SKU:red": 1 }],
    ["SKU:red:3", { "SKU:red": 3 }],
    ["SKU:12:1", { "SKU:12": 1 }],
    ["SKU:", { "SKU:": 1 }],
    [":5", { ":5": 1 }],
    ["羽絨外套:2", { 羽絨外套: 2 }],
    ["A||B|", { A: 1, B: 1 }],
    ["toString", { toString: 1 }],
  ])("%s", async (text, expected) => {
    const { relevant } = await query(`q,f.png,,${text},`);
    expect([...relevant]).toEqual(Object.entries(expected));
  });
});

test("one view is enough, an id is not needed, columns come in any order and case, others are passed over", async () => {
  const { queries } = await read("Relevant,note,BACK\nA,hello,b.png\n");
  expect(queries).toEqual([
    {
      line: 2,
      id: "line 2",
      pictures: { back: join(directory, "b.png") },
      relevant: new Map([["A", 1]]),
      excluded: new Set(),
    },
  ]);
});

test("what is excluded is not relevant: a design leaves itself out of its group", async () => {
  const { relevant, excluded } = await query("A,f.png,,A|B:2|C,A");
  expect([...relevant.keys()]).toEqual(["B", "C"]);
  expect([...excluded]).toEqual(["A"]);
});

test("a line that cannot be used is told with its number, and the others are read", async () => {
  const { queries, failures } = await read(
    `\uFEFF${HEADER}q2,,,A,\r\n\r\n"q4\r\nq5",f.png,,A,\r\n,,,,\nq7,f.png,,,\nq8,f.png,,A,A\nq9,f.png,,A:0,\nq10,f.png,,SKU:1234,\nq11,f.png,,A:2|A,\nq12,f.png\nq13,f.png,,B`,
  );
  expect(queries.map(({ line, id }) => [line, id])).toEqual([
    [4, "q4\nq5"],
    [13, "q13"],
  ]);
  const reasons = [
    [2, "q2", "A query has a front picture, a back picture or both"],
    [7, "q7", "A query has a relevant design"],
    [8, "q8", "that it does not exclude; the line has none"],
    [9, "q9", 'A grade is a number above 0, at most 100; received "A:0".'],
    [10, "q10", 'For the id "SKU:1234" itself write "SKU:1234:1".'],
    [11, "q11", '"A" is named twice'],
    [12, "q12", "A query has a relevant design"],
  ] as const;
  expect(failures.map(({ line, id, code }) => [line, id, code])).toEqual(
    reasons.map(([line, id]) => [line, id, "INVALID_REQUEST"]),
  );
  failures.forEach(({ reason }, i) => {
    expect(reason).toContain(reasons[i]![2]);
  });
});

describe("a file that is no table of queries is refused", () => {
  test.each([
    ["nothing in it", "", "received an empty file"],
    ["nothing relevant", "id,front\nq,f.png\n", "received the columns id, front in"],
    ["no pictures", "id,relevant\nq,A\n", "Queries have the column relevant, and front, back or both"],
    ["a column twice", "front,relevant,Front\nf.png,A,g.png\n", 'has two called "front"'],
    ["a quote that is never closed", `${HEADER}q2,f.png,,A,\n"q3,f.png,,A,\n`, "a quote is never closed"],
    ["bytes that are no text", Uint8Array.of(0xff, 0xfe, 0x41), "Queries are text in UTF-8"],
  ])("%s", async (_, content, sentence) => {
    await expect(read(content)).rejects.toMatchObject({
      code: "INVALID_REQUEST",
      message: expect.stringContaining(sentence),
    });
  });

  test("none at all", async () => {
    await expect(readQueries(join(directory, "none.csv"))).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});
