import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { openCatalog } from "../../../src/adapters/lancedb/open-catalog.js";
import { openPack } from "../../../src/adapters/models/pack.js";
import { openManifest } from "../../../src/adapters/sources/open-source.js";
import { identityNetwork, writePack } from "../../fixtures/small-packs.js";
import type { OpenTarget } from "../target.js";

const manifest =
  (extension: string, seeds: readonly string[], tokens: readonly string[]): OpenTarget =>
  async (directory) => {
    const file = path.join(directory, `manifest.${extension}`);
    return {
      seeds: seeds.map((seed) => Buffer.from(seed)),
      tokens,
      async read(bytes) {
        await writeFile(file, bytes);
        const { count, rows } = await openManifest(file, directory);
        let items = 0;
        for await (const item of rows()) {
          if ("error" in item && item.error.code === "INTERNAL") throw new Error(item.error.reason);
          items += 1;
        }
        if (items !== count) throw new Error(`It was counted to have ${count} rows, and has ${items}.`);
      },
    };
  };

const CELLS = [
  "id",
  "front",
  "back",
  "a.jpg",
  "../b_back.png",
  '"',
  '""',
  "\r\n",
  "\n",
  "\r",
  "\ufeff",
  "外套",
];

const JSON_TOKENS = [
  "{",
  "}",
  "[",
  "]",
  ":",
  ",",
  "null",
  "true",
  "-1",
  "1e999",
  '""',
  '"__proto__":',
  "[[[[",
];

export const csv = manifest(
  "csv",
  [
    'id,front,back,colour,price\r\nA,a.jpg,b.jpg,red,12.5\r\n"B ""x""","c,d.png",,"two\nlines",\r\n',
    "\ufeffid;front;price\nA;a.jpg;1,5\n",
    ",front,back\n0,0001_f.jpg,0001_b.jpg\n",
  ],
  [...CELLS, ",", ";", "__proto__", "=cmd()"],
);

export const tsv = manifest("tsv", ["id\tfront\tback\nA\ta.jpg\tb.jpg\n"], [...CELLS, "\t"]);

export const jsonl = manifest(
  "jsonl",
  [
    '{"id":7,"front":"a.jpg","price":3.5,"sold":true,"note":null}\r\n\n{"back":"sub/B_back.png","text":"\\u2028"}\n',
  ],
  [...JSON_TOKENS, '"id"', '"front"', "\\u0000", "\\ud800", "\n"],
);

/** The manifest of a model pack, beside the files that it names. */
export const pack: OpenTarget = async (directory) => {
  await writePack(directory, identityNetwork());
  const file = path.join(directory, "manifest.json");
  return {
    seeds: [await readFile(file)],
    tokens: [...JSON_TOKENS, '"kind":"fitted"', '"../../x"', '"embeddingDim":', '"aspects":', '"head":'],
    async read(bytes) {
      await writeFile(file, bytes);
      await openPack(directory);
    },
  };
};

/** `catalog.json`, beside an empty table. */
export const catalog: OpenTarget = async (directory) => {
  const model = { id: "small", sha256: "0".repeat(64), embeddingDim: 4 };
  await (await openCatalog({ directory, model })).close();
  const file = path.join(directory, "catalog.json");
  return {
    seeds: [await readFile(file)],
    tokens: [...JSON_TOKENS, '"table":"../x"', '"previous":', '"model":', '"format":2'],
    async read(bytes) {
      await writeFile(file, bytes);
      await (await openCatalog({ directory, model })).close();
    },
  };
};
