// Measures what docs/page.md tells: npm run measure. Not part of the tests.
import type { Page } from "playwright-core";
import { describe, it } from "vitest";
import { hearsNothing, matchIt, openBass, openPage, seriousFindings, stage, stopIt } from "./support";

const STARTS = 20;
const TARGET_HEARD = 1e-3; // full scale 1

interface Ear {
  clicked: number; // ms, as all of these: when the mouse was released on something
  known: number; // when the page was told so
  heard: number; // when the first sound after that leaves the loudspeaker; 0 until then
  busy: number[]; // how long the page did one thing, of each that took more than 50
}

interface Ears {
  ear: Ear;
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const shown = (values: number[]) => `median ${median(values).toFixed(0)} ms, worst ${Math.max(...values).toFixed(0)} ms of ${values.length}`;

/**
 * Listens to what leads to the loudspeaker. When a sound leaves is read off its place among the samples, and not off the
 * moment at which the page comes to look: it looks when it has nothing else to do.
 */
async function giveEars(page: Page): Promise<void> {
  await page.addInitScript((least) => {
    const ear: Ear = { clicked: 0, known: 0, heard: 0, busy: [] };
    Object.assign(window, { ear });
    new PerformanceObserver((list) => ear.busy.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: "longtask" });
    let context: AudioContext | undefined;
    let from = 0; // s, of the context
    const hear = (event: Event) => {
      Object.assign(ear, { clicked: event.timeStamp, known: performance.now(), heard: 0 });
      from = context?.currentTime ?? 0;
    };
    addEventListener("click", hear, { capture: true });
    const node = AudioNode.prototype as unknown as { connect: (this: AudioNode, ...rest: unknown[]) => AudioNode };
    const connect = node.connect;
    node.connect = function (this: AudioNode, ...rest: unknown[]) {
      if (this instanceof AnalyserNode && rest[0] instanceof AudioDestinationNode) {
        const own = rest[0].context as AudioContext;
        context = own;
        const listener = own.createAnalyser();
        listener.fftSize = 32768;
        connect.call(this, listener);
        const samples = new Float32Array(listener.fftSize);
        setInterval(() => {
          if (ear.heard || !ear.clicked) return;
          listener.getFloatTimeDomainData(samples);
          const now = own.currentTime;
          const begin = Math.max(0, samples.length - Math.round((now - from) * own.sampleRate));
          const first = samples.findIndex((value, i) => i >= begin && Math.abs(value) > least);
          if (first < 0) return;
          const at = now - (samples.length - first) / own.sampleRate;
          const leaving = own.getOutputTimestamp(); // which sample leaves when, the device's delay included
          ear.heard = leaving.performanceTime! + 1000 * (at - leaving.contextTime!);
        }, 20);
      }
      return connect.apply(this, rest);
    };
  }, TARGET_HEARD);
}

const earOf = (page: Page) => page.evaluate(() => (window as unknown as Ears).ear);

/** Clicks on one candidate after another, and says how long each takes to sound. */
async function listenToStarts(page: Page, when: string): Promise<void> {
  const ears: Ear[] = [];
  const busyBefore = (await earOf(page)).busy.length;
  for (let i = 0; i < STARTS; ++i) {
    await page.keyboard.press("Escape");
    await hearsNothing(page);
    await page.waitForTimeout(150);
    await page.getByRole("button", { name: `Play candidate ${(i % 5) + 1}`, exact: true }).click();
    await page.waitForFunction(() => (window as unknown as Ears).ear.heard > 0);
    ears.push(await earOf(page));
  }
  console.log(`From click to sound, ${when}: ${shown(ears.map((ear) => ear.heard - ear.clicked))}`);
  console.log(`  of that, until the page knows of the click: ${shown(ears.map((ear) => ear.known - ear.clicked))}`);
  const busy = ears.at(-1)!.busy.slice(busyBefore);
  console.log(`  the page was busy for more than 50 ms ${busy.length} times, at most for ${Math.max(0, ...busy).toFixed(0)} ms`);
}

describe.skipIf(!process.env["MEASURE"])("the page", () => {
  const its = stage(3000);

  it("loads", async () => {
    const page = await openPage(its.browser, "about:blank");
    const session = await page.context().newCDPSession(page);
    await session.send("Network.enable");
    let bytes = 0;
    session.on("Network.loadingFinished", (one) => (bytes += one.encodedDataLength));
    await page.goto(its.server.url);
    await page.locator(".library").waitFor();
    console.log(`First load, as it comes over the line: ${(bytes / 1000).toFixed(0)} kB`);
    await openBass(page);
    await page.waitForTimeout(1000);
    console.log(`axe: ${(await seriousFindings(page)).length} serious findings`);
  });

  it("plays", async () => {
    const page = await openPage(its.browser, "about:blank");
    await giveEars(page);
    await page.goto(its.server.url);
    await openBass(page);
    const begun = performance.now();
    await matchIt(page);
    console.log(`From Match to the first five: ${(performance.now() - begun).toFixed(0)} ms`);
    await page.getByText(/Refining/).waitFor();
    await listenToStarts(page, "while it is refined");
    if (await page.locator("#stop").isVisible()) await stopIt(page);
    await listenToStarts(page, "at rest");
    console.log(`axe: ${(await seriousFindings(page)).length} serious findings`);
  });
});
