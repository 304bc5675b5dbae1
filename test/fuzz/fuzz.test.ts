import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { FuzzedProcess, fuzz } from "./fuzz.js";
import { TARGET_NAMES } from "./targets/all.js";

const SEED = 20_251;
const INPUTS = 20;

const findings = mkdtempSync(path.join(tmpdir(), "diptych-findings-"));
const process = new FuzzedProcess();
afterAll(() => {
  process.end();
  rmSync(findings, { recursive: true });
});

test.each(TARGET_NAMES)("%s: what is made of right inputs is accepted or refused", async (target) => {
  const tally = await fuzz({ process, target, seed: SEED, inputs: INPUTS, findings });
  expect(tally.findings).toEqual([]);
  expect(tally.accepted + tally.refused).toBe(INPUTS);
});

test("what throws, crashes or fails where nobody waits is found, kept and found again", async () => {
  const found = await fuzz({ process, target: "defective", seed: SEED, inputs: INPUTS, findings });
  for (const reason of [/TypeError/u, /process ended/u, /nobody waits/u]) {
    const finding = found.findings.find((each) => reason.test(each.reason));
    expect(readdirSync(findings)).toContain(path.basename(finding!.file));
    const { answer } = await process.read({ target: "defective", input: readFileSync(finding!.file) });
    expect(answer).toMatchObject({ outcome: "finding", reason: expect.stringMatching(reason) });
  }
  const again = await fuzz({ process, target: "defective", seed: SEED, inputs: INPUTS, findings });
  expect(again.findings.map(({ sha256 }) => sha256)).toEqual(found.findings.map(({ sha256 }) => sha256));
});
