import { appendFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import {
  content,
  createDownloadWorld,
  type Handler,
  half,
  hashOf,
  result,
  serve,
  sha256,
  status,
} from "../../../../test/fixtures/download-world.js";

const world = createDownloadWorld();
const { abortedHalfway, failure, files, hashAt, inTurn, start } = world;

describe("download", () => {
  describe("refusing", () => {
    it("refuses by Content-Length a file that is too large", async () => {
      expect(await failure("INVALID_REQUEST", { maxBytes: half })).toBe(
        `A file of at most ${half} bytes was expected at ${world.url}; received one of ${content.length}: choose a smaller one.`,
      );
      expect(await files()).toEqual([]);
    });

    it("refuses a file that becomes too large", async () => {
      world.answer = (_, response) => response.write(content);
      expect(await failure("INVALID_REQUEST", { maxBytes: half })).toMatch(/received \d+ and more/u);
      expect(await files()).toEqual([]);
    });

    it("refuses the rest of a file that is too large", async () => {
      await abortedHalfway();
      world.answer = serve(content);
      expect(await failure("INVALID_REQUEST", { maxBytes: half + 1 })).toContain(`one of ${content.length}`);
      expect(await files()).toEqual([]);
    });

    it("accepts a file of just the largest size", async () => {
      expect(await start({ maxBytes: content.length })).toEqual(result);
    });

    it("refuses a file with another hash, and leaves the one that is there", async () => {
      await writeFile(world.file, "an old one");
      const expected = "0".repeat(64);
      const message = await failure("MODEL_INVALID", { sha256: expected });
      expect(message).toContain(`expected sha256 ${expected}, received ${sha256}`);
      expect(await files()).toEqual(["model.onnx"]);
      expect(await readFile(world.file, "utf8")).toBe("an old one");
    });

    it.each([
      [404, "NOT_FOUND", 1],
      [410, "NOT_FOUND", 1],
      [401, "FORBIDDEN", 1],
      [403, "FORBIDDEN", 1],
      [400, "INVALID_REQUEST", 1],
      [416, "INVALID_REQUEST", 1],
      [429, "SOURCE_UNAVAILABLE", 4],
      [500, "SOURCE_UNAVAILABLE", 4],
      [206, "SOURCE_UNAVAILABLE", 4],
      [302, "SOURCE_UNAVAILABLE", 4],
    ])("tells the status %i as %s after %i requests", async (code, errorCode, count) => {
      world.answer = status(code);
      const message = await failure(errorCode);
      expect(message).toContain(world.url);
      expect(message).toContain(String(code));
      expect(world.requests).toHaveLength(count);
      expect(await files()).toEqual([]);
    });

    it("removes what was left when the file is gone", async () => {
      await abortedHalfway();
      world.answer = status(404);
      await failure("NOT_FOUND");
      expect(await files()).toEqual([]);
    });

    it("keeps what was left when the server fails", async () => {
      await abortedHalfway();
      world.answer = status(503);
      await failure("SOURCE_UNAVAILABLE");
      expect(await hashAt(`${world.file}.part`)).toBe(hashOf(content.subarray(0, half)));
    });

    it("refuses a file that another process writes at the same time", async () => {
      const message = await failure("INVALID_REQUEST", {
        onProgress: (received) => received === content.length && appendFileSync(`${world.file}.part`, "more"),
      });
      expect(message).toContain("another process");
      expect(await files()).toEqual([]);
    });

    it("refuses a file that the server compressed", async () => {
      world.answer = status(200, { "content-encoding": "gzip" });
      expect(await failure("INVALID_REQUEST")).toContain("compressed");
      expect(await files()).toEqual([]);
    });
  });

  describe("redirects", () => {
    const redirect = (location: string): Handler => status(302, { location });

    it("goes where the server redirects, with the range", async () => {
      await abortedHalfway();
      world.answer = inTurn(
        redirect("/elsewhere"),
        redirect(new URL("/there?key=1", world.url).href),
        serve(content),
      );
      expect(await start({ sha256 })).toEqual(result);
      expect(world.requests.map((request) => request.url)).toEqual([
        "/model.onnx",
        "/elsewhere",
        "/there?key=1",
      ]);
      expect(world.requests.at(-1)).toMatchObject({ range: `bytes=${half}-` });
    });

    it.each([
      ["http://127.0.0.1/model.onnx", "http://127.0.0.1/model.onnx"],
      ["http://user:secret@127.0.0.1/", "http://127.0.0.1/"],
      ["file:///etc/passwd", "file:///etc/passwd"],
      ["https://", "a text that is no URL"],
    ])("refuses a redirect to %s", async (location, shown) => {
      world.answer = redirect(location);
      const message = await failure("INVALID_REQUEST");
      expect(message).toContain(`received ${shown}, where ${world.url} redirects to`);
      expect(world.requests).toHaveLength(1);
      expect(await files()).toEqual([]);
    });

    it("follows five, and refuses a loop", async () => {
      const five = Array.from({ length: 5 }, (_, index) => redirect(`/${index}`));
      world.answer = inTurn(...five, serve(content));
      expect(await start()).toEqual(result);
      world.requests = [];
      world.answer = redirect(world.url);
      expect(await failure("INVALID_REQUEST")).toContain("at most 5 redirects");
      expect(world.requests).toHaveLength(6);
    });
  });
});
