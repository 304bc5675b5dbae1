import { readdir, readFile, stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  clipEncoder,
  type EncoderFiles,
  siglipEncoder,
  writeEncoder,
} from "../fixtures/hugging-face-encoders.js";
import { localhostCertificate } from "../fixtures/localhost-certificate.js";
import { diptych, startDiptych } from "./diptych-process.js";
import { add, classifier, createModelsWorld, manifestOf, sentenceOf, sha256 } from "./models-world.js";

const { newFolder, newFile } = createModelsWorld();

describe("from an https server", () => {
  /** What is there, by its path. */
  let files: Record<string, Uint8Array>;
  let requests: IncomingMessage[];
  /** How many bytes of a file the server sends before it falls silent. */
  let silentAfter: number;
  let server: https.Server;
  let origin: string;
  let models: string;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    env = { NODE_EXTRA_CA_CERTS: await newFile("certificate.pem", localhostCertificate.cert) };
  });
  beforeEach(async () => {
    models = await newFolder("models");
    files = { "/small.tflite": classifier };
    requests = [];
    silentAfter = Number.POSITIVE_INFINITY;
    server = https.createServer(localhostCertificate, (request, response) => {
      requests.push(request);
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function answer({ url, headers }: IncomingMessage, response: ServerResponse): void {
    const bytes = files[new URL(url!, origin).pathname];
    if (!bytes) {
      response.writeHead(404).end("no such file");
      return;
    }
    const etag = `"${sha256(bytes)}"`;
    if (headers["if-none-match"] === etag) {
      response.writeHead(304).end();
      return;
    }
    const from = headers["if-range"] === etag ? Number(/\d+/.exec(headers.range ?? "")?.[0] ?? 0) : 0;
    response.setHeader("etag", etag);
    response.setHeader("content-length", bytes.length - from);
    if (from > 0) {
      response.writeHead(206, { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` });
    }
    response.write(bytes.subarray(from, silentAfter));
    if (silentAfter >= bytes.length) response.end();
  }

  const start = (place: string, ...flags: string[]) =>
    startDiptych(["models", "add", `${origin}${place}`, ...flags, "--models", models], { env });
  const addFrom = (place: string, ...flags: string[]) => start(place, ...flags).ended;

  /** Serves an encoder's files below a path. */
  async function serveEncoder(place: string, encoder: EncoderFiles): Promise<void> {
    const folder = await writeEncoder(await newFolder("encoder"), encoder);
    for (const name of Object.keys(encoder)) files[`${place}/${name}`] = await readFile(join(folder, name));
  }

  test("a folder is added, and nothing but the pack stays", async () => {
    await serveEncoder("/acme/small-clip", clipEncoder);
    const network = clipEncoder["onnx/vision_model.onnx"] as Uint8Array;
    const ending = await addFrom("/acme/small-clip", "--sha256", sha256(network));
    expect(ending).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining(
        "Added the model pack small-clip: embeddings of 5 numbers. Licence: mit.\n",
      ),
    });
    expect(await readdir(models)).toEqual(["small-clip"]);
    expect(await readFile(join(models, "small-clip", "model.onnx"))).toEqual(Buffer.from(network));
    expect(await manifestOf(models, "small-clip")).toMatchObject({ source: `${origin}/acme/small-clip` });
    expect(await diptych(["models", "verify", "small-clip", "--models", models])).toMatchObject({
      exitCode: 0,
      stderr: "",
    });
  });

  test("a .tflite file is added, without the query that may hold a token", async () => {
    const ending = await addFrom("/small.tflite?token=secret#top", "--sha256", sha256(classifier));
    expect(ending).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/small\.tflite: 0 MB\n$/) });
    expect(requests.map(({ url }) => url)).toEqual(["/small.tflite?token=secret"]);
    expect(await readdir(models)).toEqual(["small"]);
    const manifest = await manifestOf(models, "small");
    expect(manifest).toMatchObject({ source: `${origin}/small.tflite?...`, embeddingDim: 4 });
    expect(JSON.stringify(manifest)).not.toContain("secret");
  });

  test("a folder is added with a token in its query, which goes with each file", async () => {
    await serveEncoder("/acme/small-clip", clipEncoder);
    expect(await addFrom("/acme/small-clip?token=secret")).toMatchObject({ exitCode: 0 });
    expect(requests.every(({ url }) => url!.endsWith("?token=secret"))).toBe(true);
    expect(JSON.stringify(await manifestOf(models, "small-clip"))).not.toContain("secret");
  });

  test("what has another hash, or is not there, is not added and not kept", async () => {
    await serveEncoder("/siglip", siglipEncoder);
    const wrong = "f".repeat(64);
    for (const place of ["/small.tflite", "/siglip"]) {
      const { exitCode, stdout, stderr } = await addFrom(place, "--sha256", wrong);
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
      // Before it stands what was downloaded.
      const told = stderr.split("\n").filter((line) => !/ MB\b/.test(line));
      expect(told).toEqual([expect.stringMatching(/^diptych: /), ""]);
      expect(told[0]).toContain(`is not the expected one: expected sha256 ${wrong}, received `);
      expect(await readdir(models)).toEqual([]);
    }
    files["/siglip/model.json"] = files["/siglip/onnx/vision_model.onnx"]!;
    const disguised = await addFrom("/siglip", "--file", "model.json", "--sha256", wrong);
    expect(disguised).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(`expected sha256 ${wrong}`),
    });
    expect(sentenceOf(await addFrom("/none.tflite"))).toBe(`There is no file ${origin}/none.tflite.`);
    expect(sentenceOf(await addFrom("/none"))).toContain(`${origin}/none`);
    expect(await readdir(models)).toEqual([]);
  });

  test("a download that is interrupted goes on where it stopped", async () => {
    silentAfter = Math.floor(classifier.length / 2);
    const { child, ended } = start("/small.tflite");
    // Its SIGINT comes when half of the file lies on the disk.
    while ((await partLength()) < silentAfter) {
      if (child.exitCode !== null) throw new Error(`It ended too early: ${(await ended).stderr}`);
      await sleep(20);
    }
    child.kill("SIGINT");
    expect(await ended).toMatchObject({
      exitCode: 130,
      signal: null,
      stdout: "",
      stderr: expect.stringContaining(
        "Interrupted; no pack was added. Run it again to go on with the download.\n",
      ),
    });
    expect(await readdir(models)).toEqual([".downloads"]);
    expect(requests).toHaveLength(1);

    const half = silentAfter;
    silentAfter = Number.POSITIVE_INFINITY;
    expect(await addFrom("/small.tflite")).toMatchObject({ exitCode: 0 });
    expect(requests).toHaveLength(2);
    expect(requests[1]!.headers.range).toBe(`bytes=${half}-`);
    expect(await readdir(models)).toEqual(["small"]);

    // As whole as the one that came at once.
    const local = await newFolder("models");
    await add(local, await newFile("small.tflite", classifier));
    expect((await manifestOf(models, "small")).model).toEqual((await manifestOf(local, "small")).model);
    expect(await diptych(["models", "verify", "small", "--models", models])).toMatchObject({ exitCode: 0 });
  });

  test("a download is used again after a failure that another option mends", async () => {
    await serveEncoder("/siglip", siglipEncoder);
    const network = "/siglip/onnx/vision_model.onnx";
    const sent = () =>
      requests.filter(({ url }) => url === network).map(({ headers }) => headers["if-none-match"]);
    const refused = await addFrom("/siglip", "--output", "none");
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('has no output "none"') });
    expect(await readdir(models)).toEqual([".downloads"]);
    expect(sent()).toEqual([undefined]);

    const etag = `"${sha256(files[network]!)}"`;
    expect(await addFrom("/siglip", "--pooling", "flatten")).toMatchObject({ exitCode: 2 });
    expect(sent()).toEqual([undefined, etag]);
    // What speaks against a try before it comes to the model says nothing of the one that lies there.
    expect(await addFrom("/siglip", "--weights", "w.h5")).toMatchObject({ exitCode: 2 });
    const preprocessor = files["/siglip/preprocessor_config.json"]!;
    delete files["/siglip/preprocessor_config.json"];
    expect(await addFrom("/siglip")).toMatchObject({ exitCode: 2 });
    files["/siglip/preprocessor_config.json"] = preprocessor;
    expect(await addFrom("/siglip", "--sha256", sha256(files[network]!))).toMatchObject({ exitCode: 0 });
    // What has the hash is not even asked for.
    expect(sent()).toEqual([undefined, etag]);
    expect(await readdir(models)).toEqual(["siglip"]);
  });

  test("nothing is fetched for an id that is taken", async () => {
    await add(models, await newFile("small.tflite", classifier));
    const { exitCode, stderr } = await addFrom("/small.tflite");
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('there is a pack "small" already')]);
    expect(requests).toEqual([]);
  });

  test("one download leaves another from the same place alone", async () => {
    files["/other.tflite"] = classifier;
    silentAfter = Math.floor(classifier.length / 2);
    const { child, ended } = start("/small.tflite");
    while ((await partLength()) < silentAfter) {
      if (child.exitCode !== null) throw new Error(`It ended too early: ${(await ended).stderr}`);
      await sleep(20);
    }
    silentAfter = Number.POSITIVE_INFINITY;
    expect(await addFrom("/other.tflite")).toMatchObject({ exitCode: 0 });
    expect(await partLength()).toBe(Math.floor(classifier.length / 2));
    child.kill("SIGINT");
    await ended;
  });

  /** Bytes of the file that is being downloaded. */
  async function partLength(): Promise<number> {
    const place = join(models, ".downloads");
    const names = await readdir(place, { recursive: true }).catch(() => []);
    const part = names.find((name) => basename(name) === "small.tflite.part");
    return part === undefined ? 0 : (await stat(join(place, part))).size;
  }
});
