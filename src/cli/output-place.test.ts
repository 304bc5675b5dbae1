import { once } from "node:events";
import { access, open } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { freePort } from "../../test/fixtures/free-port.js";
import { requireWritable, writeTo } from "./output-place.js";

const refusedWith = (code: string) => ({
  code: "INVALID_REQUEST",
  message: `the/place cannot be written (${code}); name a place in an existing folder that this user may write to, on a disk that has room.`,
});

describe("writing to a place that a person named", () => {
  // Linux has a file that no byte fits into.
  it.runIf(process.platform === "linux")(
    "is refused by a full disk, which a write does not tell the path of",
    async () => {
      const full = await open("/dev/full", "w");
      try {
        const error = await full.writeFile("text").catch((reason) => reason);
        expect(error).not.toHaveProperty("path");
        await expect(writeTo("the/place", () => Promise.reject(error))).rejects.toMatchObject(
          refusedWith("ENOSPC"),
        );
      } finally {
        await full.close();
      }
    },
  );

  it("is refused where there is no folder", async () => {
    const write = () => open(path.join(tmpdir(), "no-such-folder", "file"), "w");
    await expect(writeTo("the/place", write)).rejects.toMatchObject(refusedWith("ENOENT"));
  });

  it("lets through what is no refusal of the file system", async () => {
    const socket = connect(await freePort(), "127.0.0.1");
    const [error] = await once(socket, "error");
    expect(error).toMatchObject({ syscall: "connect" });
    await expect(writeTo("the/place", () => Promise.reject(error))).rejects.toBe(error);
  });
});

describe("a folder that is to be written to later", () => {
  it("may be missing, with those above it, and is not made", async () => {
    const folder = path.join(tmpdir(), "no-such-folder", "deeper");
    await requireWritable(folder);
    await expect(access(path.dirname(folder))).rejects.toMatchObject({ code: "ENOENT" });
  });

  it.each(["", "deeper"])("is no file, nor below one: %j", async (below) => {
    const file = fileURLToPath(import.meta.url);
    await expect(requireWritable(path.join(file, below))).rejects.toMatchObject({
      code: "INVALID_REQUEST",
      message: expect.stringContaining("cannot be written (ENOTDIR)"),
    });
  });
});
