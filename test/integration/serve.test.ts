import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { get, type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { json } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeToken } from "../../src/access-tokens.js";
import { writePair } from "../fixtures/drawings.js";
import { diptych, importAll, startDiptych } from "./diptych-process.js";

let directory: string;
let catalog: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "diptych-serve-"));
  catalog = path.join(directory, "catalog");
  for (const [i, name] of ["A", "B", "C"].entries()) await writePair(directory, name, i);
  await importAll([directory, "--catalog", catalog]);
});
afterAll(() => rm(directory, { recursive: true }));

/** Starts a server on a free port; resolves when it says where it answers. */
async function startServer(flags: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
  const { child, ended } = startDiptych(["serve", "--port", "0", "--catalog", catalog, ...flags], { env });
  const address = await new Promise<string>((resolve, reject) => {
    child.stderr!.on("data", (text: Buffer) => {
      const [, found] = /answers at (http:\/\/\S+)/u.exec(String(text)) ?? [];
      if (found) resolve(found);
    });
    ended.then(({ stderr }) => reject(new Error(`The server ended: ${stderr}`)));
  });
  return { child, ended, address };
}

test("serve answers searches, and told to end finishes those it has", async () => {
  const { child, ended, address } = await startServer();
  expect((await fetch(`${address}/readyz`)).status).toBe(200);
  const form = new FormData();
  form.append("front", new File([await readFile(path.join(directory, "B_front.png"))], "B_front.png"));
  form.append("back", new File([await readFile(path.join(directory, "B_back.png"))], "B_back.png"));
  const searches = Array.from({ length: 8 }, () =>
    fetch(`${address}/api/v1/searches`, { method: "POST", body: form }),
  );
  const first = await Promise.race(searches);
  child.kill("SIGTERM");
  expect(first.status).toBe(201);
  for (const search of searches) {
    const { matches } = (await (await search).json()) as { matches: { id: string }[] };
    expect(matches[0]!.id).toBe("B");
  }
  expect(await ended).toMatchObject({ exitCode: 0, signal: null, stdout: "" });
});

test("told to end while files are sent to it, serve does not wait for them, and keeps none", async () => {
  const { child, ended, address } = await startServer();
  const sent = request(`${address}/api/v1/imports`, {
    ...{ method: "POST", headers: { "Content-Type": "multipart/form-data; boundary=x" } },
  });
  // The server may end the connection before it has read what is written last.
  sent.on("error", () => {});
  const answered = once(sent, "response") as Promise<[IncomingMessage]>;
  sent.write('--x\r\nContent-Disposition: form-data; name="files"; filename="a.zip"\r\n\r\nabc');
  const uploads = path.join(catalog, "uploads");
  const files = () => readdir(uploads, { recursive: true }).catch(() => []);
  // The folder of the upload, and the file in it.
  await expect.poll(files, { timeout: 30_000 }).toHaveLength(2);
  child.kill("SIGTERM");
  const [response] = await answered;
  expect(response.statusCode).toBe(503);
  expect(Number(response.headers["retry-after"])).toBeGreaterThanOrEqual(1);
  expect(await json(response)).toMatchObject({ code: "QUEUE_UNAVAILABLE" });
  expect(await ended).toMatchObject({ exitCode: 0, signal: null });
  expect(await files()).toEqual([]);
});

test("serve tells Prometheus of the batches that its model takes", async () => {
  const { child, ended, address } = await startServer();
  const form = new FormData();
  form.append("front", new File([await readFile(path.join(directory, "B_front.png"))], "B_front.png"));
  form.append("back", new File([await readFile(path.join(directory, "B_back.png"))], "B_back.png"));
  await fetch(`${address}/api/v1/searches`, { method: "POST", body: form });
  const metrics = await (await fetch(`${address}/metrics`)).text();
  expect(metrics).toContain("diptych_batch_size_sum 2\n");
  expect(metrics).toMatch(/^diptych_inference_seconds_count [12]$/mu);
  child.kill("SIGTERM");
  await ended;
});

/** The status of an answer to a request that asks for a host by the name. */
async function statusAsked(address: string, host: string): Promise<number> {
  const [answer] = (await once(get(`${address}/livez`, { headers: { Host: host } }), "response")) as [
    IncomingMessage,
  ];
  answer.resume();
  return answer.statusCode!;
}

test("serve answers to this machine's own names alone, unless it asks for tokens or is insecure", async () => {
  const open = await startServer();
  const insecure = await startServer(["--insecure"]);
  expect(await statusAsked(open.address, "localhost:80")).toBe(200);
  expect(await statusAsked(open.address, "elsewhere.example")).toBe(400);
  expect(await statusAsked(insecure.address, "elsewhere.example")).toBe(200);
  for (const { child, ended } of [open, insecure]) {
    child.kill("SIGTERM");
    await ended;
  }
});

test("serve refuses a port that is taken, and one that is none", async () => {
  const { child, ended, address } = await startServer();
  const { port } = new URL(address);
  const taken = await diptych(["serve", "--port", port, "--catalog", catalog]);
  expect(taken).toMatchObject({ exitCode: 2, stdout: "" });
  expect(taken.stderr).toBe(
    `diptych: 127.0.0.1:${port} cannot be listened on (EADDRINUSE); choose another --port or --host.\n`,
  );
  expect(await diptych(["serve", "--port", "70000"])).toMatchObject({ exitCode: 2 });
  child.kill("SIGINT");
  expect(await ended).toMatchObject({ exitCode: 0 });
});

test.each(["0.0.0.0", "::", "192.0.2.1", "example.org", ""])(
  "nothing listens on %j without tokens, unless it is told to",
  async (host) => {
    const serve = await diptych(["serve", "--port", "0", "--catalog", catalog, "--host", host]);
    expect(serve).toMatchObject({ exitCode: 2, stdout: "" });
    expect(serve.stderr).toBe(
      `diptych: --host ${host} lets others than this machine in, who would need no token; set DIPTYCH_TOKENS (diptych token makes one), or pass --insecure.\n`,
    );
    const metrics = ["--metrics-port", "0", "--metrics-host", host];
    const worker = await diptych(["worker", "--redis", "redis://127.0.0.1:1", ...metrics]);
    expect(worker).toMatchObject({ exitCode: 2, stdout: "" });
    expect(worker.stderr).toContain(`--metrics-host ${host} lets others than this machine in`);
  },
);

test("serve listens beyond this machine when it is told to, or asks for tokens", async () => {
  const insecure = await startServer(["--host", "0.0.0.0", "--insecure"]);
  expect((await fetch(`${insecure.address}/api/v1/designs`)).status).toBe(200);
  insecure.child.kill("SIGTERM");
  await insecure.ended;

  const made = await diptych(["token", "--name", "anna", "--scope", "search"]);
  expect(made.exitCode).toBe(0);
  const [token = "", entry = ""] = made.stdout.split("\n");
  expect(entry).toMatch(/^anna:search:[\da-f]{64}$/u);
  const asking = await startServer(["--host", "0.0.0.0"], { DIPTYCH_TOKENS: entry });
  const statusOf = async (path: string, headers: Record<string, string> = {}) =>
    (await fetch(`${asking.address}${path}`, { headers })).status;
  const headers = { Authorization: `Bearer ${token}` };
  expect(await statusOf("/api/v1/designs")).toBe(401);
  expect(await statusOf("/readyz")).toBe(200);
  expect(await statusOf("/api/v1/designs", headers)).toBe(200);
  expect(await statusOf("/metrics", headers)).toBe(403);
  asking.child.kill("SIGTERM");
  const { stderr } = await asking.ended;
  expect(stderr).toContain('"token":"anna"');
  expect(stderr).not.toContain(token);
});

test("a token that was put where its entry belongs is not repeated", async () => {
  const { token } = makeToken("anna", "search");
  const ending = await diptych(["serve", "--catalog", catalog], { env: { DIPTYCH_TOKENS: token } });
  expect(ending).toMatchObject({ exitCode: 2, stdout: "" });
  expect(ending.stderr).toMatch(
    /^diptych: DIPTYCH_TOKENS has entries NAME:SCOPE:SHA256HEX.+entry 1 is none\.\n$/u,
  );
  expect(await diptych(["token", "--name", "anna", "--scope", "all"])).toMatchObject({
    exitCode: 2,
    stderr: 'diptych: The scope of a token is one of search, write, admin; received "all".\n',
  });
});
