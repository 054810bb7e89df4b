import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page, Route } from "playwright-core";
import { afterEach, describe, expect, it } from "vitest";
import type { MatchRequest } from "../../src/api/types";
import {
  complaints,
  drop,
  EXAMPLE,
  hasNetworks,
  haveMicrophone,
  hears,
  hearsNothing,
  matchIt,
  microphoneGave,
  missing,
  openBass,
  openPage,
  Place,
  seriousFindings,
  Server,
  stage,
  stopIt,
} from "./support";

const overflow = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** What the element says that has the focus. */
const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent);

/** The bodies of the matches that the page asks for. */
function askedFor(page: Page): MatchRequest[] {
  const asked: MatchRequest[] = [];
  page.on("request", (request) => {
    if (request.method() === "POST" && request.url().endsWith("/api/v1/matches")) asked.push(request.postDataJSON() as MatchRequest);
  });
  return asked;
}

const why = missing();
if (why) console.log(`The page is not tested in a browser: ${why}`);

describe.skipIf(why !== "")("the page", () => {
  const its = stage(150);
  let page: Page;

  afterEach(async () => {
    await its.browser.contexts()[0]?.close();
    expect(complaints.splice(0)).toEqual([]);
  });

  it("takes a dropped sound, matches it, plays, refines, stops, and has it again after a reload", async () => {
    page = await openPage(its.browser, its.server.url);
    await page.locator(".library").waitFor();
    await drop(page, "my bass.flac", readFileSync(EXAMPLE));
    await page.getByText(/% sure/).waitFor();
    expect(await page.locator(".readout").textContent()).toBe("C2");
    await matchIt(page);

    await page.keyboard.press("l"); // in a loop, it is heard however late
    await hears(page, () => page.getByRole("button", { name: "Play candidate 2" }).click());
    await hears(page, () => page.getByRole("button", { name: /Target/ }).click());
    expect(await page.getByRole("button", { name: /Target/ }).getAttribute("aria-pressed")).toBe("true");
    await page.keyboard.press("Escape");
    await hearsNothing(page);

    await page.getByText(/Refining/).waitFor();
    await page.waitForFunction(() => document.querySelector(".curve .line") !== null);
    await stopIt(page);
    const best = await page.locator(".candidate .distance").first().textContent();
    const loaded = [1, 2, 3, 4, 5].map((rank) => page.waitForResponse((answer) => answer.url().includes(`/candidates/${rank}/audio`)));
    await page.reload();
    await page.getByRole("button", { name: "Play candidate 5" }).waitFor();
    expect(await page.locator(".candidate .distance").first().textContent()).toBe(best);
    await page.locator(".sound-name").getByText("my bass.flac").waitFor();

    // Every candidate is there before it is clicked, so that it sounds at once.
    await Promise.all(loaded);
    await page.route("**/audio?*", (route) => route.abort());
    await page.keyboard.press("l");
    await hears(page, () => page.getByRole("button", { name: "Play candidate 4" }).click());
  });

  it("plays what it shows while better ones are still on their way", async () => {
    page = await openPage(its.browser, its.server.url);
    await openBass(page);
    const loaded = [1, 2, 3, 4, 5].map((rank) => page.waitForResponse((answer) => answer.url().includes(`/candidates/${rank}/audio`)));
    await matchIt(page);
    await Promise.all(loaded);
    let held: Route[] | null = [];
    await page.route("**/audio?*", (route) => (held ? void held.push(route) : route.continue()));
    const generation = async () => {
      const answer = await fetch(`${its.server.url}api/v1/matches/${page.url().split("/").at(-1)}`);
      return ((await answer.json()) as { generation: number }).generation;
    };
    const before = await generation();
    while ((await generation()) === before) await page.waitForTimeout(100);
    await page.keyboard.press("l"); // in a loop, it is heard however late
    await hears(page, () => page.getByRole("button", { name: "Play candidate 2" }).click());
    const late = held;
    held = null;
    await Promise.all(late.map((route) => route.continue()));
    await stopIt(page);
  });

  it("can be used with the keyboard alone", async () => {
    page = await openPage(its.browser, its.server.url);
    await page.locator(".library").waitFor();
    const focusOn = async (name: RegExp) => {
      for (let i = 0; i < 60; ++i) {
        await page.keyboard.press("Tab");
        const focused = await page.evaluate(() => {
          const element = document.activeElement!;
          return { text: element.textContent, outline: getComputedStyle(element).outlineStyle };
        });
        if (name.test(focused.text)) return focused.outline;
      }
      throw new Error(`Tab does not lead to ${name}`);
    };
    expect(await focusOn(/^bass$/)).toBe("solid");
    await page.keyboard.press("Enter");
    await page.getByText(/% sure/).waitFor();
    await page.keyboard.press("f");
    await page.getByRole("button", { name: "Play candidate 5" }).waitFor();
    await page.keyboard.press("l"); // in a loop, it is heard however late
    await hears(page, () => page.keyboard.press("3"));
    expect(await page.locator(".candidate.chosen").textContent()).toMatch(/^3/);
    await page.keyboard.press("a");
    expect(await page.getByRole("button", { name: /Target/ }).getAttribute("aria-pressed")).toBe("true");
    await page.keyboard.press("Escape");
    await hearsNothing(page);
    await page.keyboard.press("f");
    await page.locator("#match").waitFor();
    await hears(page, () => page.keyboard.press("z"));
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
  });

  it("takes what somebody knows of the note and the part", async () => {
    page = await openPage(its.browser, its.server.url);
    const asked = askedFor(page);
    await openBass(page);
    await page.getByLabel("The sound's note").getByRole("button", { name: "C3", exact: true }).click();
    await page.getByText("Set by hand").waitFor();
    await page.getByLabel("From").fill("0.10");
    await page.getByLabel("From").press("Enter");
    await page.getByLabel("For").fill("1.50");
    await page.getByLabel("For").press("Enter");
    await page.getByLabel("Let go after").fill("0.80");
    await page.getByLabel("Let go after").press("Enter");
    await page.getByLabel("Tempo").fill("90");
    await page.getByLabel("Tempo").press("Enter");
    await page.getByText("How to search").click();
    await page.getByLabel("Method").selectOption("retrieval random");
    await page.getByLabel("Objective").selectOption("tolerant");
    await matchIt(page);
    expect(asked[0]).toMatchObject({ note: 48, start: 0.1, duration: 1.5, length: 0.8, bpm: 90 });
    expect(asked[0]).toMatchObject({ method: ["retrieval+refine", "random+refine"], objective: "tolerant" });
    await stopIt(page);
  });

  it("keeps the tempo within what synths follow, and each library's own without one", async () => {
    page = await openPage(its.browser, its.server.url);
    const asked = askedFor(page);
    await openBass(page);
    const tempo = page.getByLabel("Tempo");
    for (const [typed, kept] of [["5000", "999"], ["2", "10"], ["", ""]]) {
      await tempo.fill(typed!);
      await tempo.press("Enter");
      expect(await tempo.inputValue()).toBe(kept);
    }
    await matchIt(page);
    expect(asked[0]).not.toHaveProperty("bpm");
    await stopIt(page);
  });

  it("marks the part by dragging its end", async () => {
    page = await openPage(its.browser, its.server.url);
    await openBass(page);
    const end = page.locator(".waveform [part~='region-handle-right']");
    const box = (await end.boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x - 250, box.y + box.height / 2, { steps: 8 });
    await page.mouse.up();
    await page.waitForFunction(() => Number(document.querySelectorAll<HTMLInputElement>(".number input")[1]!.value) < 3);
  });

  it("renders again what is turned, and searches on with what is locked", async () => {
    page = await openPage(its.browser, its.server.url);
    const asked = askedFor(page);
    await openBass(page);
    await matchIt(page);
    await stopIt(page);
    const cutoff = page.getByRole("slider", { name: "Filter: Cutoff" });
    const before = await cutoff.getAttribute("aria-valuetext");
    const rendered = page.waitForResponse((answer) => answer.url().includes("/render"));
    await hears(page, () => cutoff.press("PageUp"));
    expect((await rendered).headers()["x-distance"]).toMatch(/^\d/);
    await page.waitForFunction((text) => document.querySelector("[aria-label='Filter: Cutoff']")!.getAttribute("aria-valuetext") !== text, before);
    await page.getByText(/Turned: distance/).waitFor();
    await page.getByRole("button", { name: "Lock Filter: Cutoff" }).click();
    await page.getByRole("button", { name: /^More like/ }).click();
    await page.getByText(/Refining/).waitFor();
    const near = asked.at(-1)!.near!;
    expect(near.locked).toHaveLength(1);
    expect(Object.keys(near.changes!)).toEqual(near.locked);
    await stopIt(page);

    await cutoff.press("PageDown");
    await page.getByText(/Turned: distance/).waitFor();
    const asFound = page.getByRole("button", { name: "As found" });
    await asFound.click();
    expect(await asFound.isDisabled()).toBe(true);
  });

  it("installs the preset, and gives files to keep", async () => {
    page = await openPage(its.browser, its.server.url);
    await openBass(page);
    await matchIt(page);
    await page.getByText(/Refining/).waitFor(); // stopped before, there would be the first candidates only, and nothing packed
    await stopIt(page);
    await page.locator("#install").click();
    await page.getByText(/^Installed:/).waitFor();
    expect(readdirSync(join(its.place.home, ".lv2")).length).toBeGreaterThan(0);
    for (const name of [/Preset/, /Render/, /Recipe/, /Everything/]) {
      const download = page.waitForEvent("download");
      await page.locator("#take").getByText(name).click();
      const file = await (await download).path();
      expect(readFileSync(file).length).toBeGreaterThan(100);
    }
  });

  it("opens a past match, and deletes one when that is confirmed", async () => {
    page = await openPage(its.browser, its.server.url);
    await page.getByRole("button", { name: /Past matches/ }).click();
    const items = page.locator(".past li");
    await items.first().waitFor();
    const count = await items.count();
    const first = items.first();
    const ask = first.getByRole("button", { name: /^Delete/ });
    const question = page.getByRole("alertdialog", { name: /^Delete the match of/ });
    await ask.press("Enter");
    await question.waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    expect(await focused(page)).toBe("Keep it");
    await page.keyboard.press("Escape");
    await question.waitFor({ state: "hidden" });
    expect(await items.count()).toBe(count);
    expect(await ask.evaluate((button) => button === document.activeElement)).toBe(true);
    await ask.press("Enter");
    await question.waitFor();
    await page.keyboard.press("Tab");
    expect(await focused(page)).toBe("Delete");
    await page.keyboard.press("Enter");
    await page.waitForFunction((least) => document.querySelectorAll(".past li").length === least, count - 1);
    await items.first().locator(".about").click();
    await page.getByRole("button", { name: "Play candidate 1" }).waitFor();
    expect(page.url()).toContain("#/match/");
  });

  it("plays the library's map by keys and by pointing", async () => {
    page = await openPage(its.browser, its.server.url);
    await page.locator(".library").waitFor();
    await page.keyboard.press("k");
    const map = page.getByRole("application");
    await map.waitFor();
    await map.focus();
    await hears(page, () => map.press("ArrowRight"));
    const first = await page.locator(".map-line p").textContent();
    await map.press("ArrowLeft");
    await page.waitForFunction((text) => document.querySelector(".map-line p")!.textContent !== text, first);
    expect(await seriousFindings(page)).toEqual([]);
  });

  it("deletes a sound, and shows what was found for it still", async () => {
    page = await openPage(its.browser, its.server.url);
    await openBass(page);
    await matchIt(page);
    const inUse = page.getByText(/needs it; stop that first/);
    const remove = async () => {
      await page.getByRole("button", { name: "Delete bass" }).click();
      await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
    };
    await remove();
    await inUse.waitFor();
    await stopIt(page);
    await remove();
    await page.getByText("Drop a sound here").waitFor();
    await page.reload();
    await page.getByRole("button", { name: "Play candidate 5" }).waitFor();
    await page.getByText("Drop a sound here").waitFor();
  });

  it("hears of what another page deletes", async () => {
    page = await openPage(its.browser, its.server.url);
    await openBass(page);
    await matchIt(page);
    await stopIt(page);
    const id = page.url().split("/").at(-1)!;
    const answer = await fetch(`${its.server.url}api/v1/matches/${id}`, { method: "DELETE" });
    expect(answer.status).toBe(200);
    await page.waitForFunction(() => document.querySelectorAll(".candidate:not(.empty)").length === 0);
  });

  it("records from the microphone", async () => {
    page = await openPage(its.browser, its.server.url);
    await haveMicrophone(page);
    await page.locator("#record").click();
    await page.locator(".record-level").waitFor();
    await page.waitForFunction(() => Number(document.querySelector<HTMLElement>(".record-level")!.style.getPropertyValue("--level")) > 0.1);
    await microphoneGave(page, 1);
    await page.locator("#record").click();
    await page.locator(".sound-name").getByText("recording.wav").waitFor();
  });

  it("says what is wrong with a file", async () => {
    page = await openPage(its.browser, its.server.url);
    await page.locator(".library").waitFor();
    await drop(page, "notes.txt", Buffer.from("not a sound"));
    await page.locator(".notice.error").getByText(/notes\.txt/).waitFor();
    await page.getByRole("button", { name: "Close the message" }).click();
    await page.route("**/api/v1/state", async (route) => {
      const answer = await route.fetch();
      const state = (await answer.json()) as { limits: { bytes: number } };
      await route.fulfill({ response: answer, json: { ...state, limits: { ...state.limits, bytes: 1024 * 1024 } } });
    });
    await page.reload();
    await page.locator(".library").waitFor();
    await drop(page, "long.wav", Buffer.alloc(2 * 1024 * 1024));
    await page.getByText(/long\.wav is too large: 2 MB, and at most 1 MB/).waitFor();
  });

  it("goes on by itself when the program has gone and comes back", async () => {
    const own = new Place();
    let fragile = await Server.start(own, [its.place.library]);
    try {
      page = await openPage(its.browser, fragile.url);
      await page.locator(".library").waitFor();
      await fragile.stop();
      await page.getByText(/does not answer/).waitFor();
      fragile = await Server.start(own, [its.place.library], fragile.port);
      await page.getByText(/does not answer/).waitFor({ state: "hidden" });
      await openBass(page);
      await matchIt(page);
    } finally {
      await fragile.stop();
      own.remove();
    }
  });

  it.skipIf(!hasNetworks)("finds what words describe, to be heard, turned and taken", async () => {
    const own = new Place();
    own.buildLibrary(30);
    own.hearLibraryByClap();
    const server = await Server.start(own, [own.library, its.place.library]);
    try {
      page = await openPage(its.browser, server.url);
      const asked = askedFor(page);
      await page.getByRole("button", { name: "Words", exact: true }).click();
      await page.getByLabel(/Describe the sound/).fill("a warm, slowly opening string pad");
      const deaf = page.getByLabel(/150 patches; knows no words/);
      await deaf.check();
      await page.getByText("choose only libraries that know words").waitFor();
      expect(await page.locator("#match").isDisabled()).toBe(true);
      await deaf.uncheck();
      await matchIt(page);
      expect(asked[0]).toMatchObject({ text: "a warm, slowly opening string pad" });
      await page.locator(".status").getByText("Done").waitFor();
      for (const measure of await page.locator(".candidate .distance").allTextContents()) expect(measure).toMatch(/^similarity -?\d+ %$/);
      expect(await page.locator(".curve").count()).toBe(0);
      expect(await page.getByRole("button", { name: /^More like/ }).count()).toBe(0);
      expect(await page.getByRole("button", { name: /Target/ }).isDisabled()).toBe(true);
      expect(await page.locator(".picture").count()).toBe(1);
      expect(await seriousFindings(page)).toEqual([]);

      await page.keyboard.press("l"); // in a loop, it is heard however late
      await hears(page, () => page.getByRole("button", { name: "Play candidate 2" }).click());
      await page.keyboard.press("Escape");
      await hearsNothing(page);
      await hears(page, () => page.getByRole("slider", { name: "Filter: Cutoff" }).press("PageUp"));
      await page.getByText("Turned by hand").waitFor();
      await page.locator("#install").click();
      await page.getByText(/^Installed:/).waitFor();
      const download = page.waitForEvent("download");
      await page.locator("#take").getByText(/Preset/).click();
      expect(readFileSync(await (await download).path()).length).toBeGreaterThan(100);

      await page.reload();
      await page.getByRole("button", { name: "Play candidate 5" }).waitFor();
      expect(await page.getByLabel(/Describe the sound/).inputValue()).toBe("a warm, slowly opening string pad");
    } finally {
      await server.stop();
      own.remove();
    }
  });

  it.skipIf(!hasNetworks)("says by what it searched where the best cannot be used", async () => {
    const own = new Place({ PATCHPILOT_NETWORKS: "/nowhere/networks.so" });
    const server = await Server.start(own, [its.place.library]);
    try {
      page = await openPage(its.browser, server.url);
      await openBass(page);
      await matchIt(page);
      const remark = page.getByRole("list", { name: "Remarks" });
      await remark.getByText("jx10 is searched by mel-envelope, as ours-jx10 cannot be used").click();
      await remark.getByText("/nowhere/networks.so cannot be opened").waitFor();
      await stopIt(page);
    } finally {
      await server.stop();
      own.remove();
    }
  });

  it("offers to build a library where there is none", async () => {
    const own = new Place();
    const empty = await Server.start(own, []);
    try {
      page = await openPage(its.browser, empty.url);
      await page.getByText("There is no library yet").waitFor();
      await page.locator(".build select").first().selectOption({ label: "MDA JX10 (LV2)" });
      await page.locator(".build select").last().selectOption("1000");
      await page.getByRole("button", { name: "Build", exact: true }).click();
      await page.getByRole("progressbar", { name: /Building/ }).waitFor();
      await page.waitForFunction(() => (document.querySelector<HTMLProgressElement>(".job progress")?.value ?? 0) > 100);
      await page.locator(".job").getByRole("button", { name: "Stop" }).click();
      await page.locator(".job").waitFor({ state: "detached" });
      await page.locator(".library").waitFor();
      await page.getByRole("button", { name: /^Delete the library/ }).click();
      await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
      await page.getByText("There is no library yet").waitFor();
    } finally {
      await empty.stop();
      own.remove();
    }
  });

  it.each([
    { reducedMotion: "reduce", animation: "none", transition: "0s" },
    { reducedMotion: "no-preference", animation: "breathing", transition: "0.12s, 0.12s, 0.12s" },
  ] as const)("moves as the machine wishes: $reducedMotion", async ({ reducedMotion, animation, transition }) => {
    page = await openPage(its.browser, its.server.url, { reducedMotion });
    const moves = await page.evaluate(() => {
      const waiting = document.querySelector(".candidate")!;
      waiting.classList.add("waiting");
      return {
        animation: getComputedStyle(waiting).animationName,
        transition: getComputedStyle(document.querySelector("button")!).transitionDuration,
        scroll: getComputedStyle(document.documentElement).scrollBehavior,
      };
    });
    expect(moves).toEqual({ animation, transition, scroll: "auto" });
  });

  it.each([
    { width: 390, height: 844, scheme: "dark" },
    { width: 390, height: 844, scheme: "light" },
    { width: 1280, height: 900, scheme: "light" },
    { width: 3840, height: 2160, scheme: "dark" },
  ] as const)("fits $width pixels in $scheme colours, and axe finds nothing serious", async ({ width, height, scheme }) => {
    page = await openPage(its.browser, its.server.url, { viewport: { width, height }, colorScheme: scheme });
    await page.locator(".library").waitFor();
    expect(await page.evaluate(() => document.documentElement.dataset["theme"])).toBe(scheme);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole("button", { name: /Past matches/ }).click();
    await page.locator(".past .about").first().click();
    await page.getByRole("button", { name: "Play candidate 1" }).waitFor();
    await page.locator(".knob").first().waitFor();
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole("button", { name: scheme === "dark" ? "Light colours" : "Dark colours" }).click();
    expect(await page.evaluate(() => document.documentElement.dataset["theme"])).not.toBe(scheme);
  });
});
