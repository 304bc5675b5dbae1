import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createImportErrorReport } from "./import-errors.js";

let path: string;
beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), "diptych-errors-")), "import-errors.csv");
});
afterEach(() => rm(join(path, ".."), { recursive: true }));

test("writes a line for each error under a header, and nothing that is taken for a formula", async () => {
  const report = await createImportErrorReport(path);
  await report.add({ line: 2, id: "=A, 1", view: "back", code: "NOT_FOUND", reason: 'There is no "b.jpg".' });
  await report.add({ line: 9, id: null, view: null, code: "INVALID_REQUEST", reason: "Too few fields." });
  await report.close();
  expect(report.count).toBe(2);
  expect(await readFile(path, "utf8")).toBe(
    `line,id,view,code,reason\n2,"'=A, 1",back,NOT_FOUND,"There is no ""b.jpg""."\n9,,,INVALID_REQUEST,Too few fields.\n`,
  );
});

test("without an error there is no file, and an old one is removed", async () => {
  await writeFile(path, "of an earlier run");
  const report = await createImportErrorReport(path);
  await report.close();
  expect(report.count).toBe(0);
  await expect(readFile(path)).rejects.toMatchObject({ code: "ENOENT" });
});
