import { describe, expect, it } from "vitest";
import { checkSvg } from "./check.js";

const RECT = '<rect width="480" height="480"/>';
const check = (content: string, before = "") =>
  checkSvg(
    Buffer.from(`${before}<svg xmlns="http://www.w3.org/2000/svg" width="480" height="480">${content}</svg>`),
    1_000_000,
  );

describe("a rule with a heavy pattern", () => {
  const pattern = `<pattern id="p" width="9" height="9">${"<line/>".repeat(1000)}</pattern>`;
  const rects = `<g class="a" id="r">${'<rect class="b c:d"/>'.repeat(200)}</g>`;

  it.each([
    ["of what lies within a class", ".a rect{fill:url(#p)}"],
    ["of what is not of a class", "rect:not(.zzz){fill:url(#p)}"],
    ["of one element", "#r{fill:url(#p)}"],
    ["of what lies beside another", "path, svg g > rect + rect ~ rect.b{fill:url(#p)}"],
    ["behind an import", "@import url(a.css); <!-- rect{fill:url(#p)}"],
    ["of a class and not of others", ".b:not(.y, .z){fill:url(#p)}"],
    ["of a class among brackets", '.x, path[title="("], .b{fill:url(#p)}'],
    ["of a class that is written with an escape", ".c\\:d{fill:url(#p)}"],
    ["between strings that look like a comment", 'g{x:"/*"} rect{fill:url(#p)} g{x:"*/"}'],
    ["between addresses that look like a comment", "g{x:url(a/*b)} rect{fill:url(#p)} g{x:url(*/)}"],
    ["behind a string that its line ends", 'g{x:"\n} rect{fill:url(#p)} g{y:"}'],
  ])("%s is counted", async (_, rule) => {
    await expect(check(`<style><![CDATA[${rule}]]></style>${pattern}${rects}`)).rejects.toMatchObject({
      code: "IMAGE_TOO_LARGE",
    });
  });

  it.each(["g:not(.b){fill:url(#p)}", ".b .a{fill:url(#p)}", ".z:is(.b){fill:url(#p)}"])(
    "that is for others, %s, is not",
    async (rule) => {
      await check(`<style>${rule}</style>${pattern}${'<rect class="b"/>'.repeat(200)}`);
    },
  );

  it("for fonts is for no element, as CorelDRAW embeds them", async () => {
    const font = `<font id="f"><font-face/><glyph d="M0 0h9v9z"/></font>`;
    const style = `<style>@font-face{font-family:"F";src:url("#f") format(svg)} .a{fill:red}</style>`;
    await check(`<defs>${font}${style}</defs>${rects}`);
  });

  it("is tried for every selector that it has", async () => {
    const selectors = Array.from({ length: 6000 }, (_, i) => `.c${i}`).join();
    await expect(check(`<style>${selectors}{fill:red}</style>${RECT.repeat(9000)}`)).rejects.toThrow(
      "50,000,000 selectors",
    );
  });
});

describe("a style sheet that brings in another, which librsvg reads from data URLs", () => {
  const url = "data:text/css,rect%7Bfill:red%7D";
  it.each([
    ["by its address", `<style>@import url(${url});</style>`],
    ["as a string", `<style>g{fill:red} @import "${url}";</style>`],
    ["in base64", `<style>@import url("data:text/css;base64,cmVjdHt9");</style>`],
    ["with escapes", `<style><![CDATA[@im\\70ort 'd\\61 ta:text/css,x';]]></style>`],
    ["by an instruction", `<?xml-stylesheet type="text/css" href="${url}"?>`],
    ["by an instruction in numbers", `<?xml-stylesheet href="&#100;ata:text/css,x"?>`],
  ])("%s is refused", async (_, content) => {
    await expect(check(content)).rejects.toMatchObject({
      code: "IMAGE_UNDECODABLE",
      message:
        "The SVG picture cannot be drawn (It takes a style sheet from a data URL); export it again as plain SVG, or as PNG.",
    });
  });

  it("is no matter where it comes from somewhere else: it is left out", async () => {
    await check(`<style>@import url("fonts.css");</style>${RECT}`, '<?xml-stylesheet href="a.css"?>');
  });
});
