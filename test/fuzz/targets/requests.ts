import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { openCatalog } from "../../../src/adapters/lancedb/open-catalog.js";
import { openUpload } from "../../../src/adapters/sources/upload/open-upload.js";
import type { Attributes } from "../../../src/core/design.js";
import { matchesFilter, parseFilter } from "../../../src/core/filter.js";
import { AppError, type ErrorCode, errorTable } from "../../../src/errors.js";
import { createApp } from "../../../src/http/app.js";
import { openDiptych } from "../../../src/index.js";
import { sampleDesign, seededRandom } from "../../contracts/sample-designs.js";
import { garment } from "../../fixtures/pictures.js";
import { zipOf } from "../../fixtures/zip-file.js";
import { pick } from "../mutate.js";
import type { OpenTarget } from "../target.js";

/** What the reader of pictures refuses in an upload, each by itself. */
const MAX_IMAGE_BYTES = 1024 * 1024;

const drawing = () => garment({ width: 120, height: 150 }).resize(60).png().toBuffer();

export const zip: OpenTarget = async (directory) => {
  const file = path.join(directory, "upload.zip");
  const unpacked = path.join(directory, "unpacked");
  await mkdir(unpacked);
  const picture = await drawing();
  return {
    seeds: await Promise.all([
      zipOf({ "a_front.png": picture, "a_back.png": picture }),
      zipOf(
        { "x/manifest.csv": "id,front\nA,a.png\nB,../../b.png\n", "x/a.png": picture },
        { compress: false },
      ),
      zipOf({ "m.jsonl": '{"front":"a.png"}', "a.png": picture, "folder/": "" }),
    ]),
    tokens: [
      "PK\x01\x02",
      "PK\x03\x04",
      "PK\x05\x06",
      "PK\x06\x06",
      "../",
      "\\",
      "/etc/passwd",
      "manifest.csv",
      "\xff\xff",
    ],
    async read(bytes) {
      await writeFile(file, bytes);
      const upload = await openUpload(new Map([["upload.zip", file]]), unpacked, MAX_IMAGE_BYTES);
      try {
        for await (const item of upload.rows()) {
          if (!("row" in item)) continue;
          for (const picture of Object.values(item.row.views))
            await upload.readPicture(picture).catch(requireRefusal);
        }
      } finally {
        upload.close();
      }
    },
  };
};

const BOUNDARY = "----fuzz";
const PATHS = ["searches", "designs", "imports"];

/** The first line of an input is the path below the API; what follows is the body of a form. */
export const multipart: OpenTarget = async (directory) => {
  const diptych = await openDiptych({ catalog: path.join(directory, "catalog"), create: true });
  const app = createApp(diptych, { version: "0.0.0" });
  const picture = (await drawing()).toString("latin1");
  const part = (name: string, content: string, fileName?: string) =>
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${fileName === undefined ? "" : `; filename="${fileName}"`}\r\n\r\n${content}\r\n`;
  const body = (address: string, ...parts: string[]) =>
    Buffer.from(`${address}\n${parts.join("")}--${BOUNDARY}--\r\n`, "latin1");
  const archive = await zipOf({ "a_front.png": await drawing() });
  const fields: (readonly [string, string])[] = [
    ["topK", "5"],
    ["weightFront", "0.5"],
    ["filter", "colour=red"],
    ["crops", '{"front":{"left":0,"top":0,"width":1,"height":1}}'],
    ["ignoreColour", "true"],
    ["id", "A"],
    ["attributes", '{"colour":"red","price":5}'],
  ];
  return {
    seeds: [
      body("searches", part("front", picture, "a.png"), part("topK", "5"), part("filter", "colour=red")),
      body(
        "designs",
        part("id", "A"),
        part("front", picture, "a.png"),
        part("attributes", '{"colour":"red"}'),
      ),
      body("imports", part("files", archive.toString("latin1"), "a.zip")),
    ],
    tokens: [
      `--${BOUNDARY}`,
      "\r\n",
      "Content-Disposition: form-data; ",
      "Content-Type: image/png\r\n",
      "Content-Transfer-Encoding: base64\r\n",
      'name="__proto__"',
      'filename="../../x"',
      "filename*=utf-8''%ff",
      "\0",
      ...fields.flat(),
    ],
    generate: (random) =>
      body(
        pick(PATHS, random),
        part("front", picture, "a.png"),
        ...Array.from({ length: random.integer(0, 5) }, () => {
          const [name] = pick(fields, random);
          return part(
            name,
            pick([...fields.map(([, value]) => value), "", "-1", "1e999", "[", "\0"], random),
          );
        }),
      ),
    async read(bytes) {
      const text = Buffer.from(bytes);
      const end = Math.max(0, text.indexOf("\n"));
      const named = text.toString("latin1", 0, end);
      const address = PATHS.find((each) => each === named) ?? PATHS[text.length % PATHS.length]!;
      const response = await app.api.request(`/api/v1/${address}`, {
        method: "POST",
        headers: { "Content-Type": `multipart/form-data; boundary=${BOUNDARY}` },
        body: text.subarray(end + 1),
      });
      const answer = (await response.json()) as { code?: string; detail?: string };
      if (response.status < 400) return;
      // Its text is not shown to strangers: the code is what tells a defect.
      if (!answer.code || !(answer.code in errorTable)) throw new Error(`An answer of ${response.status}.`);
      throw new AppError(answer.code as ErrorCode, answer.detail ?? "");
    },
  };
};

/** Every line of an input is a condition. What the store finds must be what core finds. */
export const filters: OpenTarget = async (directory) => {
  const model = { id: "filters", sha256: "0".repeat(64), embeddingDim: 1 };
  const catalog = await openCatalog({ directory, model });
  const attributes: Attributes[] = [
    { colour: "red", price: 5 },
    { colour: "it's", price: -1e-9, 'a"b': "\\" },
    { colour: "", "(?i)A": "%_", price: 1e21 },
    { 紅: "\u2028", "a\\b": '","b":5', __proto__x: "x" },
    {},
  ];
  const random = seededRandom(1);
  const designs = attributes.map((each, i) => sampleDesign(`D${i}`, random, { ...model, attributes: each }));
  await catalog.upsert(designs);
  return {
    seeds: ["colour=red|it's\nprice>=5", "colour!=red", 'a"b=\\\n紅=\u2028', "(?i)A=%_\nprice<1e22"].map(
      (text) => Buffer.from(text),
    ),
    tokens: [
      "colour",
      "price",
      "=",
      "!=",
      ">=",
      "<",
      ">",
      "|",
      "\n",
      "'",
      "''",
      '"',
      "\\",
      "--",
      "\0",
      "5",
      "1e21",
      "%",
      "_",
      ".*",
      "[",
      ")",
      "{",
    ],
    async read(bytes) {
      const filter = parseFilter(
        Buffer.from(bytes)
          .toString()
          .split("\n")
          .filter((line) => line !== ""),
      );
      const { designs: found } = await catalog.list({ limit: 100, filter });
      const expected = designs
        .filter((design) => matchesFilter(design.attributes, filter))
        .map(({ id }) => id);
      const ids = found.map(({ id }) => id);
      if (ids.join() !== expected.join()) throw new Error(`The store found ${ids}; core finds ${expected}.`);
    },
  };
};

function requireRefusal(error: unknown): void {
  if (!(error instanceof AppError) || error.code === "INTERNAL") throw error;
}
