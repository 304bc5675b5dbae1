import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("../../", import.meta.url);

test("docs/security.md names a test that exists for every attack", () => {
  const document = readFileSync(new URL("docs/security.md", root), "utf8");
  const rows = document
    .split("\n")
    .filter((line) => line.startsWith("| ") && !/^\| (?:attack|-)/u.test(line));
  expect(rows.length).toBeGreaterThan(30);
  for (const row of rows) {
    const [, attack, answer, tests = "", ...rest] = row.split(/(?<!\\)\|/u);
    expect([row, rest]).toEqual([row, [""]]);
    expect([attack?.trim(), answer?.trim()]).not.toContain("");
    const files = [...tests.matchAll(/`([^`]+\.test\.ts)`/gu)].map(([, file = ""]) => file);
    expect([row, files.length > 0]).toEqual([row, true]);
    for (const file of files) expect([file, existsSync(new URL(file, root))]).toEqual([file, true]);
  }
});
