import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { drawingPng, writePair } from "../fixtures/drawings.js";
import { designsIn, diptych, importAll, searchJson } from "./diptych-process.js";

const COUNT = 8;

let directory: string;
let flats: string;
let catalog: string;
let features: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "diptych-features-"));
  flats = join(directory, "flats");
  catalog = join(directory, "catalog");
  features = join(directory, "features");
  for (let i = 0; i < COUNT - 1; i++) await writePair(flats, `D${i}`, i);
  await writeFile(join(flats, "D7_back.png"), await drawingPng(7, "back"));
  await importAll([flats, "--catalog", catalog]);
  expect(await diptych(["export", "--npy", features, "--catalog", catalog])).toMatchObject({
    exitCode: 0,
    stdout: `${COUNT} designs written to ${features}\n`,
    stderr: "",
  });
});
afterAll(() => rm(directory, { recursive: true }));

/** A .npy file of version 1.0, read by the letter of its format. */
async function readNpy(file: string): Promise<{ header: string; rows: Float32Array[] }> {
  const bytes = await readFile(file);
  expect(bytes.subarray(0, 8)).toEqual(Buffer.from("\x93NUMPY\x01\x00", "latin1"));
  const start = 10 + bytes.readUInt16LE(8);
  expect(start % 64).toBe(0);
  const header = bytes.toString("latin1", 10, start);
  const dim = Number(/'shape': \(\d+, (\d+)\)/.exec(header)![1]);
  const values = Float32Array.from({ length: (bytes.length - start) / 4 }, (_, i) =>
    bytes.readFloatLE(start + 4 * i),
  );
  const rows = Array.from({ length: values.length / dim }, (_, i) => values.subarray(i * dim, (i + 1) * dim));
  return { header, rows };
}

/** A matrix as NumPy's `save` writes it. */
async function writeNpy(file: string, rows: readonly (readonly number[])[]): Promise<void> {
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows.length}, ${rows[0]!.length}), }`;
  const header = `${dictionary.padEnd(117)}\n`;
  const prefix = Buffer.from("\x93NUMPY\x01\x00\x00\x00", "latin1");
  prefix.writeUInt16LE(header.length, 8);
  const data = Buffer.from(Float32Array.from(rows.flat()).buffer);
  await writeFile(file, Buffer.concat([prefix, Buffer.from(header, "latin1"), data]));
}

test("an export is the tutorial's three files: unit vectors in the order of the names, zeros for a missing view", async () => {
  const names = (await readFile(join(features, "name_list.csv"), "utf8")).trimEnd().split("\n");
  expect(names[0]).toBe("front,back,id");
  expect(names[1]).toBe("D0_front.png,D0_back.png,D0");
  expect(names[8]).toBe(",D7_back.png,D7");
  for (const [file, isMissing] of [
    ["img_feature_f.npy", (i: number) => i === 7],
    ["img_feature_b.npy", () => false],
  ] as const) {
    const { header, rows } = await readNpy(join(features, file));
    expect(header).toMatch(/^\{'descr': '<f4', 'fortran_order': False, 'shape': \(8, 640\), \} *\n$/);
    expect(rows.length).toBe(COUNT);
    rows.forEach((row, i) => {
      expect(Math.hypot(...row)).toBeCloseTo(isMissing(i) ? 0 : 1, 5);
    });
  }
});

test("what is exported and imported elsewhere answers a search alike", async () => {
  const other = join(directory, "other");
  const counts = await importAll(["--npy", features, "--images", flats, "--catalog", other]);
  expect(counts).toEqual({ imported: COUNT, unchanged: 0, failed: 0 });
  expect(await designsIn(other)).toEqual(await designsIn(catalog));

  const query = ["--front", join(flats, "D2_front.png"), "--back", join(flats, "D4_back.png")];
  const [expected, found] = [
    await searchJson([...query, "--catalog", catalog]),
    await searchJson([...query, "--catalog", other]),
  ];
  expect(found.model).toEqual(expected.model);
  expect(found.matches.map(({ id }) => id)).toEqual(expected.matches.map(({ id }) => id));
  found.matches.forEach(({ score, views }, i) => {
    const match = expected.matches[i]!;
    expect(Math.abs(score - match.score)).toBeLessThan(1e-5);
    for (const view of ["front", "back"] as const) {
      if (match.views[view] === null) expect(views[view]).toBeNull();
      else expect(Math.abs(views[view]! - match.views[view])).toBeLessThan(1e-5);
    }
  });
});

test("features of another model make a catalog that the default model neither searches nor adds to", async () => {
  const tutorial = join(directory, "tutorial");
  const foreign = join(directory, "foreign");
  expect(await diptych(["export", "--npy", tutorial, "--catalog", catalog])).toMatchObject({ exitCode: 0 });
  await rm(join(tutorial, "model.json"));
  await writeFile(join(tutorial, "name_list.csv"), "front,back\na_f.jpg,a_b.jpg\nb_f.jpg,b_b.jpg\n");
  await writeNpy(join(tutorial, "img_feature_f.npy"), [
    [3, 4, 0, 0],
    [0, 0, 1, 1],
  ]);
  await writeNpy(join(tutorial, "img_feature_b.npy"), [
    [1, 0, 0, 0],
    [0, 1, 0, 0],
  ]);
  // The pictures are not there, which is no failure.
  expect(await importAll(["--npy", tutorial, "--catalog", foreign])).toEqual({
    imported: 2,
    unchanged: 0,
    failed: 0,
  });
  expect((await designsIn(foreign)).map(({ id }) => id)).toEqual(["a", "b"]);

  const front = join(flats, "D1_front.png");
  for (const args of [
    ["search", "--front", front, "--catalog", foreign],
    ["import", flats, "--catalog", foreign],
    ["import", "--npy", features, "--catalog", foreign],
  ]) {
    const { exitCode, stdout, stderr } = await diptych(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: "" });
    expect(stderr).toMatch(
      /^diptych: The catalog holds embeddings of vgg16-keras \(.*, 4 dimensions\); received ones of inception-v3 \(.*\): use that model, embed the designs anew with diptych import --reembed --model inception-v3, or use another catalog directory\.\n$/,
    );
  }
  expect((await designsIn(foreign)).map(({ id }) => id)).toEqual(["a", "b"]);

  // Without the model, its embeddings are exported again as they came in, but for their length.
  const again = join(directory, "again");
  expect(await diptych(["export", "--npy", again, "--catalog", foreign])).toMatchObject({ exitCode: 0 });
  const { rows } = await readNpy(join(again, "img_feature_f.npy"));
  for (const [i, expected] of [0.6, 0.8, 0, 0].entries()) expect(rows[0]![i]).toBeCloseTo(expected, 6);
});

test("an export without a catalog, or to where no folder can be, says so", async () => {
  const none = join(directory, "none");
  expect(await diptych(["export", "--npy", features, "--catalog", none])).toMatchObject({
    exitCode: 4,
    stderr: expect.stringContaining(`There is no catalog in ${none}; import designs first`),
  });
  const file = join(directory, "file");
  await writeFile(file, "");
  expect(await diptych(["export", "--npy", file, "--catalog", catalog])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(/^diptych: .*\/file cannot be written \(EEXIST\); name a place .*\n$/),
  });
});
