import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, test } from "vitest";
import { listening } from "../fixtures/listening.js";
import { createHttpWorld } from "./http-world.js";

const world = createHttpWorld("slow-clients");

const server = listening(world.fetch, { idleMs: 300, headersMs: 300 });
const patientServer = listening(world.fetch);

const BEGUN = [
  "Host: localhost",
  "Content-Type: multipart/form-data; boundary=x",
  "Content-Length: 1000000",
  "",
  '--x\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\nabc',
].join("\r\n");

/** Resolves when the server has ended the connection; what it said before. */
async function untilEnded(socket: Socket): Promise<string> {
  let said = "";
  socket.on("data", (bytes) => {
    said += bytes;
  });
  // A connection that is reset is ended, too.
  socket.on("error", () => {});
  await once(socket, "close");
  return said;
}

test.each([
  ["says nothing", ""],
  ["stops within the head of a request", "GET / HTTP/1.1\r\nHost: local"],
  ["stops within an upload", `POST /api/v1/imports HTTP/1.1\r\n${BEGUN}`],
  ["stops within a form", `POST /catalogue/new HTTP/1.1\r\n${BEGUN}`],
  ["stops within a picture to search by", `POST /api/v1/searches HTTP/1.1\r\n${BEGUN}`],
])("a client that %s is ended, and nothing is kept of it", async (_, text) => {
  const socket = connect(server.port, "127.0.0.1");
  socket.write(text);
  expect(await untilEnded(socket)).not.toContain("200 OK");
  expect(await world.uploadsLeft()).toEqual([]);
  expect((await fetch(`http://127.0.0.1:${server.port}/livez`)).status).toBe(200);
});

test("a client that sends the head of a request byte by byte is ended, though it never stops", async () => {
  const socket = connect(server.port, "127.0.0.1");
  socket.write("GET / HTTP/1.1\r\nX-Slow: ");
  const dripping = setInterval(() => socket.write("x"), 20);
  expect(await untilEnded(socket)).toMatch(/^(?:HTTP\/1\.1 408 |$)/u);
  clearInterval(dripping);
});

test("a connection is kept for the next request, and ended when none comes", async () => {
  const socket = connect(server.port, "127.0.0.1");
  socket.write("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await once(socket, "data");
  socket.write("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
  expect(await untilEnded(socket)).toContain("200 OK");
});

test("a connection is kept for longer than proxies keep theirs", async () => {
  const { headers } = await fetch(`http://127.0.0.1:${patientServer.port}/livez`);
  expect(headers.get("keep-alive")).toBe("timeout=120");
});
