// Draws the pictures of the page in docs/: npm run screenshots. Not part of the tests.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContextOptions, Page } from "playwright-core";
import UPNG from "upng-js";
import { describe, expect, it } from "vitest";
import { DOCS, matchIt, openBass, openPage, Place, Server, stage } from "./support";

/** As many as a palette has: enough for these, and a third of the bytes. */
const COLOURS = 256;
const LARGEST = 120_000; // bytes of a picture

const WIDE: BrowserContextOptions = { viewport: { width: 1360, height: 960 } };

describe.skipIf(!process.env["SCREENSHOTS"])("pictures", () => {
  const its = stage(3000);

  const draw = async (page: Page, name: string) => {
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await page.mouse.move(0, 0);
    const picture = UPNG.decode(await page.screenshot());
    const small = UPNG.encode(UPNG.toRGBA8(picture), picture.width, picture.height, COLOURS);
    expect(small.byteLength).toBeLessThan(LARGEST);
    writeFileSync(join(DOCS, `${name}.png`), Buffer.from(small));
  };
  const drawnWave = (page: Page) => page.waitForFunction(() => document.querySelector(".waveform")?.firstElementChild?.shadowRoot?.querySelector("canvas"));

  it("of the main way", async () => {
    const page = await openPage(its.browser, its.server.url, WIDE);
    await openBass(page);
    await drawnWave(page);
    await draw(page, "page-sound");
    await matchIt(page);
    await page.waitForFunction(() => (document.querySelector(".curve .line")?.getAttribute("d")?.split("H").length ?? 0) > 8);
    await draw(page, "page");
    await page.locator("#stop").click();
    await page.locator("#match").waitFor();
    await page.locator("#compare").scrollIntoViewIfNeeded();
    await page.locator("#compare").evaluate((element) => element.scrollIntoView({ block: "start" }));
    await page.getByRole("slider", { name: "Filter: Cutoff" }).press("PageUp");
    await page.getByText(/Turned: distance/).waitFor();
    await page.getByRole("button", { name: "Lock Filter: Cutoff" }).click();
    await draw(page, "page-recipe");
    await page.evaluate(() => scrollTo(0, 0));
    await page.keyboard.press("Escape");
    await page.keyboard.press("k");
    const map = page.getByRole("application");
    await map.waitFor();
    await map.press("ArrowRight");
    await page.locator(".map-line b").waitFor();
    await draw(page, "page-library");
  });

  it("on a telephone, light", async () => {
    const page = await openPage(its.browser, its.server.url, { viewport: { width: 390, height: 844 }, colorScheme: "light", deviceScaleFactor: 2 });
    await openBass(page);
    await drawnWave(page);
    await draw(page, "page-narrow");
  });

  it("of the first start", async () => {
    const empty = new Place();
    const first = await Server.start(empty, []);
    try {
      const page = await openPage(its.browser, first.url, { ...WIDE, colorScheme: "light" });
      await page.getByText("There is no library yet").waitFor();
      await draw(page, "page-first");
    } finally {
      await first.stop();
      empty.remove();
    }
  });
});
