import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writePair } from "../fixtures/drawings.js";
import { importAll, repository } from "./diptych-process.js";

let directory: string;
let catalog: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "diptych-closed-"));
  catalog = path.join(directory, "catalog");
  await writePair(path.join(directory, "flats"), "A", 1);
  await importAll([path.join(directory, "flats"), "--catalog", catalog]);
  await writeFile(path.join(directory, "queries.csv"), "front,relevant\nflats/A_front.png,A\n");
});
afterAll(() => rm(directory, { recursive: true }));

/** Runs `diptych` while nobody reads its standard output. */
async function unread(...args: string[]): Promise<{ exitCode: number; stderr: string }> {
  const child = spawn(process.execPath, [path.join(repository, "dist/main.js"), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.destroy();
  const [[exitCode], stderr] = await Promise.all([once(child, "exit"), text(child.stderr)]);
  return { exitCode, stderr };
}

describe("whose output nobody reads on", () => {
  test("ends quietly, with the status of what a closed pipe ended", async () => {
    expect(await unread("models", "list")).toEqual({ exitCode: 141, stderr: "" });
  });

  test("fails as ever", async () => {
    const { exitCode, stderr } = await unread("models", "show", "none");
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^diptych: There is no model pack "none"[^\n]*\n$/u);
  });

  test("writes the contact sheet of a search", async () => {
    const sheet = path.join(directory, "sheet.png");
    const front = path.join(directory, "flats", "A_front.png");
    expect(await unread("search", "--front", front, "--catalog", catalog, "--sheet", sheet)).toEqual({
      exitCode: 141,
      stderr: `Contact sheet: ${sheet}\n`,
    });
    await access(sheet);
  });

  test("writes the page of an evaluation", async () => {
    const page = path.join(directory, "report.html");
    const queries = path.join(directory, "queries.csv");
    const { exitCode, stderr } = await unread("eval", queries, "--catalog", catalog, "--html", page);
    expect(exitCode).toBe(141);
    expect(stderr).toMatch(/Report: [^\n]*\n$/u);
    await access(page);
  });
});
