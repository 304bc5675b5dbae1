import { rm, writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { beforeEach, describe, expect, it } from "vitest";
import {
  content,
  createDownloadWorld,
  type Handler,
  half,
  hashOf,
  otherContent,
  result,
  serve,
  sha256,
  status,
} from "../../../../test/fixtures/download-world.js";

const world = createDownloadWorld();
const { failure, files, hashAt, start } = world;

describe("download", () => {
  it("brings a whole file, and tells how far it is", async () => {
    const progress: [number, number | null][] = [];
    const received = await start({ sha256, onProgress: (...told) => progress.push(told) });
    expect(received).toEqual(result);
    expect(await hashAt(world.file)).toBe(sha256);
    expect(await files()).toEqual(["model.onnx", "model.onnx.origin"]);
    expect(progress[0]).toEqual([0, content.length]);
    expect(progress.at(-1)).toEqual([content.length, content.length]);
    expect(progress).toEqual(progress.toSorted(([a], [b]) => a - b));
    expect(world.requests).toEqual([{ url: "/model.onnx", range: undefined, ifRange: undefined }]);
  });

  it("brings a file whose length the server does not tell", async () => {
    world.answer = (_, response) => response.write(content, () => response.end());
    const totals = new Set<number | null>();
    expect(await start({ onProgress: (_, total) => totals.add(total) })).toEqual(result);
    expect([...totals]).toEqual([null]);
  });

  it("brings an empty file", async () => {
    world.answer = serve(Buffer.alloc(0));
    expect(await start()).toEqual({ sha256: hashOf(Buffer.alloc(0)), bytes: 0 });
    expect(await files()).toEqual(["model.onnx", "model.onnx.origin"]);
  });

  it("replaces a file that is there", async () => {
    await writeFile(world.file, "an old one");
    await start();
    expect(await hashAt(world.file)).toBe(sha256);
  });

  describe("a file that an earlier call left", () => {
    const notModified: Handler = ({ headers }, response) => {
      ifNoneMatch.push(headers["if-none-match"] ?? headers["if-modified-since"]);
      if (ifNoneMatch.at(-1) === version) response.writeHead(304).end();
      else serve(otherContent, { version: '"2"' })({ headers } as IncomingMessage, response);
    };
    let ifNoneMatch: (string | undefined)[];
    let version: string;
    beforeEach(async () => {
      ifNoneMatch = [];
      version = '"1"';
      await start();
      world.answer = notModified;
    });

    it("is taken when the server still has the same", async () => {
      expect(await start()).toEqual(result);
      expect(ifNoneMatch).toEqual(['"1"']);
      expect(await hashAt(world.file)).toBe(sha256);
      expect(await files()).toEqual(["model.onnx", "model.onnx.origin"]);
    });

    it("is asked for by its date where there is no ETag", async () => {
      version = "Wed, 21 Oct 2015 07:28:00 GMT";
      world.answer = (_, response) => response.writeHead(200, { "last-modified": version }).end(content);
      await rm(`${world.file}.origin`);
      await start();
      world.answer = notModified;
      expect(await start()).toEqual(result);
      expect(ifNoneMatch).toEqual([version]);
    });

    it("is replaced when the server has another", async () => {
      version = '"2"';
      expect(await start()).toEqual({ sha256: hashOf(otherContent), bytes: content.length });
      expect(ifNoneMatch).toEqual(['"1"']);
      expect(await hashAt(world.file)).toBe(hashOf(otherContent));
      expect(await start()).toMatchObject({ sha256: hashOf(otherContent) });
      expect(ifNoneMatch).toEqual(['"1"', '"2"']);
    });

    it("is taken without asking when it has the expected hash, and else fetched anew", async () => {
      world.requests = [];
      expect(await start({ sha256 })).toEqual(result);
      expect(world.requests).toEqual([]);
      const other = hashOf(otherContent);
      expect(await start({ sha256: other })).toMatchObject({ sha256: other });
      expect(ifNoneMatch).toEqual([undefined]);
    });

    it("is fetched anew from another URL", async () => {
      world.url += "?2";
      expect(await start()).toMatchObject({ sha256: hashOf(otherContent) });
      expect(ifNoneMatch).toEqual([undefined]);
    });
  });

  describe("the connection", () => {
    it("gives up when it breaks off time and again", async () => {
      world.answer = ({ socket }) => socket.destroy();
      expect(await failure("SOURCE_UNAVAILABLE")).toContain("the connection broke off");
      expect(world.requests).toHaveLength(4);
    });

    it.each([
      ["is silent", () => {}],
      ["falls silent", serve(content, { sent: half })],
    ])("gives up when the server %s", async (_, handler: Handler) => {
      world.answer = handler;
      const message = await failure("SOURCE_UNAVAILABLE", { timing: { idleMs: 50, pauseMs: 0 } });
      expect(message).toContain("no byte came for 0.05 s");
      expect(await files()).not.toContain("model.onnx");
    });

    it("tells a server that cannot be reached", async () => {
      await world.unreachable(async () => {
        expect(await failure("SOURCE_UNAVAILABLE")).toContain("ECONNREFUSED");
      });
    });

    it("trusts no certificate that nobody vouches for", async () => {
      await world.unvouched(async () => {
        expect(await failure("SOURCE_UNAVAILABLE")).toContain("DEPTH_ZERO_SELF_SIGNED_CERT");
      });
      expect(world.requests).toEqual([]);
    });

    it("asks nothing when it is aborted before", async () => {
      const signal = AbortSignal.abort();
      await expect(start({ signal })).rejects.toBe(signal.reason);
      expect(world.requests).toEqual([]);
      expect(await files()).toEqual([]);
    });
  });

  describe("the URL", () => {
    it.each(["http://127.0.0.1/m", "ftp://127.0.0.1/m", "file:///m", "m.onnx", ""])(
      "refuses %j",
      async (text) => {
        world.url = text;
        await failure("INVALID_REQUEST");
        expect(await files()).toEqual([]);
      },
    );

    it("sends a user and password, and shows neither them nor the query", async () => {
      let authorization: string | undefined;
      world.answer = (request, response) => {
        authorization = request.headers.authorization;
        status(404)(request, response);
      };
      world.url = world.url.replace("https://", "https://user:secret@").concat("?token=hidden");
      expect(await failure("NOT_FOUND")).not.toMatch(/user|secret|hidden/u);
      expect(authorization).toBe(`Basic ${btoa("user:secret")}`);

      world.url = "https://user:secret@:bad";
      expect(await failure("INVALID_REQUEST")).not.toMatch(/user|secret/u);
    });
  });
});
