import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

/** Writes FILE.gz beside every text file of the page, so that the server need not compress. */
function compressed(): Plugin {
  let folder = "";
  return {
    name: "compressed",
    apply: "build",
    configResolved(config) {
      folder = join(config.root, config.build.outDir);
    },
    async closeBundle() {
      for (const name of await readdir(folder, { recursive: true })) {
        if (!/\.(html|js|css|svg|webmanifest)$/.test(name)) continue;
        const path = join(folder, name);
        await writeFile(`${path}.gz`, gzipSync(await readFile(path), { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  plugins: [compressed()],
  // Preact's own JSX; no plug-in is needed for that.
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  // Data URLs would need the content policy to allow them where it need not.
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: { "/api": process.env["PATCHPILOT_SERVER"] ?? "http://127.0.0.1:8420" } },
  test: { include: ["tests/**/*.test.ts"], testTimeout: 900_000, hookTimeout: 900_000 },
} as Parameters<typeof defineConfig>[0]);
