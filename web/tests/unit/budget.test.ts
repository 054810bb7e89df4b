import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";

const DIST = join(__dirname, "../../dist");
const BUDGET = 300_000; // bytes

describe.skipIf(!existsSync(DIST))("the built page", () => {
  it("weighs less than 300 kB at the first load, with the font and what a first sound loads", () => {
    const assets = readdirSync(join(DIST, "assets"));
    const first = assets.filter((name) => /\.(js|css)$/.test(name) || /latin-wdth-normal/.test(name));
    expect(first.length).toBeGreaterThan(2);
    const bytes = [join(DIST, "index.html"), ...first.map((name) => join(DIST, "assets", name))].map((file) => {
      const data = readFileSync(file);
      return file.endsWith(".woff2") ? data.length : gzipSync(data).length;
    });
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(BUDGET);
  });

  it("has a packed copy of every text beside it", () => {
    const assets = readdirSync(join(DIST, "assets"));
    for (const name of assets.filter((one) => /\.(js|css)$/.test(one))) expect(assets).toContain(`${name}.gz`);
  });

  it("has no script or style in the document itself", () => {
    const document = readFileSync(join(DIST, "index.html"), "utf8");
    expect(document).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>/);
    expect(document).not.toMatch(/<style|\sstyle=/);
  });
});
