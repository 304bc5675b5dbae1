import { writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import {
  content,
  createDownloadWorld,
  half,
  hashOf,
  otherContent,
  result,
  serve,
  sha256,
  status,
} from "../../../../test/fixtures/download-world.js";

const world = createDownloadWorld();
const { abortedHalfway, failure, files, hashAt, inTurn, start } = world;

describe("download", () => {
  describe("going on", () => {
    it("goes on within the call after the connection broke off", async () => {
      world.answer = inTurn(serve(content, { sent: half }), serve(content));
      const received = await start({
        sha256,
        onProgress: (bytes) => bytes === half && world.requests.length === 1 && world.breakConnections(),
      });
      expect(received).toEqual(result);
      expect(await hashAt(world.file)).toBe(sha256);
      expect(world.requests.map(({ range, ifRange }) => [range, ifRange])).toEqual([
        [undefined, undefined],
        [`bytes=${half}-`, '"1"'],
      ]);
    });

    it("goes on where an aborted call stopped, which leaves the part but no file", async () => {
      await abortedHalfway();
      expect(await files()).toEqual(["model.onnx.part", "model.onnx.part.origin"]);
      expect(await hashAt(`${world.file}.part`)).toBe(hashOf(content.subarray(0, half)));

      world.answer = serve(content);
      const progress: number[] = [];
      expect(await start({ sha256, onProgress: (bytes) => progress.push(bytes) })).toEqual(result);
      expect(progress[0]).toBe(half);
      expect(world.requests).toEqual([{ url: "/model.onnx", range: `bytes=${half}-`, ifRange: '"1"' }]);
      expect(await hashAt(world.file)).toBe(sha256);
      expect(await files()).toEqual(["model.onnx", "model.onnx.origin"]);
    });

    it("goes by the date when there is no strong ETag", async () => {
      const date = "Wed, 21 Oct 2015 07:28:00 GMT";
      world.answer = (_, response) => {
        response.writeHead(200, { etag: 'W/"1"', "last-modified": date, "content-length": content.length });
        response.write(content.subarray(0, half));
      };
      await failure("SOURCE_UNAVAILABLE", {
        onProgress: (bytes) => bytes === half && world.breakConnections(),
      });
      expect(world.requests[1]).toMatchObject({ range: `bytes=${half}-`, ifRange: date });
    });

    it.each([
      ["the file changed meanwhile", serve(otherContent, { version: '"2"' }), 1],
      [
        "it changed, and the server ignores If-Range",
        serve(otherContent, { version: '"2"', ifRangeKnown: false }),
        2,
      ],
      [
        "the server ignores ranges",
        (_request: IncomingMessage, response: ServerResponse) => response.end(otherContent),
        1,
      ],
      ["the server refuses the range", inTurn(status(416), serve(otherContent)), 2],
      [
        "the server sends another range",
        inTurn(status(206, { "content-range": "bytes 5-16/17" }), serve(otherContent)),
        2,
      ],
      ["the server sends a range that it does not tell", inTurn(status(206), serve(otherContent)), 2],
    ])("begins anew when %s", async (_, handler, count) => {
      await abortedHalfway();
      world.answer = handler;
      const sha256 = hashOf(otherContent);
      expect(await start({ sha256 })).toEqual({ sha256, bytes: content.length });
      expect(world.requests[0]).toMatchObject({ range: `bytes=${half}-` });
      expect(world.requests).toHaveLength(count);
      expect(world.requests.slice(1).filter(({ range }) => range !== undefined)).toEqual([]);
      expect(await hashAt(world.file)).toBe(hashOf(otherContent));
      expect((await files()).filter((name) => name !== "model.onnx.origin")).toEqual(["model.onnx"]);
    });

    it("goes on with what was left of the same URL", async () => {
      await writeFile(`${world.file}.part`, content.subarray(0, 7));
      await writeFile(
        `${world.file}.part.origin`,
        JSON.stringify({ urlSha256: hashOf(world.url), version: '"1"' }),
      );
      expect(await start({ sha256 })).toEqual(result);
      expect(world.requests).toMatchObject([{ range: "bytes=7-" }]);
    });

    it.each([
      ["is of another URL", () => JSON.stringify({ urlSha256: hashOf(`${world.url}?2`), version: '"1"' })],
      ["tells nothing", () => "{"],
      ["could not be sent", () => JSON.stringify({ urlSha256: hashOf(world.url), version: "1\r\nx: y" })],
    ])("begins anew when what was left %s", async (_, origin) => {
      await writeFile(`${world.file}.part`, otherContent);
      await writeFile(`${world.file}.part.origin`, origin());
      expect(await start({ sha256 })).toEqual(result);
      expect(world.requests).toEqual([{ url: "/model.onnx", range: undefined, ifRange: undefined }]);
    });

    it("begins anew when the server does not tell which version it sent", async () => {
      world.answer = inTurn((_, response) => {
        response.setHeader("content-length", content.length);
        response.write(otherContent.subarray(0, half));
      }, serve(content));
      await start({
        sha256,
        onProgress: (bytes) => bytes === half && world.requests.length === 1 && world.breakConnections(),
      });
      expect(world.requests.map(({ range }) => range)).toEqual([undefined, undefined]);
    });

    it("asks for the whole file once only when the server refuses ranges", async () => {
      await abortedHalfway();
      world.answer = status(416);
      expect(await failure("INVALID_REQUEST")).toContain("416");
      expect(world.requests.map(({ range }) => range)).toEqual([`bytes=${half}-`, undefined]);
      expect(await files()).toEqual([]);
    });
  });
});
