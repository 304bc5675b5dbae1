import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { Hono } from "hono";
import { describe, expect, test } from "vitest";
import { loopbackHost } from "../../src/http/loopback-host.js";
import { failureOf, problem } from "../../src/http/problem.js";
import { drawingPng } from "../fixtures/drawings.js";
import { listening } from "../fixtures/listening.js";
import { withEntry, zipOf } from "../fixtures/zip-file.js";
import { createHttpWorld, file, form, type Page, type Problem } from "./http-world.js";

const world = createHttpWorld("hostile");
const idsPath = (id: string) => `/api/v1/designs/${encodeURIComponent(id)}`;
const put = async (id: string, fields: Record<string, string> = {}) =>
  world.send(idsPath(id), {
    method: "PUT",
    body: form({ front: file("a.png", await drawingPng(1, "front")), ...fields }),
  });

const server = listening(world.fetch);

/** Sends bytes as no library would; resolves with all that came back. */
async function sendRaw(request: string): Promise<string> {
  const socket = connect(server.port, "127.0.0.1");
  socket.end(Buffer.from(request, "latin1"));
  return text(socket);
}

describe("a body", () => {
  const BOUNDARY = { "Content-Type": "multipart/form-data; boundary=x" };
  const FORMS = ["/search", "/upload", "/catalogue/new", "/designs/A", "/language", "/catalogue/import"];

  test.each([
    ["no form", "no form", BOUNDARY],
    ["a form cut off", '--x\r\nContent-Disposition: form-data; name="id"\r\n\r\nabc', BOUNDARY],
    ["a form without a boundary", "--x--", { "Content-Type": "multipart/form-data" }],
    ["nothing", "", BOUNDARY],
  ] as const)(
    "that is %s is refused on every page and in the API, and is no defect",
    async (_, body, headers) => {
      for (const path of [...FORMS, "/api/v1/searches", "/api/v1/imports"]) {
        const { status } = await world.bytes(path, { method: "POST", body, headers });
        // The switch of languages goes on without one.
        expect([path, status]).toEqual([path, expect.toBeOneOf(path === "/language" ? [303, 400] : [400])]);
      }
      const { status } = await world.bytes(idsPath("A"), { method: "PUT", body, headers });
      expect(status).toBe(400);
    },
  );

  test("that is too large for a form without files is refused", async () => {
    const body = `language=en&return=/${"a".repeat(20_000)}`;
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    const { status } = await world.bytes("/language", { method: "POST", body, headers });
    expect(status).toBe(400);
  });

  test("that is too large is refused though it does not tell its size, and before more of it is read", async () => {
    const chunk = new Uint8Array(1024 * 1024);
    for (const path of ["/search", "/upload", "/catalogue/new", "/designs/A", "/api/v1/searches"]) {
      let sent = 0;
      const endless = new ReadableStream({
        pull(controller) {
          sent += 1;
          controller.enqueue(chunk);
        },
      });
      const init = { method: "POST", headers: BOUNDARY, body: endless, duplex: "half" };
      const { status } = await world.bytes(path, init as RequestInit);
      expect([path, status]).toEqual([path, 413]);
      expect(sent).toBeLessThan(70);
    }
  });

  test.each([
    "Content-Length: 5\r\nTransfer-Encoding: chunked",
    "Content-Length: 5\r\nContent-Length: 6",
    "Transfer-Encoding: chunked, identity",
  ])(
    "whose length is told twice, so that a proxy may see another request in it, is refused: %j",
    async (heads) => {
      const answer = await sendRaw(
        `POST /search HTTP/1.1\r\nHost: localhost\r\n${heads}\r\n\r\n0\r\n\r\nGET /catalogue HTTP/1.1\r\nHost: x\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 400 /u);
      expect(answer).not.toContain("200 OK");
    },
  );
});

describe("a path", () => {
  test.each([
    "../../../../etc/passwd",
    "..\\..\\etc\\passwd",
    "/etc/passwd",
    "a\0b",
    "A/../../x",
    "%2e%2e%2f",
    "x".repeat(300),
  ])("whose id is %j leads to no file", async (id) => {
    for (const path of ["", "/views/front", "/similar", "/similar/sheet.jpg"]) {
      const { status, bytes } = await world.bytes(`${idsPath(id)}${path}`);
      expect(status).toBeOneOf([400, 404]);
      expect(bytes.toString()).not.toMatch(/root:|daemon/u);
    }
    for (const path of [
      "/assets/",
      "/api/v1/imports/",
      "/api/v1/searches/",
      "/designs/",
      "/results/",
      "/imports/",
    ]) {
      expect((await world.bytes(`${path}${encodeURIComponent(id)}`)).status).toBeOneOf([400, 404]);
    }
  });

  test("that is sent as it is, without a library to tidy it, leads to no file", async () => {
    for (const path of [
      "/assets/../../../../etc/passwd",
      "/../../etc/passwd",
      "//etc/passwd",
      "/assets/..%2f..%2f..%2fetc/passwd",
      "/%00",
      "/%ff%fe",
      "/%",
    ]) {
      const answer = await sendRaw(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      expect([path, answer]).toEqual([path, expect.stringMatching(/^HTTP\/1\.1 40[04] /u)]);
      expect(answer).not.toMatch(/root:|daemon/u);
    }
  });
});

describe("an id or a header", () => {
  test.each(["a\r\nSet-Cookie: x=1", "a\nb", "a\u001b[31mb", "a\u009b31m", "\u0000", "a\u0085b"])(
    "that holds controls is refused: %j",
    async (id) => {
      const { status, body, response } = await put(id);
      expect([status, body.code]).toEqual([400, "INVALID_REQUEST"]);
      expect(response.headers.get("Set-Cookie")).toBeNull();
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
      expect(body.detail).not.toMatch(/[\u0000-\u001f]/u);
    },
  );

  test("that is told back in a header cannot add another one", async () => {
    const { status, response } = await put("a: b;\u{1f9e5}é\"'<>");
    expect(status).toBe(201);
    for (const [, value] of response.headers) expect(value).toMatch(/^[\u0020-\u007e]*$/u);
    const deleted = await world.bytes(`/designs/${encodeURIComponent("a: b;\u{1f9e5}é\"'<>")}/delete`, {
      method: "POST",
    });
    expect(deleted.response.headers.get("Location")).toMatch(/^\/catalogue\?deleted=[\w%.+-]+$/u);
  });

  test.each(["abc\u001b[31m", "<script>", "a b", "é", "x".repeat(300), ""])(
    "X-Request-Id that is %j is not told back",
    async (id) => {
      const answer = await sendRaw(
        `GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: ${id}\r\nConnection: close\r\n\r\n`,
      );
      const [, told] = /^x-request-id: (.*)\r$/imu.exec(answer) ?? [];
      if (answer.startsWith("HTTP/1.1 200")) expect(told).toMatch(/^[\da-f-]{36}$/u);
      else expect(answer).toMatch(/^HTTP\/1\.1 400 /u);
    },
  );
});

describe("names", () => {
  const NASTY = `<img src=x onerror=alert(1)>"'&</title><script>alert(2)</script>`;

  test("are shown on every page as they are, never as markup", async () => {
    const attributes = { [NASTY]: NASTY, [`${NASTY}n`]: 5, "javascript:alert(1)": "javascript:alert(1)" };
    expect((await put(NASTY, { attributes: JSON.stringify(attributes) })).status).toBe(201);
    expect((await put("other")).status).toBe(201);
    const { id } = await world.search({ front: file(`${NASTY}.png`, await drawingPng(1, "front")) });
    const job = await world.import({
      [`${NASTY.replaceAll("/", "")}.csv`]: `id,front\n"${NASTY.replaceAll('"', '""')}",${NASTY.replaceAll(/["',]/gu, "")}.png\n`,
    });
    expect(job.state).toBe("done");
    const own = `/designs/${encodeURIComponent(NASTY)}`;
    const pages: [string, string, number][] = [
      ["GET", "/catalogue", 200],
      [
        "GET",
        `/catalogue?filter=${encodeURIComponent(`${NASTY.replaceAll(/[=<>!|]/gu, "")}=${NASTY}`)}&id=${encodeURIComponent(NASTY)}x`,
        200,
      ],
      ["GET", own, 200],
      ["GET", `${own}/similar?filter=${encodeURIComponent("a!=<script>")}`, 200],
      ["GET", "/designs/other/similar", 200],
      ["GET", `/results/${id}`, 200],
      ["GET", "/catalogue/import", 200],
      ["GET", `/imports/${job.id}`, 200],
      ["GET", `${own}${encodeURIComponent(NASTY)}`, 404],
      ["GET", `/${encodeURIComponent(NASTY)}`, 404],
      ["POST", "/catalogue/new", 415],
      ["POST", `${own}/delete`, 303],
      ["GET", `/catalogue?deleted=${encodeURIComponent(NASTY)}`, 200],
    ];
    let shown = 0;
    for (const [method, address, status] of pages) {
      const fields = { id: `${NASTY}2`, key: NASTY, value: NASTY, front: file("x.png", "no picture") };
      const body = method === "POST" && address === "/catalogue/new" ? { body: form(fields) } : {};
      const answer = await world.bytes(address, { method, headers: { Accept: "text/html" }, ...body });
      expect([address, answer.status]).toEqual([address, status]);
      const html = answer.bytes.toString();
      expect([address, /<img src=x|<script>|href="javascript:/iu.exec(html)?.[0]]).toEqual([
        address,
        undefined,
      ]);
      if (html.includes("&lt;img src=x")) shown += 1;
    }
    expect(shown).toBeGreaterThanOrEqual(9);
  });

  test("of attributes change no object but their own", async () => {
    const attributes =
      '{"__proto__": "polluted", "constructor": "x", "prototype": "x", "hasOwnProperty": "x"}';
    expect((await put("P", { attributes })).status).toBe(201);
    const jsonl = `{"id": "Q", "front": "q.png", "__proto__": "polluted", "toString": "x"}\n`;
    const job = await world.import({ "a.jsonl": jsonl, "q.png": await drawingPng(2, "front") });
    expect(job).toMatchObject({ state: "done", imported: 1 });
    for (const path of [
      "/api/v1/attributes",
      "/catalogue",
      "/designs/P",
      "/designs/Q",
      "/designs/P/similar",
    ]) {
      expect([path, (await world.bytes(path)).status]).toEqual([path, 200]);
    }
    const { body } = await world.get<Page>("/api/v1/designs?filter=__proto__%3Dpolluted");
    expect(body.designs.map(({ id }) => id)).toEqual(["P", "Q"]);
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(String({})).toBe("[object Object]");
  });
});

describe("an archive", () => {
  test("whose names lead out of it is refused, and writes nothing", async () => {
    const zip = await zipOf({ "aaaaaaa_front.png": await drawingPng(3, "front") });
    for (const name of ["../../a_front.png", "/etc/xx_front.png"]) {
      const job = await world.import({ "a.zip": withEntry(zip, "aaaaaaa_front.png", { name }) });
      expect(job).toMatchObject({ state: "failed", imported: 0 });
    }
    expect(await world.uploadsLeft()).toEqual([]);
  });

  test("that unpacks to very much is read no further than a picture may have", async () => {
    const bomb = await zipOf({ "a_front.png": new Uint8Array(64 * 1024 * 1024) });
    expect(bomb.length).toBeLessThan(100_000);
    const job = await world.import({ "a.zip": bomb });
    expect(job).toMatchObject({ state: "done", imported: 0, failed: 1 });
    const { body } = await world.get<Problem & { errors: { code: string }[] }>(`/api/v1/imports/${job.id}`);
    expect(body.errors.map(({ code }) => code)).toEqual(["IMAGE_TOO_LARGE"]);
  });
});

describe("an address to go back to", () => {
  test.each([
    "/a\nb",
    "/\t/elsewhere.example/",
    "//elsewhere.example/",
    "/\\elsewhere.example",
    "/garment/\u886b",
    "x",
  ])("is the first page where it is none of this server: %j", async (told) => {
    const body = new URLSearchParams({ language: "en", return: told });
    const { status, response } = await world.bytes("/language", { method: "POST", body });
    expect([status, response.headers.get("Location")]).toEqual([303, "/"]);
  });
});

describe("a server for this machine alone", () => {
  const app = new Hono();
  app.onError((error, context) => problem(context, failureOf(error)));
  app.use(loopbackHost).get("/", (context) => context.text("answered"));

  test.each(["localhost", "localhost:5000", "127.0.0.1:80", "127.8.8.8", "[::1]:5000"])(
    "answers to its own name %s",
    async (host) => {
      expect((await app.request("/", { headers: { Host: host } })).status).toBe(200);
    },
  );

  test.each([
    "elsewhere.example:5000",
    "localhost.elsewhere.example",
    "192.168.0.1",
    "127.0.0.1.nip.io",
    "[::2]",
    "",
  ])("refuses the name %j of another, which may lead here all the same", async (host) => {
    expect((await app.request("/", { headers: { Host: host } })).status).toBe(400);
  });
});
