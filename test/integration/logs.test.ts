import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeToken } from "../../src/access-tokens.js";
import { drawingPng } from "../fixtures/drawings.js";
import { startDiptych } from "./diptych-process.js";
import { file, form } from "./http-world.js";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "diptych-logs-"));
});
afterAll(() => rm(directory, { recursive: true }));

test("a server tells no token, cookie or picture, and each line is one, at its most talkative", async () => {
  const [known, unknown] = [makeToken("anna", "admin"), makeToken("bert", "admin")];
  const flags = ["--port", "0", "--catalog", path.join(directory, "catalog"), "--log", "debug"];
  const { child, ended } = startDiptych(["serve", ...flags], { env: { DIPTYCH_TOKENS: known.entry } });
  const address = await new Promise<string>((resolve, reject) => {
    child.stderr!.on("data", (told: Buffer) => {
      const [, found] = /answers at (http:\/\/\S+)/u.exec(String(told)) ?? [];
      if (found) resolve(found);
    });
    ended.then(({ stderr }) => reject(new Error(`The server ended: ${stderr}`)));
  });
  const picture = await drawingPng(1, "front");
  const front = file("\u001b[31mfront.png", picture);
  const bearer = { Authorization: `Bearer ${known.token}` };
  const cookie = { Cookie: `diptych-token=${known.token}; language=en; secret=crumb` };
  const statuses: number[] = [];
  const send = async (where: string, init: RequestInit = {}) => {
    const response = await fetch(`${address}${where}`, { redirect: "manual", ...init });
    statuses.push(response.status);
    await response.arrayBuffer();
  };

  await send("/api/v1/designs/A", { method: "PUT", headers: bearer, body: form({ front }) });
  await send("/api/v1/searches", { method: "POST", headers: bearer, body: form({ front }) });
  await send("/search", { method: "POST", headers: cookie, body: form({ front }) });
  await send("/catalogue/import", { method: "POST", headers: cookie, body: form({ files: front }) });
  await send("/api/v1/searches", {
    method: "POST",
    headers: bearer,
    body: form({ front: file("x.png", picture.subarray(0, 900)) }),
  });
  await send(`/?token=${known.token}`, { headers: cookie });
  await send("/sign-in", { method: "POST", body: form({ token: known.token }) });
  await send("/sign-in", { method: "POST", body: form({ token: unknown.token }) });
  await send("/api/v1/designs", { headers: { Authorization: `Bearer ${unknown.token}` } });
  await send("/", { headers: { Cookie: `diptych-token=${unknown.token}` } });
  await send("/sign-out", { method: "POST", headers: cookie });
  for (const id of [
    "a%0Ab",
    "%1b%5b31m",
    "%C2%9B31m",
    "%E2%80%AE%E2%80%A8",
    "%0d%0a%7b%22level%22%3a%22error%22%7d",
  ]) {
    await send(`/api/v1/designs/${id}`, { headers: bearer });
  }
  expect(statuses).toEqual([201, 201, 303, 303, 422, 200, 303, 401, 401, 401, 303, 404, 404, 404, 404, 404]);
  const { port } = new URL(address);
  const raw = connect(Number(port), "127.0.0.1");
  raw.end(
    "GET /livez HTTP/1.1\r\nHost: x\r\nUser-Agent: \x80\x9b31m\r\nX-Request-Id: forged\tline\r\nConnection: close\r\n\r\n",
  );
  expect(await text(raw)).toMatch(/^HTTP\/1\.1 200 /u);

  child.kill("SIGTERM");
  const { stderr, stdout, exitCode } = await ended;
  expect([exitCode, stdout]).toEqual([0, ""]);
  const [first, ...lines] = stderr.trimEnd().split("\n");
  expect(first).toMatch(/^Diptych answers at /u);
  const entries = lines.map(
    (line) => JSON.parse(line) as { msg: string; token?: string | null; level: string },
  );
  expect(entries.filter(({ msg }) => msg === "answered")).toHaveLength(statuses.length + 1);
  expect(entries.filter(({ token }) => token === "anna").length).toBeGreaterThan(8);
  expect(entries.filter(({ level }) => level === "error")).toEqual([]);
  const secrets = [known, unknown].flatMap(({ token, entry }) => [token, entry.split(":")[2]!]);
  const bytes = [picture.subarray(16, 64), picture.subarray(-64, -16)];
  const written = bytes.flatMap((part) => [
    part.toString("base64").slice(4, -4),
    part.toString("hex"),
    part.toJSON().data.join(","),
  ]);
  for (const secret of [...secrets, ...written, "crumb", "IHDR", "Bearer"]) {
    expect([secret, stderr.includes(secret)]).toEqual([secret, false]);
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
  expect(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u202e]/u.exec(stderr)).toBeNull();
});
