// Starts the real program and a real browser for the tests of the page.
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";

const ROOT = resolve(__dirname, "../../..");
export const PAGE = join(ROOT, "web/dist");
export const EXAMPLE = join(ROOT, "examples/bass.flac");
export const DOCS = join(ROOT, "docs");
const PROGRAM = process.env["PATCHPILOT"] ?? join(ROOT, "build/patchpilot");
const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** Why the tests cannot run here; empty where they can. */
export function missing(): string {
  if (!existsSync(PROGRAM)) return `${PROGRAM} is not built`;
  if (!existsSync(join(PAGE, "index.html"))) return "the page is not built: npm run build";
  if (!existsSync(CHROMIUM)) return `there is no browser at ${CHROMIUM}`;
  return "";
}

/** Whether the program can run networks, such as CLAP's. */
export const hasNetworks = existsSync(join(dirname(PROGRAM), "libpatchpilot-networks.so"));

/** A folder that is the whole world of a server: its user's home, data, and a library. */
export class Place {
  readonly home = mkdtempSync(join(tmpdir(), "patchpilot-page-"));
  readonly library = join(this.home, "jx10.db");

  private readonly data = join(this.home, ".local/share");

  /** @param more  variables of its own */
  constructor(private readonly more: NodeJS.ProcessEnv = {}) {}

  environment(): NodeJS.ProcessEnv {
    return { ...process.env, HOME: this.home, XDG_DATA_HOME: this.data, PATCHPILOT_PAGE: PAGE, ...this.more };
  }

  buildLibrary(count: number): void {
    this.run("library", "build", "--space", "jx10", "--count", String(count), "--out", this.library);
  }

  /** Has the library heard by a small CLAP of random weights, put where somebody puts the published one. */
  hearLibraryByClap(): void {
    const model = join(this.data, "patchpilot/models/clap-htsat-unfused");
    mkdirSync(model, { recursive: true });
    for (const name of ["config.json", "preprocessor_config.json", "model.safetensors", "tokenizer.json"])
      copyFileSync(join(ROOT, "tests/networks/fixtures/clap", name), join(model, name));
    this.run("library", "embed", this.library, "--with", "clap");
  }

  private run(...words: string[]): void {
    execFileSync(PROGRAM, words, { env: this.environment(), stdio: "pipe" });
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}

export class Server {
  private constructor(
    private readonly process: ChildProcess,
    readonly port: number,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  /** @param port  0: any that is free */
  static async start(place: Place, libraries: string[], port = 0): Promise<Server> {
    mkdirSync(place.home, { recursive: true });
    const options = ["serve", "--port", String(port), ...libraries.flatMap((library) => ["--library", library])];
    const process = spawn(PROGRAM, options, { env: place.environment(), stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    const listening = await new Promise<number>((found, failed) => {
      const hear = (data: Buffer) => {
        said += data.toString();
        const address = /http:\/\/127\.0\.0\.1:(\d+)\//.exec(said);
        if (address) found(Number(address[1]));
      };
      process.stdout.on("data", hear);
      process.stderr.on("data", hear);
      process.once("exit", () => failed(new Error(`serve ended: ${said}`)));
    });
    return new Server(process, listening);
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null) return;
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill("SIGINT");
    await ended;
  }
}

/** What the tests of a suite share: a place with a library of JX10, a server that searches it, and a browser. */
export interface Stage {
  readonly place: Place;
  server: Server;
  browser: Browser;
}

/** Sets the stage before the tests of the suite that calls it, and clears it behind them. @param patches  in the library */
export function stage(patches: number): Stage {
  const place = new Place();
  const its = { place } as Stage;
  const closing: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    place.buildLibrary(patches);
    its.server = await Server.start(place, [place.library]);
    closing.push(() => its.server.stop());
    its.browser = await openBrowser();
    closing.push(() => its.browser.close());
  });
  afterAll(async () => {
    await Promise.all(closing.splice(0).map((close) => close()));
    place.remove();
  });
  return its;
}

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
  });
}

/** What a page that must say nothing has said. */
export const complaints: string[] = [];

/** How long anything may take, in ms: it ends what hangs, and is no measure. Beside a build all takes many times as long. */
const kPatience = 300_000;

/** A page that can be asked what it plays. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: "dark", reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(kPatience);
  page.on("pageerror", (problem) => complaints.push(problem.message));
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes("Failed to load resource")) complaints.push(message.text());
  });
  await page.addInitScript(() => {
    // Listens to what leads to the loudspeaker: to more of it than lies between two looks, so that nothing is missed.
    const heard = { peak: 0, last: 0 };
    Object.assign(window, { heard });
    const node = AudioNode.prototype as unknown as { connect: (this: AudioNode, ...rest: unknown[]) => AudioNode };
    const connect = node.connect;
    node.connect = function (this: AudioNode, ...rest: unknown[]) {
      if (this instanceof AnalyserNode && rest[0] instanceof AudioDestinationNode) {
        const listener = this.context.createAnalyser();
        listener.fftSize = 32768;
        connect.call(this, listener);
        const samples = new Float32Array(listener.fftSize);
        const loudest = (part: Float32Array) => part.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        let seen = 0;
        setInterval(() => {
          listener.getFloatTimeDomainData(samples);
          const now = Math.round(listener.context.currentTime * listener.context.sampleRate);
          heard.peak = Math.max(heard.peak, loudest(samples.subarray(Math.max(0, samples.length - (now - seen)))));
          heard.last = loudest(samples.subarray(-1024));
          seen = now;
        }, 50);
      }
      return connect.apply(this, rest);
    };
  });
  await page.goto(url);
  return page;
}

/**
 * Puts a tone in place of the microphone. The browser's own stand-in beeps now and then, by a clock that a busy machine
 * does not keep.
 */
export async function haveMicrophone(page: Page): Promise<void> {
  await page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () => {
      const context = new AudioContext();
      const tone = new OscillatorNode(context, { frequency: 220 });
      const output = context.createMediaStreamDestination();
      tone.connect(output);
      tone.start();
      Object.assign(window, { microphone: context });
      return Promise.resolve(output.stream);
    };
  });
}

/** Waits until the microphone has given so many seconds of sound. */
export async function microphoneGave(page: Page, seconds: number): Promise<void> {
  await page.waitForFunction((least) => (window as unknown as { microphone: AudioContext }).microphone.currentTime > least, seconds);
}

interface Heard {
  heard: { peak: number; last: number };
}

/** Does something, and waits until the page has made a sound since. */
export async function hears(page: Page, action: () => Promise<void>): Promise<void> {
  await page.evaluate(() => ((window as unknown as Heard).heard.peak = 0));
  await action();
  await page.waitForFunction(() => (window as unknown as Heard).heard.peak > 0.01);
}

/** Waits until the page is silent. */
export async function hearsNothing(page: Page): Promise<void> {
  await page.waitForFunction(() => (window as unknown as Heard).heard.last < 1e-4);
}

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  id: string;
  impact: string;
  nodes: { html: string }[];
}

/** What axe finds that is serious. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run: () => Promise<{ violations: Violation[] }> } };
    return (await axe.run()).violations;
  });
  return found
    .filter((one) => one.impact === "serious" || one.impact === "critical")
    .map((one) => `${one.id}: ${one.nodes[0]?.html}`);
}

/** Drops a file on the page, as a person does with a mouse. */
export async function drop(page: Page, name: string, bytes: Buffer): Promise<void> {
  const transfer = await page.evaluateHandle(
    ([data, called]) => {
      const items = new DataTransfer();
      items.items.add(new File([Uint8Array.from(atob(data!), (letter) => letter.charCodeAt(0))], called!));
      return items;
    },
    [bytes.toString("base64"), name],
  );
  await page.dispatchEvent("#sound", "dragover", { dataTransfer: transfer });
  await page.dispatchEvent("#sound", "drop", { dataTransfer: transfer });
}

/** Opens the example and waits until its note is found. */
export async function openBass(page: Page): Promise<void> {
  await page.getByRole("button", { name: "bass", exact: true }).click();
  await page.getByText(/% sure/).waitFor();
}

/** Matches what is open, and waits for the first five. */
export async function matchIt(page: Page): Promise<void> {
  await page.locator("#match").click();
  await page.getByRole("button", { name: "Play candidate 5" }).waitFor();
}

/** Ends refining and waits for its end. */
export async function stopIt(page: Page): Promise<void> {
  await page.locator("#stop").click();
  await page.locator("#match").waitFor();
}
