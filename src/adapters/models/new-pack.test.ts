import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
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
  it("appears whole, and what killed processes left behind goes", async () => {
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    await mkdir(path.join(models, `dead.${pid}.part`));
    await mkdir(path.join(models, `alive.${process.ppid}.part`));
    expect((await create("fresh")).identity.id).toBe("fresh");
    expect((await readdir(models)).toSorted()).toEqual([`alive.${process.ppid}.part`, "fresh"]);
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
