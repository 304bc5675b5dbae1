import { readdir, readlink, stat } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { drawingPng } from "../fixtures/drawings.js";
import { listening } from "../fixtures/listening.js";
import { createHttpWorld, file, form, type Import } from "./http-world.js";

const world = createHttpWorld("imports-refused");

const TYPE = "multipart/form-data; boundary=x";
const part = (fileName: string, content: string) =>
  `--x\r\nContent-Disposition: form-data; name="files"; filename="${fileName}"\r\n\r\n${content}`;
const END = "\r\n--x--\r\n";
/** More than any part of the way holds back. */
const LARGE = "x".repeat(1024 * 1024);

async function post(body: string | ReadableStream | null, type: string | null = TYPE) {
  const headers = new Headers(type === null ? {} : { "Content-Type": type });
  return world.send("/api/v1/imports", { method: "POST", headers, body, duplex: "half" } as RequestInit);
}

/** As it may come over a slow line. */
function inPieces(body: string): ReadableStream {
  return ReadableStream.from(Array.from(body, (character) => Buffer.from(character))) as ReadableStream;
}

/** Files below the folder that this process has open; null where that cannot be seen. */
async function openBelow(folder: string): Promise<string[] | null> {
  const descriptors = await readdir("/proc/self/fd").catch(() => null);
  if (descriptors === null) return null;
  const files = await Promise.all(
    descriptors.map((each) => readlink(`/proc/self/fd/${each}`).catch(() => "")),
  );
  return files.filter((file) => file.startsWith(folder));
}

async function expectNothingLeft() {
  expect(await world.uploadsLeft()).toEqual([]);
  const open = () => openBelow(path.join(world.catalog, "uploads"));
  await expect.poll(open, { timeout: 60_000 }).toBeOneOf([[], null]);
  expect((await world.get<{ imports: Import[] }>("/api/v1/imports")).body.imports).toEqual([]);
}

describe("an upload", () => {
  test.each<[string, () => ReturnType<typeof post>, RegExp]>([
    ["a form without fields", () => world.post("/api/v1/imports", form({})), /received none|no form/u],
    ["texts alone", () => world.post("/api/v1/imports", form({ files: "a.zip" })), /received none/u],
    ["a file input that was left empty", () => post(part("", "") + END), /received none/u],
    ["a form that goes on behind its end", () => post(`--x--\r\n${part("a", "b")}${END}`), /received none/u],
    ["the same in pieces", () => post(inPieces(`--x--\r\n${part("a", "b")}${END}`)), /received none/u],
    ["JSON", () => post("{}", "application/json"), /received application\/json\./u],
    ["no content type", () => post(new Blob([LARGE]).stream(), null), /received no content type\./u],
    ["a form's other type", () => post("a=b", "application/x-www-form-urlencoded"), /received application/u],
    [
      "no boundary",
      () => post(part("a", "b") + END, "multipart/form-data; charset=utf-8"),
      /Boundary not found/u,
    ],
    [
      "another boundary",
      () => post(part("a", "b") + END, "multipart/form-data; boundary=y"),
      /ended before/u,
    ],
    ["no body", () => post(null), /received|ended before/u],
    ["an empty body", () => post(""), /ended before/u],
    ["no form in its body", () => post(LARGE), /ended before/u],
  ])("of %s is refused", async (_, send, reason) => {
    const { response, status, body } = await send();
    expect(status).toBe(400);
    expect(response.headers.get("Content-Type")).toBe("application/problem+json");
    expect(body).toMatchObject({ code: "INVALID_REQUEST", detail: expect.stringMatching(reason) });
    expect(JSON.stringify(body)).not.toContain(world.directory);
    await expectNothingLeft();
  });

  test.each<[string, string]>([
    ["its first file", part("a.jpg", LARGE)],
    ["its second file", `${part("a.jpg", "a")}\r\n${part("b.jpg", LARGE)}`],
    ["a file without a name", part("", LARGE)],
    ["a text", `${part("a.jpg", "a")}\r\n--x\r\nContent-Disposition: form-data; name="t"\r\n\r\n${LARGE}`],
    ["the head of a file", `${part("a.jpg", "a")}\r\n--x\r\nContent-Dispo`],
    ["its last boundary", `${part("a.jpg", "a")}\r\n--x`],
  ])("that ends within %s is refused", async (_, body) => {
    const uncaught: Error[] = [];
    const note = (error: Error) => uncaught.push(error);
    process.on("uncaughtException", note);
    const answer = await post(body);
    await expectNothingLeft();
    process.off("uncaughtException", note);
    expect(uncaught).toEqual([]);
    expect(answer.status).toBe(400);
    expect(answer.body.detail).toMatch(/^The upload ended before its last file did/u);
  });
});

describe("a server", () => {
  const server = listening(world.fetch);

  /** Begins to send an upload that is said to be far longer; resolves when some of it is on the disk. */
  async function sendUntilWritten(body: string): Promise<Socket> {
    const socket = connect(server.port, "127.0.0.1");
    const head = ["POST /api/v1/imports HTTP/1.1", "Host: localhost", `Content-Type: ${TYPE}`];
    socket.write(`${[...head, "Content-Length: 100000000"].join("\r\n")}\r\n\r\n${body}`);
    const uploads = path.join(world.catalog, "uploads");
    const bytesOf = (name: string) => stat(path.join(uploads, name)).then(({ size }) => size);
    const written = async () => {
      const names = await readdir(uploads, { recursive: true }).catch(() => []);
      const last = names.filter((name) => path.basename(name) === "1");
      return last.length === 1 && (await bytesOf(last[0]!)) > 0;
    };
    await expect.poll(written, { timeout: 60_000 }).toBe(true);
    return socket;
  }

  test("that loses the connection in the midst of an upload keeps nothing of it, and goes on", async () => {
    const socket = await sendUntilWritten(`${part("a.jpg", LARGE)}\r\n${part("b.jpg", LARGE)}`);
    socket.destroy();
    await expectNothingLeft();
    expect((await fetch(`http://127.0.0.1:${server.port}/livez`)).status).toBe(200);
    const files = form({ files: file("a_front.png", await drawingPng(1, "front")) });
    const response = await fetch(`http://127.0.0.1:${server.port}/api/v1/imports`, {
      method: "POST",
      body: files,
    });
    expect(response.status).toBe(202);
    const { id } = (await response.json()) as Import;
    expect(await world.reached(id, "done", "failed")).toMatchObject({ state: "done", imported: 1 });
  });
});
