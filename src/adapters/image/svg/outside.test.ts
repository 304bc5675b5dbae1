import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { draw, failureOf, middle, RECT, RED, svg, WHITE } from "../../../../test/fixtures/svg-files.js";

describe("what an SVG refers to outside of itself", () => {
  let directory: string;
  let server: Server;
  let requests = 0;
  const at = { file: "", http: "" };
  beforeAll(async () => {
    directory = mkdtempSync(path.join(tmpdir(), "diptych-svg-"));
    const red = await sharp({ create: { width: 9, height: 9, channels: 3, background: "#f00" } })
      .png()
      .toBuffer();
    writeFileSync(path.join(directory, "red.png"), red);
    writeFileSync(
      path.join(directory, "red.svg"),
      svg('<rect id="red" width="480" height="480" fill="red"/>'),
    );
    writeFileSync(path.join(directory, "red.css"), "rect { fill: red !important }");
    at.file = pathToFileURL(directory).href;
    server = createServer((_, response) => {
      requests += 1;
      response.end();
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    at.http = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
    rmSync(directory, { recursive: true });
  });

  const references: [string, (base: string) => string][] = [
    ["a picture", (base) => svg(`<image href="${base}/red.png" width="480" height="480"/>`)],
    ["an SVG", (base) => svg(`<image xlink:href="${base}/red.svg" width="480" height="480"/>`)],
    ["a part of another SVG", (base) => svg(`<use href="${base}/red.svg#red"/>`)],
    ["a fill", (base) => svg(`<rect width="480" height="480" fill="url(${base}/red.svg#red) white"/>`)],
    ["a style sheet", (base) => svg(`<style>@import url("${base}/red.css"); rect{fill:#fff}</style>${RECT}`)],
    [
      "a style instruction",
      (base) =>
        svg(
          RECT.replace("/>", ' fill="#fff"/>'),
          `<?xml-stylesheet type="text/css" href="${base}/red.css"?>`,
        ),
    ],
    [
      "a picture of a filter",
      (base) =>
        svg(
          `<filter id="f"><feImage href="${base}/red.png"/></filter><rect width="480" height="480" fill="#fff" filter="url(#f)"/>`,
        ),
    ],
    [
      "an inclusion",
      (base) => svg(`<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="${base}/red.svg"/>`),
    ],
  ];
  it.each(references)("%s, is neither read from the disk nor asked for over the network", async (_, make) => {
    for (const base of [at.file, directory, at.http]) expect(middle(await draw(make(base)))).toEqual(WHITE);
    expect(requests).toBe(0);
  });

  it("is refused where it is an entity", async () => {
    for (const base of [at.file, at.http]) {
      const { code, message } = await failureOf(
        svg("&x;", `<!DOCTYPE svg [<!ENTITY x SYSTEM "${base}/red.svg">]>`),
      );
      expect([code, message]).toEqual(["IMAGE_UNDECODABLE", expect.stringContaining("entity")]);
    }
    await draw(svg(RECT, `<!DOCTYPE svg SYSTEM "${at.http}/svg.dtd">`));
    expect(requests).toBe(0);
  });

  it("is not looked for by scripts", async () => {
    const script = `<script href="${at.http}/a.js">document.documentElement.innerHTML = ""</script>`;
    expect(
      middle(await draw(svg(`${script}<rect width="480" height="480" fill="red" onload="alert()"/>`))),
    ).toEqual(RED);
    expect(requests).toBe(0);
  });
});
