import { createHash } from "node:crypto";
import { appendFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { localhostCertificate } from "../../../../test/fixtures/localhost-certificate.js";
import type { AppError } from "../../../errors.js";
import { type DownloadOptions, download } from "./download.js";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const content = Buffer.from(Uint8Array.from({ length: 200_000 }, (_, index) => (index * index) % 251));
const otherContent = Buffer.from(content).reverse();
const half = content.length / 2;
const sha256 = hashOf(content);
const result = { sha256, bytes: content.length };

const trusted = https.globalAgent.options.ca;
beforeAll(() => {
  https.globalAgent.options.ca = localhostCertificate.cert;
});
afterAll(() => {
  https.globalAgent.options.ca = trusted;
});

let answer: Handler;
let requests: { url: string; range: string | undefined; ifRange: string | undefined }[];
let server: https.Server;
let url: string;
let directory: string;
let file: string;
beforeEach(async () => {
  requests = [];
  answer = serve(content);
  server = https.createServer(localhostCertificate, (request, response) => {
    const { range, "if-range": ifRange } = request.headers;
    requests.push({ url: request.url!, range, ifRange: ifRange as string | undefined });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/model.onnx`;
  directory = await mkdtemp(path.join(tmpdir(), "diptych-download-"));
  file = path.join(directory, "model.onnx");
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(directory, { recursive: true });
});

function hashOf(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Answers as a server does that knows ranges; `sent` is where it falls silent. */
function serve(bytes: Buffer, { version = '"1"', sent = bytes.length, ifRangeKnown = true } = {}): Handler {
  return ({ headers }, response) => {
    const versionIsRight = !ifRangeKnown || headers["if-range"] === version;
    const start = versionIsRight ? Number(/^bytes=(\d+)-$/u.exec(headers.range ?? "")?.[1] ?? 0) : 0;
    response.setHeader("etag", version);
    response.setHeader("content-length", bytes.length - start);
    if (start > 0) {
      response.writeHead(206, { "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` });
    }
    response.write(bytes.subarray(start, sent));
    if (sent >= bytes.length) response.end();
  };
}

const status =
  (code: number, headers: Record<string, string> = {}): Handler =>
  (_, response) =>
    response.writeHead(code, headers).end("not the file");

/** Handlers for one request each, the last for all after it. */
const inTurn =
  (...handlers: Handler[]): Handler =>
  (request, response) =>
    handlers[Math.min(requests.length, handlers.length) - 1]!(request, response);

const start = (options: Partial<DownloadOptions> = {}) =>
  download(url, file, { maxBytes: 1e6, timing: { idleMs: 30_000, pauseMs: 0 }, ...options });

/** The one sentence of the failure. */
async function failure(code: string, options: Partial<DownloadOptions> = {}): Promise<string> {
  const error = await start(options).then(
    () => null,
    (reason: AppError) => reason,
  );
  expect(error).toMatchObject({ name: "AppError", code });
  expect(error!.message).not.toMatch(/\p{Cc}/u);
  return error!.message;
}

/** A call that is aborted once half of the file is there. */
async function abortedHalfway(version = '"1"'): Promise<void> {
  answer = serve(content, { sent: half, version });
  const controller = new AbortController();
  const reason = new Error("enough");
  const aborted = start({
    signal: controller.signal,
    onProgress: (received) => received === half && controller.abort(reason),
  });
  await expect(aborted).rejects.toBe(reason);
  requests = [];
}

const hashAt = async (name: string) => hashOf(await readFile(name));
const files = async () => (await readdir(directory)).sort();

describe("download", () => {
  it("brings a whole file, and tells how far it is", async () => {
    const progress: [number, number | null][] = [];
    const received = await start({ sha256, onProgress: (...told) => progress.push(told) });
    expect(received).toEqual(result);
    expect(await hashAt(file)).toBe(sha256);
    expect(await files()).toEqual(["model.onnx", "model.onnx.origin"]);
    expect(progress[0]).toEqual([0, content.length]);
    expect(progress.at(-1)).toEqual([content.length, content.length]);
    expect(progress).toEqual(progress.toSorted(([a], [b]) => a - b));
    expect(requests).toEqual([{ url: "/model.onnx", range: undefined, ifRange: undefined }]);
  });

  it("brings a file whose length the server does not tell", async () => {
    answer = (_, response) => response.write(content, () => response.end());
    const totals = new Set<number | null>();
    expect(await start({ onProgress: (_, total) => totals.add(total) })).toEqual(result);
    expect([...totals]).toEqual([null]);
  });

  it("brings an empty file", async () => {
    answer = serve(Buffer.alloc(0));
    expect(await start()).toEqual({ sha256: hashOf(Buffer.alloc(0)), bytes: 0 });
    expect(await files()).toEqual(["model.onnx", "model.onnx.origin"]);
  });

  it("replaces a file that is there", async () => {
    await writeFile(file, "an old one");
    await start();
    expect(await hashAt(file)).toBe(sha256);
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
      answer = notModified;
    });

    it("is taken when the server still has the same", async () => {
      expect(await start()).toEqual(result);
      expect(ifNoneMatch).toEqual(['"1"']);
      expect(await hashAt(file)).toBe(sha256);
      expect(await files()).toEqual(["model.onnx", "model.onnx.origin"]);
    });

    it("is asked for by its date where there is no ETag", async () => {
      version = "Wed, 21 Oct 2015 07:28:00 GMT";
      answer = (_, response) => response.writeHead(200, { "last-modified": version }).end(content);
      await rm(`${file}.origin`);
      await start();
      answer = notModified;
      expect(await start()).toEqual(result);
      expect(ifNoneMatch).toEqual([version]);
    });

    it("is replaced when the server has another", async () => {
      version = '"2"';
      expect(await start()).toEqual({ sha256: hashOf(otherContent), bytes: content.length });
      expect(ifNoneMatch).toEqual(['"1"']);
      expect(await hashAt(file)).toBe(hashOf(otherContent));
      expect(await start()).toMatchObject({ sha256: hashOf(otherContent) });
      expect(ifNoneMatch).toEqual(['"1"', '"2"']);
    });

    it("is taken without asking when it has the expected hash, and else fetched anew", async () => {
      requests = [];
      expect(await start({ sha256 })).toEqual(result);
      expect(requests).toEqual([]);
      const other = hashOf(otherContent);
      expect(await start({ sha256: other })).toMatchObject({ sha256: other });
      expect(ifNoneMatch).toEqual([undefined]);
    });

    it("is fetched anew from another URL", async () => {
      url += "?2";
      expect(await start()).toMatchObject({ sha256: hashOf(otherContent) });
      expect(ifNoneMatch).toEqual([undefined]);
    });
  });

  describe("going on", () => {
    it("goes on within the call after the connection broke off", async () => {
      answer = inTurn(serve(content, { sent: half }), serve(content));
      const received = await start({
        sha256,
        onProgress: (bytes) => bytes === half && requests.length === 1 && server.closeAllConnections(),
      });
      expect(received).toEqual(result);
      expect(await hashAt(file)).toBe(sha256);
      expect(requests.map(({ range, ifRange }) => [range, ifRange])).toEqual([
        [undefined, undefined],
        [`bytes=${half}-`, '"1"'],
      ]);
    });

    it("goes on where an aborted call stopped, which leaves the part but no file", async () => {
      await abortedHalfway();
      expect(await files()).toEqual(["model.onnx.part", "model.onnx.part.origin"]);
      expect(await hashAt(`${file}.part`)).toBe(hashOf(content.subarray(0, half)));

      answer = serve(content);
      const progress: number[] = [];
      expect(await start({ sha256, onProgress: (bytes) => progress.push(bytes) })).toEqual(result);
      expect(progress[0]).toBe(half);
      expect(requests).toEqual([{ url: "/model.onnx", range: `bytes=${half}-`, ifRange: '"1"' }]);
      expect(await hashAt(file)).toBe(sha256);
      expect(await files()).toEqual(["model.onnx", "model.onnx.origin"]);
    });

    it("goes by the date when there is no strong ETag", async () => {
      const date = "Wed, 21 Oct 2015 07:28:00 GMT";
      answer = (_, response) => {
        response.writeHead(200, { etag: 'W/"1"', "last-modified": date, "content-length": content.length });
        response.write(content.subarray(0, half));
      };
      await failure("SOURCE_UNAVAILABLE", {
        onProgress: (bytes) => bytes === half && server.closeAllConnections(),
      });
      expect(requests[1]).toMatchObject({ range: `bytes=${half}-`, ifRange: date });
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
      answer = handler;
      const sha256 = hashOf(otherContent);
      expect(await start({ sha256 })).toEqual({ sha256, bytes: content.length });
      expect(requests[0]).toMatchObject({ range: `bytes=${half}-` });
      expect(requests).toHaveLength(count);
      expect(requests.slice(1).filter(({ range }) => range !== undefined)).toEqual([]);
      expect(await hashAt(file)).toBe(hashOf(otherContent));
      expect((await files()).filter((name) => name !== "model.onnx.origin")).toEqual(["model.onnx"]);
    });

    it("goes on with what was left of the same URL", async () => {
      await writeFile(`${file}.part`, content.subarray(0, 7));
      await writeFile(`${file}.part.origin`, JSON.stringify({ urlSha256: hashOf(url), version: '"1"' }));
      expect(await start({ sha256 })).toEqual(result);
      expect(requests).toMatchObject([{ range: "bytes=7-" }]);
    });

    it.each([
      ["is of another URL", () => JSON.stringify({ urlSha256: hashOf(`${url}?2`), version: '"1"' })],
      ["tells nothing", () => "{"],
      ["could not be sent", () => JSON.stringify({ urlSha256: hashOf(url), version: "1\r\nx: y" })],
    ])("begins anew when what was left %s", async (_, origin) => {
      await writeFile(`${file}.part`, otherContent);
      await writeFile(`${file}.part.origin`, origin());
      expect(await start({ sha256 })).toEqual(result);
      expect(requests).toEqual([{ url: "/model.onnx", range: undefined, ifRange: undefined }]);
    });

    it("begins anew when the server does not tell which version it sent", async () => {
      answer = inTurn((_, response) => {
        response.setHeader("content-length", content.length);
        response.write(otherContent.subarray(0, half));
      }, serve(content));
      await start({
        sha256,
        onProgress: (bytes) => bytes === half && requests.length === 1 && server.closeAllConnections(),
      });
      expect(requests.map(({ range }) => range)).toEqual([undefined, undefined]);
    });

    it("asks for the whole file once only when the server refuses ranges", async () => {
      await abortedHalfway();
      answer = status(416);
      expect(await failure("INVALID_REQUEST")).toContain("416");
      expect(requests.map(({ range }) => range)).toEqual([`bytes=${half}-`, undefined]);
      expect(await files()).toEqual([]);
    });
  });

  describe("refusing", () => {
    it("refuses by Content-Length a file that is too large", async () => {
      expect(await failure("INVALID_REQUEST", { maxBytes: half })).toBe(
        `A file of at most ${half} bytes was expected at ${url}; received one of ${content.length}: choose a smaller one.`,
      );
      expect(await files()).toEqual([]);
    });

    it("refuses a file that becomes too large", async () => {
      answer = (_, response) => response.write(content);
      expect(await failure("INVALID_REQUEST", { maxBytes: half })).toMatch(/received \d+ and more/u);
      expect(await files()).toEqual([]);
    });

    it("refuses the rest of a file that is too large", async () => {
      await abortedHalfway();
      answer = serve(content);
      expect(await failure("INVALID_REQUEST", { maxBytes: half + 1 })).toContain(`one of ${content.length}`);
      expect(await files()).toEqual([]);
    });

    it("accepts a file of just the largest size", async () => {
      expect(await start({ maxBytes: content.length })).toEqual(result);
    });

    it("refuses a file with another hash, and leaves the one that is there", async () => {
      await writeFile(file, "an old one");
      const expected = "0".repeat(64);
      const message = await failure("MODEL_INVALID", { sha256: expected });
      expect(message).toContain(`expected sha256 ${expected}, received ${sha256}`);
      expect(await files()).toEqual(["model.onnx"]);
      expect(await readFile(file, "utf8")).toBe("an old one");
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
      answer = status(code);
      const message = await failure(errorCode);
      expect(message).toContain(url);
      expect(message).toContain(String(code));
      expect(requests).toHaveLength(count);
      expect(await files()).toEqual([]);
    });

    it("removes what was left when the file is gone", async () => {
      await abortedHalfway();
      answer = status(404);
      await failure("NOT_FOUND");
      expect(await files()).toEqual([]);
    });

    it("keeps what was left when the server fails", async () => {
      await abortedHalfway();
      answer = status(503);
      await failure("SOURCE_UNAVAILABLE");
      expect(await hashAt(`${file}.part`)).toBe(hashOf(content.subarray(0, half)));
    });

    it("refuses a file that another process writes at the same time", async () => {
      const message = await failure("INVALID_REQUEST", {
        onProgress: (received) => received === content.length && appendFileSync(`${file}.part`, "more"),
      });
      expect(message).toContain("another process");
      expect(await files()).toEqual([]);
    });

    it("refuses a file that the server compressed", async () => {
      answer = status(200, { "content-encoding": "gzip" });
      expect(await failure("INVALID_REQUEST")).toContain("compressed");
      expect(await files()).toEqual([]);
    });
  });

  describe("the connection", () => {
    it("gives up when it breaks off time and again", async () => {
      answer = ({ socket }) => socket.destroy();
      expect(await failure("SOURCE_UNAVAILABLE")).toContain("the connection broke off");
      expect(requests).toHaveLength(4);
    });

    it.each([
      ["is silent", () => {}],
      ["falls silent", serve(content, { sent: half })],
    ])("gives up when the server %s", async (_, handler: Handler) => {
      answer = handler;
      const message = await failure("SOURCE_UNAVAILABLE", { timing: { idleMs: 50, pauseMs: 0 } });
      expect(message).toContain("no byte came for 0.05 s");
      expect(await files()).not.toContain("model.onnx");
    });

    it("tells a server that cannot be reached", async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      expect(await failure("SOURCE_UNAVAILABLE")).toContain("ECONNREFUSED");
      server.listen(0, "127.0.0.1");
    });

    it("trusts no certificate that nobody vouches for", async () => {
      https.globalAgent.options.ca = trusted;
      https.globalAgent.destroy();
      try {
        expect(await failure("SOURCE_UNAVAILABLE")).toContain("DEPTH_ZERO_SELF_SIGNED_CERT");
      } finally {
        https.globalAgent.options.ca = localhostCertificate.cert;
      }
      expect(requests).toEqual([]);
    });

    it("asks nothing when it is aborted before", async () => {
      const signal = AbortSignal.abort();
      await expect(start({ signal })).rejects.toBe(signal.reason);
      expect(requests).toEqual([]);
      expect(await files()).toEqual([]);
    });
  });

  describe("redirects", () => {
    const redirect = (location: string): Handler => status(302, { location });

    it("goes where the server redirects, with the range", async () => {
      await abortedHalfway();
      answer = inTurn(redirect("/elsewhere"), redirect(new URL("/there?key=1", url).href), serve(content));
      expect(await start({ sha256 })).toEqual(result);
      expect(requests.map((request) => request.url)).toEqual(["/model.onnx", "/elsewhere", "/there?key=1"]);
      expect(requests.at(-1)).toMatchObject({ range: `bytes=${half}-` });
    });

    it.each([
      ["http://127.0.0.1/model.onnx", "http://127.0.0.1/model.onnx"],
      ["http://user:secret@127.0.0.1/", "http://127.0.0.1/"],
      ["file:///etc/passwd", "file:///etc/passwd"],
      ["https://", "a text that is no URL"],
    ])("refuses a redirect to %s", async (location, shown) => {
      answer = redirect(location);
      const message = await failure("INVALID_REQUEST");
      expect(message).toContain(`received ${shown}, where ${url} redirects to`);
      expect(requests).toHaveLength(1);
      expect(await files()).toEqual([]);
    });

    it("follows five, and refuses a loop", async () => {
      const five = Array.from({ length: 5 }, (_, index) => redirect(`/${index}`));
      answer = inTurn(...five, serve(content));
      expect(await start()).toEqual(result);
      requests = [];
      answer = redirect(url);
      expect(await failure("INVALID_REQUEST")).toContain("at most 5 redirects");
      expect(requests).toHaveLength(6);
    });
  });

  describe("the URL", () => {
    it.each(["http://127.0.0.1/m", "ftp://127.0.0.1/m", "file:///m", "m.onnx", ""])(
      "refuses %j",
      async (text) => {
        url = text;
        await failure("INVALID_REQUEST");
        expect(await files()).toEqual([]);
      },
    );

    it("sends a user and password, and shows neither them nor the query", async () => {
      let authorization: string | undefined;
      answer = (request, response) => {
        authorization = request.headers.authorization;
        status(404)(request, response);
      };
      url = url.replace("https://", "https://user:secret@").concat("?token=hidden");
      expect(await failure("NOT_FOUND")).not.toMatch(/user|secret|hidden/u);
      expect(authorization).toBe(`Basic ${btoa("user:secret")}`);

      url = "https://user:secret@:bad";
      expect(await failure("INVALID_REQUEST")).not.toMatch(/user|secret/u);
    });
  });
});
