// Measures what docs/page.md tells: npm run measure. Not part of the tests.
import type { Page } from "playwright-core";
import { describe, it } from "vitest";
import { hearsNothing, matchIt, openBass, openPage, seriousFindings, stage, stopIt } from "./support";

const STARTS = 20;
const TARGET_HEARD = 1e-3; // full scale 1

interface Ear {
  ear: { clicked: number; heard: number };
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const shown = (values: number[]) => `median ${median(values).toFixed(0)} ms, worst ${Math.max(...values).toFixed(0)} ms of ${values.length}`;

/** Notes when the mouse was pressed and released on something, and when the first sound after that leaves for the loudspeaker. */
async function giveEars(page: Page): Promise<void> {
  await page.addInitScript((least) => {
    const ear = { clicked: 0, heard: 0 };
    Object.assign(window, { ear });
    addEventListener("click", (event) => Object.assign(ear, { clicked: event.timeStamp, heard: 0 }), { capture: true });
    const node = AudioNode.prototype as unknown as { connect: (this: AudioNode, ...rest: unknown[]) => AudioNode };
    const connect = node.connect;
    node.connect = function (this: AudioNode, ...rest: unknown[]) {
      if (this instanceof AnalyserNode && rest[0] instanceof AudioDestinationNode) {
        const context = rest[0].context as AudioContext;
        const listener = context.createAnalyser();
        listener.fftSize = 256;
        connect.call(this, listener);
        const samples = new Float32Array(listener.fftSize);
        const look = new MessageChannel();
        look.port1.onmessage = () => {
          listener.getFloatTimeDomainData(samples);
          // What the device still holds back of it counts as well.
          if (!ear.heard && samples.some((value) => Math.abs(value) > least)) ear.heard = performance.now() + 1000 * context.outputLatency;
          setTimeout(() => look.port2.postMessage(null), 1);
        };
        look.port2.postMessage(null);
      }
      return connect.apply(this, rest);
    };
  }, TARGET_HEARD);
}

/** ms from the click on a candidate to its sound. */
async function starts(page: Page): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < STARTS; ++i) {
    await page.keyboard.press("Escape");
    await hearsNothing(page);
    await page.waitForTimeout(150);
    await page.getByRole("button", { name: `Play candidate ${(i % 5) + 1}`, exact: true }).click();
    await page.waitForFunction(() => (window as unknown as Ear).ear.heard > 0);
    times.push(await page.evaluate(() => (window as unknown as Ear).ear.heard - (window as unknown as Ear).ear.clicked));
  }
  return times;
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
    console.log(`From click to sound, while it is refined: ${shown(await starts(page))}`);
    if (await page.locator("#stop").isVisible()) await stopIt(page);
    console.log(`From click to sound, at rest: ${shown(await starts(page))}`);
    console.log(`axe: ${(await seriousFindings(page)).length} serious findings`);
  });
});
