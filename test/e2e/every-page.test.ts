import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { noBrowser } from "./browser.js";
import { createPagesWorld, searchBy } from "./pages-world.js";

const require = createRequire(import.meta.url);

describe.skipIf(noBrowser !== null)("every page, in a browser,", () => {
  const world = createPagesWorld(12, { signedIn: true });
  const { ids, picture } = world;
  let axe: string;
  beforeAll(async () => {
    axe = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");
  });

  /** How each page, and each state of a page, is come to. */
  const pages: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
    search: (page) => page.goto("/"),
    "a chosen picture with a crop": async (page) => {
      await page.goto("/");
      await page.locator('input[name="front"]').setInputFiles(picture(ids[1]!, "front"));
      await page.locator(".stage").first().press("ArrowRight");
    },
    result: (page) => searchBy(page, picture(ids[3]!, "front"), picture(ids[3]!, "back")),
    "a match beside the query": async (page) => {
      await page.goto(`/designs/${ids[0]}/similar`);
      await page.locator(".match .look").first().click();
    },
    "opened filters": async (page) => {
      await page.goto(`/designs/${ids[0]}/similar?filter=print!%3Dplain`);
      // Shown on small screens alone.
      if (await page.locator(".toggle").isVisible()) await page.locator(".toggle").click();
      for (const summary of await page.locator("details > summary").all()) await summary.click();
    },
    "no match": (page) => page.goto(`/designs/${ids[0]}/similar?filter=category%3Dhat`),
    catalogue: (page) => page.goto("/catalogue"),
    "a deleted design": (page) => page.goto("/catalogue?deleted=X-1"),
    design: async (page) => {
      await page.goto(`/designs/${ids[2]}`);
      await page.getByText(/^(?:Edit|編輯)$/u).click();
    },
    "new design": (page) => page.goto("/catalogue/new"),
    "import form": (page) => page.goto("/catalogue/import"),
    import: async (page) => {
      await page.goto("/catalogue/import");
      const file = { name: "a.csv", mimeType: "text/csv", buffer: Buffer.from("id,front\nA,lost.png\n") };
      await page.locator('input[name="files"]').first().setInputFiles(file);
      await page.locator(".primary").click();
      await page.waitForURL("**/imports/*");
      await page.locator("tbody tr").waitFor();
    },
    status: (page) => page.goto("/status"),
    api: async (page) => {
      await page.goto("/api");
      await page.locator(".route summary").nth(3).click();
    },
    "sign in": async (page) => {
      world.expectError(/401/u);
      await page.goto("/sign-in");
      await page.locator('input[name="token"]').fill("wrong");
      await page.locator(".primary").click();
      await page.locator(".note.failure").waitFor();
    },
    failure: async (page) => {
      world.expectError(/404/u);
      await page.goto("/nothing/here");
    },
  };

  test.each(["light", "dark"] as const)(
    "has no serious fault that axe finds, in the %s theme",
    async (theme) => {
      // A transition on its way has colours between two.
      const page = await world.open({ colorScheme: theme, reducedMotion: "reduce", bypassCSP: true });
      const faults: Record<string, string[]> = {};
      for (const [name, open] of Object.entries(pages)) {
        await open(page);
        await page.evaluate(axe);
        const found = await page.evaluate(async () => {
          const { violations } = await (
            globalThis as unknown as { axe: typeof import("axe-core") }
          ).axe.run();
          return violations
            .filter(({ impact }) => impact === "serious" || impact === "critical")
            .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`));
        });
        if (found.length > 0) faults[name] = found;
      }
      expect(faults).toEqual({});
    },
  );

  test("fits a screen of 360 pixels, in both languages", async () => {
    for (const locale of ["en-GB", "zh-TW"]) {
      const page = await world.open({ locale, viewport: { width: 360, height: 740 } });
      for (const [name, open] of Object.entries(pages)) {
        if (name !== "result") await open(page);
        else await page.goto(`/designs/${ids[1]}/similar`);
        expect([locale, name, await page.evaluate(() => document.documentElement.scrollWidth)]).toEqual([
          locale,
          name,
          360,
        ]);
      }
    }
  });

  test("takes nothing from other hosts, and less than 60 KB of scripts and styles in all", async () => {
    const page = await world.open();
    const requested = new Map<string, Buffer>();
    const hosts = new Set<string>();
    page.on("response", async (response) => {
      const { protocol, host, pathname } = new URL(response.url());
      // A chosen picture is no request.
      if (protocol !== "blob:") hosts.add(host);
      if (/\.(?:js|css)$/u.test(pathname))
        requested.set(pathname, await response.body().catch(() => Buffer.alloc(0)));
    });
    for (const open of Object.values(pages)) await open(page);
    await page.waitForLoadState("networkidle");
    expect(hosts.size).toBe(1);
    expect(requested.size).toBeGreaterThanOrEqual(5);
    const compressed = [...requested.values()].reduce((bytes, body) => bytes + gzipSync(body).length, 0);
    expect(compressed).toBeGreaterThan(1000);
    expect(compressed).toBeLessThan(60_000);
  });
});
