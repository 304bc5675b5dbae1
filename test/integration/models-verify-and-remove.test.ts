import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { clipEncoder, writeEncoder } from "../fixtures/hugging-face-encoders.js";
import { countsOf, diptych } from "./diptych-process.js";
import { add, createFlats, createModelsWorld, DESIGNS, sentenceOf, sha256 } from "./models-world.js";

const { directory, newFolder } = createModelsWorld();
const { flats, picturesOf } = createFlats(directory);

describe("a pack", () => {
  let models: string;
  let catalog: string;
  beforeEach(async () => {
    models = await newFolder("models");
    catalog = join(await newFolder("catalog"), "catalog");
    const folder = await writeEncoder(await newFolder("encoder"), clipEncoder);
    await add(models, folder, "--id", "clip");
  });
  const run = (...args: string[]) => diptych([...args, "--models", models, "--catalog", catalog]);

  test("whose file was changed is neither verified nor searched with", async () => {
    expect(countsOf(await run("import", flats, "--model", "clip"))).toMatchObject({ imported: DESIGNS });
    const file = join(models, "clip", "model.onnx");
    const bytes = await readFile(file);
    const expected = sha256(bytes);
    bytes[bytes.length - 20]! ^= 1;
    await writeFile(file, bytes);
    const told = `The model file ${file} is not the one its manifest tells: expected sha256 ${expected}, received ${sha256(bytes)}. Build or add the pack again.`;
    expect(sentenceOf(await run("models", "verify", "clip"))).toBe(told);
    expect(sentenceOf(await run("search", "--model", "clip", ...picturesOf(0)))).toBe(told);
    // It hides no other pack.
    expect(await run("models", "verify")).toMatchObject({
      exitCode: 2,
      stdout: expect.stringMatching(/^clip: The model file .*\ninception-v3: its files are those /),
      stderr: "diptych: 1 of 2 model packs cannot be used; add them again.\n",
    });
    const { exitCode, stdout } = await run("models", "list", "--json");
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([{ id: "clip", error: told }, { id: "inception-v3" }]);
  });

  test("runs on no device that is not there", async () => {
    const absent = process.platform === "win32" ? "coreml" : "dml";
    const told = `The device "${absent}" cannot be used on this machine (onnxruntime was built without it for this operating system); leave --device out to run on the processor.`;
    const commands = [
      ["models", "verify", "clip"],
      ["models", "verify"],
      ["import", flats, "--model", "clip"],
    ];
    for (const command of commands) {
      expect(sentenceOf(await run(...command, "--device", absent))).toBe(told);
    }
    expect(sentenceOf(await run("models", "verify", "--device", "nonsense"))).toBe(
      'The setting --device (DIPTYCH_DEVICE) is one of cpu, cuda, dml, coreml, webgpu; received "nonsense".',
    );
  });

  test("that was added is removed, and no other", async () => {
    expect(sentenceOf(await run("models", "remove", "inception-v3"))).toContain("came with Diptych");
    expect(sentenceOf(await run("models", "remove", "klip"))).toBe(
      'There is no model pack "klip"; there are: clip, inception-v3.',
    );
    expect(await run("models", "remove", "clip")).toMatchObject({
      exitCode: 0,
      stdout: "Removed the model pack clip.\n",
      stderr: "",
    });
    expect(await readdir(models)).toEqual([]);
    expect(sentenceOf(await run("models", "show", "clip"))).toContain('There is no model pack "clip"');
  });
});
