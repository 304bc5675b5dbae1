import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { checkSvg } from "./check.js";
import { scanSvg } from "./scan.js";

const NAMESPACES =
  'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:z="urn:z"';
const MOST = { elements: 9, depth: 9 };
const bytesOf = (content: string) => Buffer.from(`<svg ${NAMESPACES}>${content}</svg>`);
const check = (content: string) => checkSvg(bytesOf(content), 1_000_000);

describe("attributes", () => {
  const tenfold = (attributes: (level: number) => string, link: string) =>
    Array.from(
      { length: 8 },
      (_, i) => `<g ${attributes(i)}>${i === 0 ? "<rect/>" : `<use ${link}="#u${i - 1}"/>`.repeat(10)}</g>`,
    ).join("");

  it.each([
    ["an id beside another's", (i: number) => `id="u${i}" z:id="x"`, "href"],
    ["an id behind another's", (i: number) => `z:id="x" id="u${i}"`, "href"],
    ["a link with a prefix", (i: number) => `id="u${i}"`, "xlink:href"],
  ])("%s is seen as it is drawn", async (_, attributes, link) => {
    await expect(check(tenfold(attributes, link))).rejects.toMatchObject({ code: "IMAGE_TOO_LARGE" });
  });

  it("with a prefix are nothing to the drawing", async () => {
    await check(tenfold((i) => `z:id="u${i}"`, "href"));
    await check(tenfold((i) => `id="u${i}"`, 'href="#x" xlink:href'));
  });
});

describe("a picture inside", () => {
  let base64: string;
  beforeAll(async () => {
    const png = sharp({ create: { width: 40, height: 40, channels: 3, background: "#f00" } }).png();
    base64 = (await png.toBuffer()).toString("base64");
  });

  it.each(["&#10;", "&#xA;", "&#x0d;&#x0a;", "&#13;\n", "\n  "])(
    "may have the line break %j",
    async (lineBreak) => {
      const broken = base64.replaceAll(/.{19}/gu, `$&${lineBreak}`);
      const content = `<image href="data:image/png;base64,${broken}"/>`;
      const { embedded } = scanSvg(bytesOf(content), MOST) as { embedded: readonly string[] };
      expect(embedded.map((url) => url.replaceAll(/\s/gu, ""))).toEqual([`data:image/png;base64,${base64}`]);
      await check(content);
    },
  );

  it("may consist of line breaks for the most part", async () => {
    await expect(check(`<image href="data:image/png;base64,${"&#10;".repeat(6_000_000)}"/>`)).rejects.toThrow(
      "must be PNG, JPEG, GIF or WebP",
    );
  });

  it.each([
    ["beside a link", 'href="data:image/svg+xml;base64,PHN2Zy8+" xlink:href="#x"'],
    ["behind a link", 'xlink:href="#x" href="data:image/svg+xml;base64,PHN2Zy8+"'],
    ["with any prefix", 'z:href="data:image/svg+xml;base64,PHN2Zy8+" xlink:href="#x"'],
  ])("is looked at %s", async (_, links) => {
    await expect(check(`<image ${links}/>`)).rejects.toThrow("must be PNG, JPEG, GIF or WebP");
  });

  it("is not read as markup, whatever case its kind is in, and stands for nothing but itself", () => {
    const url = `data:image/PNG;base64,${base64}`;
    const drawing = scanSvg(bytesOf(`<image href='${url}'/><g id="${url}"/>`), MOST);
    expect(drawing).toMatchObject({ embedded: [url] });
    expect([...(drawing as { byId: ReadonlyMap<string, unknown> }).byId.keys()]).toEqual([url]);
  });
});
