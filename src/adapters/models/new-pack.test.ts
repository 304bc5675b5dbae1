import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readdir, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { identityNetwork, writePack } from "../../../test/fixtures/small-packs.js";
import { findPack } from "./find-pack.js";
import { createPack, freeDirectory, removeDirectory } from "./new-pack.js";

let models: string;
beforeEach(async () => {
  models = await mkdtemp(path.join(tmpdir(), "diptych-new-pack-"));
});
afterEach(() => rm(models, { recursive: true }));

const create = (id: string) =>
  createPack(path.join(models, id), async (unfinished) => {
    await writePack(unfinished, identityNetwork(), { id });
  });

describe("a new pack", () => {
  it("appears whole, and what killed processes left behind goes, but nothing else", async () => {
    const names = ["dead", "alive", "file", "-foreign"].map((id) => `${id}.${randomUUID()}.part`);
    const [dead, alive, file, foreign] = names.map((name) => path.join(models, name)) as [
      string,
      string,
      string,
      string,
    ];
    const backup = path.join(models, "backup.20240101.part");
    for (const folder of [dead, alive, foreign, backup]) await mkdir(folder);
    await writeFile(path.join(dead, "model.onnx"), "half");
    await writeFile(file, "");
    const twoHoursAgo = new Date(Date.now() - 7_200_000);
    for (const old of [dead, file, foreign, backup]) await utimes(old, twoHoursAgo, twoHoursAgo);
    expect((await create("fresh")).identity.id).toBe("fresh");
    const there = [alive, file, foreign, backup].map((each) => path.basename(each));
    expect((await readdir(models)).toSorted()).toEqual([...there, "fresh"].toSorted());
  });

  it("is made beside another of the same id", async () => {
    const slower = createPack(path.join(models, "twice"), async (unfinished) => {
      await create("twice");
      await writePack(unfinished, identityNetwork(), { id: "twice" });
    });
    await expect(slower).rejects.toThrow('there is a pack "twice" already');
    expect(await readdir(models)).toEqual(["twice"]);
  });

  it("does not appear when its making fails, or when another was faster", async () => {
    const failing = createPack(path.join(models, "broken"), async () => {
      throw new Error("out of disk");
    });
    await expect(failing).rejects.toThrow("out of disk");
    await create("taken");
    await expect(create("taken")).rejects.toMatchObject({
      code: "INVALID_REQUEST",
      message: expect.stringContaining('there is a pack "taken" already'),
    });
    expect(await readdir(models)).toEqual(["taken"]);
  });

  it.each(["..", ".", "", "a/../b", "-x", "x.part", "x.", "A", "a".repeat(65)])(
    "is not called %o",
    async (id) => {
      await expect(freeDirectory(models, id)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    },
  );

  it("is not called like anything that is there already, or comes with Diptych", async () => {
    await writeFile(path.join(models, "file"), "");
    await symlink("/nowhere", path.join(models, "link"));
    for (const id of ["file", "link", "inception-v3"]) {
      await expect(freeDirectory(models, id)).rejects.toThrow(`there is a pack "${id}" already`);
    }
    expect(await freeDirectory(models, "free")).toBe(path.join(models, "free"));
  });
});

describe("a pack's folder", () => {
  it("has the pack's own name, by which catalogs know it", async () => {
    await create("original");
    await rename(path.join(models, "original"), path.join(models, "renamed"));
    await expect(findPack("renamed", models)).rejects.toMatchObject({
      code: "MODEL_INVALID",
      message: expect.stringContaining('calls itself "original"'),
    });
  });

  it("is removed with all that is in it", async () => {
    await create("old");
    await removeDirectory(path.join(models, "old"));
    expect(await readdir(models)).toEqual([]);
  });
});
