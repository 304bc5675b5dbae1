import { describe, expect, test } from "vitest";
import { NETWORK_NAME, noBrowser } from "./browser.js";
import { createPagesWorld } from "./pages-world.js";

describe.skipIf(noBrowser !== null)("who has a token,", () => {
  const world = createPagesWorld(3, { signedIn: true });

  test.each([
    ["127.0.0.1", true],
    ["127.0.0.1", false],
    [NETWORK_NAME, true],
    [NETWORK_NAME, false],
  ])("signs in, goes on and signs out, at %s, with scripts: %s", async (host, javaScriptEnabled) => {
    world.expectError(/401/u);
    // Chromium complains that it heeds this header over https alone.
    world.expectError(/Cross-Origin-Opener-Policy/u);
    const page = await world.open({ host, javaScriptEnabled });
    await page.context().clearCookies();
    await page.goto("/catalogue?filter=category!%3Dhat");
    expect(await page.locator("h1").textContent()).toBe("Sign in");
    expect(await page.locator(".places a").count()).toBe(0);
    await page.getByLabel("Token").fill("wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    expect(await page.getByRole("alert").textContent()).toContain("not known here");
    await page.getByLabel("Token").fill(world.token!);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL("**/catalogue?filter=category!%3Dhat");
    await expect.poll(() => page.locator(".match img").first().isVisible()).toBe(true);
    if (javaScriptEnabled) expect(await page.evaluate("document.cookie")).toBe("");
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ name: "diptych-token", httpOnly: true, sameSite: "Lax" });

    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL("**/sign-in");
    expect(await page.context().cookies()).toEqual([]);
    await page.goto("/status");
    expect(await page.locator("h1").textContent()).toBe("Sign in");
  });

  test("is asked for it where the one they had is no more, and comes back to the form", async () => {
    world.expectError(/401/u);
    const page = await world.open();
    await page.goto("/catalogue/import");
    await page.context().clearCookies();
    const file = { name: "a.csv", mimeType: "text/csv", buffer: Buffer.from("id,front\nA,lost.png\n") };
    await page.getByLabel("Files").setInputFiles(file);
    await page.getByRole("button", { name: "Import" }).click();
    await page.getByLabel("Token").fill(world.token!);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Import designs" }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/catalogue/import");
  });
});
