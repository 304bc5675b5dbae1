import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writePair } from "../fixtures/drawings.js";
import { designsIn, diptych, repository } from "./diptych-process.js";

let directory: string;
let flats: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "diptych-usage-"));
  flats = join(directory, "flats");
  await writePair(flats, "A", 1);
  await writeFile(join(directory, "no-pictures.csv"), "name,colour\nA,red\n");
  await writeFile(join(directory, "steering.csv"), "na\u001b[2Jme,colour\nA,red\n");
});
afterAll(() => rm(directory, { recursive: true }));

/** The one sentence that a failed run says, on standard error alone and without a stack. */
async function sentenceOf(exitCode: number, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const ending = await diptych(args, { cwd: directory, env });
  expect(ending).toMatchObject({ exitCode, stdout: "" });
  const [sentence, ...rest] = ending.stderr.trimEnd().split("\n");
  expect(rest.filter((line) => line !== "(diptych --help tells the commands and their options)")).toEqual([]);
  expect(sentence).toMatch(/^diptych: /);
  return sentence!.slice("diptych: ".length);
}

describe("wrong usage ends with status 2 and one sentence", () => {
  test.concurrent.each([
    [
      "no source",
      ["import"],
      "An import takes one of a SOURCE, --npy DIR, --reembed and --rollback; received none.",
    ],
    [
      "both sources",
      ["import", "flats", "--npy", "features"],
      "An import takes one of a SOURCE, --npy DIR, --reembed and --rollback; received SOURCE and --npy.",
    ],
    ["an option that is none", ["import", "flats", "--colour"], "unknown option '--colour'"],
    ["a command that is none", ["find"], "unknown command 'find'"],
    [
      "no threads",
      ["import", "flats", "--threads", "0"],
      'The setting --threads (DIPTYCH_THREADS) is a whole number from 1 to 64; received "0".',
    ],
    [
      "a recall that none reaches",
      ["import", "flats", "--target-recall", "1"],
      'The setting --target-recall (DIPTYCH_TARGET_RECALL) is a number from 0.9 to 0.999; received "1".',
    ],
    [
      "a model that is none",
      ["import", "flats", "--model", "resnet-9000"],
      'There is no model pack "resnet-9000"; there are: inception-v3',
    ],
    ["a manifest that is not there", ["import", "none.csv"], "/none.csv; there is none."],
    ["a manifest without pictures", ["import", "no-pictures.csv"], "received the columns name, colour in "],
    [
      "a manifest that would steer a terminal",
      ["import", "steering.csv"],
      "the columns na [2Jme, colour in ",
    ],
    ["a picture as a source", ["import", "flats/A_front.png"], "A manifest's name ends in .csv, "],
    [
      "a folder of images that is not there",
      ["import", "no-pictures.csv", "--images", "none"],
      "/none; there is none.",
    ],
    ["feature files that are not there", ["import", "--npy", "flats"], "name_list.csv"],
    [
      "pictures of designs that are there",
      ["import", "--reembed", "--images", "flats"],
      "received it with --reembed, which knows where they are. Leave it out.",
    ],
    [
      "more threads than a worker may have",
      ["worker", "--concurrency", "100000"],
      "Expected a whole number from 1 to 64.",
    ],
    ["a delay before now", ["worker", "--max-queue-delay-ms", "-5"], "Expected a number from 0 up."],
    ["a weight that is no number", ["search", "--front-weight", "much"], "Expected a number."],
    ["a weight below zero", ["search", "--front", "flats/A_front.png", "--back-weight", "-1"], "from 0 up"],
    ["no matches wanted", ["search", "--top", "0"], "Expected a whole number from 1 up."],
    [
      "a sheet of too many matches",
      ["search", "--front", "flats/A_front.png", "--top", "201", "--sheet", "sheet.png"],
      "at most 200 matches; received 201",
    ],
    [
      "a filter that is none",
      ["search", "--front", "flats/A_front.png", "--filter", "red"],
      'received "red"',
    ],
    ["no place for an export", ["export"], "required option '--npy <dir>' not specified"],
  ])("%s", async (_, args, sentence) => {
    expect(await sentenceOf(2, [...args, ...(args.length > 1 ? ["--catalog", "elsewhere"] : [])])).toContain(
      sentence,
    );
  });
});

describe("an import that cannot begin leaves things as they are:", () => {
  test.each([
    ["of feature files that are not there", ["--npy", "flats"], 2],
    ["of a catalog that is not there", ["--reembed"], 4],
  ])("%s", async (_, args, exitCode) => {
    const catalog = join(directory, "mistyped");
    await sentenceOf(exitCode, ["import", ...args, "--catalog", catalog]);
    await expect(readdir(catalog)).rejects.toMatchObject({ code: "ENOENT" });
    const report = join(catalog, "import-errors.csv");
    await mkdir(catalog);
    await writeFile(report, "of the last import");
    await sentenceOf(exitCode, ["import", ...args, "--catalog", catalog]);
    expect(await readFile(report, "utf8")).toBe("of the last import");
    await rm(catalog, { recursive: true });
  });
});

describe("the configuration comes from", () => {
  const inFlag = () => join(directory, "in-flag");
  const inVariable = () => join(directory, "in-variable");
  /** Told by a search, which needs no model to say where it finds no catalog. */
  const place = async (args: readonly string[], env: NodeJS.ProcessEnv) =>
    /^There is no catalog in (.*?);/.exec(
      await sentenceOf(4, ["search", "--front", join(flats, "A_front.png"), ...args], env),
    )?.[1];

  test("flags before environment variables before defaults", async () => {
    const env = { DIPTYCH_CATALOG: inVariable() };
    expect(await place(["--catalog", inFlag()], env)).toBe(inFlag());
    expect(await place([], { DIPTYCH_CATALOG: "" })).toBe(join(directory, "diptych-data"));
    expect(await place(["--threads", "1"], { DIPTYCH_THREADS: "many", ...env })).toBe(inVariable());
  });

  test("the working directory, where it makes ./diptych-data and nothing else", async () => {
    const cwd = join(directory, "work");
    await mkdir(cwd);
    const ending = await diptych(["import", flats], { cwd });
    expect(ending.exitCode).toBe(0);
    expect(await readdir(cwd)).toEqual(["diptych-data"]);
    expect((await designsIn(join(cwd, "diptych-data"))).map(({ id }) => id)).toEqual(["A"]);
  });

  test("a variable, which is named when it cannot be used", async () => {
    const args = ["search", "--front", join(flats, "A_front.png")];
    expect(await sentenceOf(2, args, { DIPTYCH_THREADS: "many" })).toBe(
      'The setting --threads (DIPTYCH_THREADS) is a whole number from 1 to 64; received "many".',
    );
    expect(await sentenceOf(2, args, { DIPTYCH_MODEL: "../packs" })).toContain('no model pack "../packs"');
  });
});

test("nothing is told to others: the libraries leave no trace of their own in the user's home", async () => {
  const home = join(directory, "home");
  await mkdir(home);
  const env = { HOME: home, XDG_CACHE_HOME: join(home, "cache"), XDG_DATA_HOME: join(home, "data") };
  expect((await diptych(["import", flats, "--catalog", join(directory, "quiet")], { env })).exitCode).toBe(0);
  expect(await readdir(home)).toEqual([]);
});

test("--version tells the package's version", async () => {
  const { version } = JSON.parse(await readFile(join(repository, "package.json"), "utf8"));
  expect(await diptych(["--version"])).toMatchObject({ exitCode: 0, stdout: `${version}\n`, stderr: "" });
});

test.concurrent.each([
  [["--help"], ["import", "search", "export", "eval", "--catalog", "DIPTYCH_CATALOG"]],
  [
    ["import", "--help"],
    ["--images", "--npy", "--catalog", "manifest"],
  ],
  [
    ["help", "search"],
    ["--front-weight", "--filter", "--sheet", "--json", "default: 20"],
  ],
])("%s tells what there is", async (args, words) => {
  const ending = await diptych(args);
  expect(ending).toMatchObject({ exitCode: 0, stderr: "" });
  for (const word of words) expect(ending.stdout).toContain(word);
});
