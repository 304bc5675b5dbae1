import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { createFlatDesign } from "../../../../demo/flats/design.js";
import { drawFlat } from "../../../../demo/flats/draw.js";
import { garmentSvg } from "../../../../test/fixtures/pictures.js";
import { draw, failureOf, middle, RECT, RED, svg, WHITE } from "../../../../test/fixtures/svg-files.js";
import { openPicture } from "../decode.js";
import { DEFAULT_LIMITS } from "../reader.js";

const times = (count: number, part: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => part(i)).join("");

describe("entities", () => {
  it("may be plain text, as drawing programs declare namespaces", async () => {
    const doctype = `<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd" [
      <!ENTITY ns_svg "http://www.w3.org/2000/svg"> <!-- a remark with ]> in it -->
      <!ENTITY colour 'red'>]>`;
    const text = svg('<rect width="480" height="480" fill="&colour;"/>', doctype);
    expect(
      middle(await draw(text.replace('xmlns="http://www.w3.org/2000/svg"', 'xmlns="&ns_svg;"'))),
    ).toEqual(RED);
  });

  it.each([
    ["that grow", `<!ENTITY a "ha"><!ENTITY b "${"&a;".repeat(10)}"><!ENTITY c "${"&b;".repeat(10)}">`],
    ["that are markup", "<!ENTITY c '<use href=\"#x\"/>'>"],
    ["that are markup in numbers", "<!ENTITY c '&#60;use/>'>"],
    ["of the declarations", '<!ENTITY % c "x">'],
    ["of other files", '<!ENTITY c PUBLIC "x" "file:///etc/hostname">'],
  ])("%s are refused", async (_, declarations) => {
    const { code, message } = await failureOf(svg("&c;", `<!DOCTYPE svg [${declarations}]>`));
    expect(code).toBe("IMAGE_UNDECODABLE");
    expect(message).toBe(
      "The SVG picture cannot be drawn (It declares an entity that is more than plain text); export it again as plain SVG, or as PNG.",
    );
  });

  it("are refused when they are not declared", async () => {
    expect((await failureOf(svg("&c;"))).code).toBe("IMAGE_UNDECODABLE");
  });
});

/** `levels` levels, each of which draws the one below ten times. */
const tenfold = (levels: number, wrap: (level: number, below: string) => string) =>
  times(levels, (i) => wrap(i, i === 0 ? RECT : ""));
const heavyPattern = `<pattern id="p" width="9" height="9">${RECT.repeat(1000)}</pattern>`;

describe("what would be drawn for hours is refused before it is drawn", () => {
  it.each([
    [
      "use within use",
      tenfold(8, (i, rect) => `<g id="u${i}">${rect || `<use href="#u${i - 1}"/>`.repeat(10)}</g>`),
    ],
    [
      "patterns within patterns",
      `${tenfold(8, (i) => `<pattern id="p${i}" width="4" height="4">${RECT.replace("/>", ` fill="url(#p${i - 1})"/>`).repeat(10)}</pattern>`)}<rect width="480" height="480" fill="url(#p7)"/>`,
    ],
    [
      "masks within masks",
      `${tenfold(8, (i) => `<mask id="m${i}">${`<g style="mask: url('#m${i - 1}')">${RECT}</g>`.repeat(10)}</mask>`)}<g mask="url(#m7)">${RECT}</g>`,
    ],
    ["a pattern of many elements on many", `${heavyPattern}${'<rect fill="url(#p)"/>'.repeat(200)}`],
    ["a pattern that a group hands down", `${heavyPattern}<g stroke="url(#p)">${RECT.repeat(200)}</g>`],
    [
      "a pattern that a use hands down",
      `${heavyPattern}<defs><g id="a">${RECT.repeat(200)}</g></defs><use href="#a" fill="url(#p)"/>`,
    ],
    [
      "a pattern by a class",
      `<style>.a, .b{fill:url(#p)}</style>${heavyPattern}${'<rect class="x b"/>'.repeat(200)}`,
    ],
    [
      "a pattern by a kind of element",
      `<style>/*{*/ line {fill: u\\72l("#p")}</style>${heavyPattern}${"<line/>".repeat(200)}`,
    ],
    [
      "markers at every vertex",
      `<marker id="k">${RECT.repeat(100)}</marker><path marker-mid="url(#k)" d="M0 0${"h1 v1 ".repeat(5000)}"/>`,
    ],
    ["more elements than anybody draws", RECT.repeat(100_001)],
  ])("%s", async (_, content) => {
    const { code, message } = await failureOf(svg(content));
    expect([code, message]).toEqual([
      "IMAGE_TOO_LARGE",
      expect.stringMatching(
        /^An SVG picture may have 100,000 elements.*; received .*: simplify the drawing/u,
      ),
    ]);
  });

  it.each([
    ["in one filter", `<filter id="f">${'<feGaussianBlur stdDeviation="9"/>'.repeat(401)}</filter>`],
    [
      "of many elements",
      `<filter id="f">${"<feFlood/>".repeat(10)}</filter>${'<rect filter="url(#f)"/>'.repeat(50)}`,
    ],
    ["in place", `<rect style="filter:${"blur(9px) ".repeat(401)}"/>`],
    ["in place, as an attribute", `<rect filter="${"blur(9px) ".repeat(401)}"/>`],
  ])("filter steps: %s", async (_, content) => {
    const { code, message } = await failureOf(svg(content));
    expect([code, message]).toEqual(["IMAGE_TOO_LARGE", expect.stringContaining("400 filter steps")]);
  });

  it.each([
    ["groups", "<g>".repeat(300) + "</g>".repeat(300)],
    ["use", times(300, (i) => `<g id="g${i}"><use href="#g${i + 1}"/></g>`)],
    ["so many groups that a stack would overflow", "<g>".repeat(50_000) + "</g>".repeat(50_000)],
  ])("%s inside one another", async (_, content) => {
    const { code, message } = await failureOf(svg(content));
    expect([code, message]).toEqual([
      "IMAGE_TOO_LARGE",
      expect.stringContaining("256 elements inside one another"),
    ]);
  });

  it("style rules on many elements", async () => {
    const rules = times(6000, (i) => `g .c${i}{fill:red}`);
    const { code, message } = await failureOf(svg(`<style>${rules}</style>${RECT.repeat(9000)}`));
    expect([code, message]).toEqual(["IMAGE_TOO_LARGE", expect.stringContaining("50,000,000 selectors")]);
  });

  it("what refers to itself", async () => {
    for (const content of [
      '<g id="a"><use href="#a"/></g>',
      '<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>',
    ]) {
      const { code, message } = await failureOf(svg(content));
      expect([code, message]).toEqual(["IMAGE_UNDECODABLE", expect.stringContaining("refers to itself")]);
    }
  });
});

describe("pictures inside", () => {
  const image = (type: string, bytes: Uint8Array | string) =>
    svg(
      `<image href="data:${type};base64,${Buffer.from(bytes as string).toString("base64")}" width="480" height="480"/>`,
    );
  const solid = (side: number) =>
    sharp({
      create: { width: side, height: side, channels: 3, background: "#f00" },
      limitInputPixels: false,
    });

  it("are drawn", async () => {
    expect(middle(await draw(image("image/png", await solid(50).png().toBuffer())))).toEqual(RED);
    expect(middle(await draw(image("image/jpeg", await solid(50).jpeg().toBuffer())))[0]).toBeGreaterThan(
      250,
    );
  });

  it("are refused when they are SVG, which could hold another, or no picture", async () => {
    for (const type of ["image/svg+xml", "image/png", "text/plain"]) {
      const { code, message } = await failureOf(image(type, svg(RECT)));
      expect([code, message]).toEqual([
        "IMAGE_UNDECODABLE",
        expect.stringContaining("must be PNG, JPEG, GIF or WebP"),
      ]);
    }
  });

  it("have 100 megapixels together", async () => {
    const png = await solid(10_001).png().toBuffer();
    const { code, message } = await failureOf(image("image/png", png));
    expect([code, message]).toEqual([
      "IMAGE_TOO_LARGE",
      "An SVG picture may have 100,000,000 pixels of pictures inside; received 100,020,001: simplify the drawing, or export it as PNG.",
    ]);
  });
});

describe("drawings of real size are drawn", () => {
  it("a flat of 10,000 paths with gradients, a pattern, shadows, classes and repeated parts", async () => {
    const gradients = times(
      50,
      (i) => `<linearGradient id="l${i}">${'<stop offset="0"/>'.repeat(5)}</linearGradient>`,
    );
    const shadow =
      '<filter id="s"><feOffset/><feGaussianBlur stdDeviation="2"/><feFlood/><feComposite/><feMerge><feMergeNode/></feMerge></filter>';
    const pattern = `<pattern id="p" width="20" height="20" patternUnits="userSpaceOnUse">${'<path d="M0 0h4v4z"/>'.repeat(50)}</pattern>`;
    const rules = times(100, (i) => `.st${i}{fill:url(#l${i % 50});stroke:#000}`);
    const content = `<style>${rules}.fabric{fill:url(#p)}</style><defs>${gradients}${shadow}${pattern}<g id="button"><circle r="3"/><path d="M0 0h2"/></g></defs>
      ${times(10_000, (i) => `<path class="st${i % 100}" d="M${i % 480} ${Math.floor(i / 25)}c1 2 3 4 5 6 7 8 9 1 2 3z"/>`)}
      ${'<path class="fabric" d="M9 9h99v99z"/>'.repeat(100)}${'<g filter="url(#s)"><path d="M0 0h9"/></g>'.repeat(20)}${'<use href="#button"/>'.repeat(500)}`;
    expect(middle(await draw(svg(content)))).not.toEqual(WHITE);
  });

  it("the flats of the demo", async () => {
    for (let i = 0; i < 12; i++) {
      for (const view of ["front", "back"] as const) {
        const { data } = await draw(drawFlat(createFlatDesign(1, i), view));
        expect(Math.min(...data)).toBeLessThan(200);
      }
    }
  });

  it("a path above 64 KB, and a text", async () => {
    const long = `<path d="M0 0${"h480v1h-480v1".repeat(8000)}" stroke="red" stroke-width="9"/>`;
    expect(middle(await draw(svg(`${long}<text y="9">A &amp; B &lt; C &#x5916;</text>`)))).toEqual(RED);
  });
});

describe("the XML", () => {
  it("may be in an encoding in which markup is ASCII", async () => {
    const text = svg('<rect width="480" height="480" fill="red"><title>é</title></rect>').replace(
      "UTF-8",
      "ISO-8859-1",
    );
    const picture = await openPicture(Buffer.from(text, "latin1"), DEFAULT_LIMITS);
    expect(middle(await picture.pixels(100))).toEqual(RED);
  });

  it.each(["UTF-7", "UTF-16", "EBCDIC-US"])("is refused in %s, where markup may hide", async (encoding) => {
    const { code, message } = await failureOf(svg(RECT).replace("UTF-8", encoding));
    expect([code, message]).toEqual(["IMAGE_UNDECODABLE", expect.stringContaining(encoding)]);
  });

  it.each([
    ["cut off", garmentSvg().slice(0, 300)],
    ["with a tag that is not closed", garmentSvg().replace("</g>", "")],
    ["with an attribute twice", svg('<rect x="1" x="2"/>')],
    ["with something behind it", `${garmentSvg()}<svg/>`],
  ])("is refused %s", async (_, text) => {
    expect((await failureOf(text)).code).toBe("IMAGE_UNDECODABLE");
  });
});
