/**
 * `receptive/worker` and `receptive/client` for pages, as one file each: Vite before 8 bundles no worker that imports
 * later, a server without a bundler wants one file to copy, and what a page loads shall be small whatever its bundler
 * leaves out.
 */
import { writeFileSync } from "node:fs";
import { build } from "esbuild";
import { hostOf } from "./hosts.mjs";
import { inLines } from "./lines.mjs";

const ours = {
  bundle: true,
  minify: true,
  platform: "browser",
  conditions: ["browser"],
  target: "es2022",
  plugins: [hostOf("browser"), inLines(200)],
  tsconfigRaw: {},
  logLevel: "warning",
};

export async function bundleWorker() {
  // No module's syntax in it: it runs by `type: "module"`, and without.
  await build({ ...ours, entryPoints: ["dist/worker/worker.js"], outfile: "dist/worker.js", format: "iife" });
  for (const [format, outfile] of [
    ["esm", "dist/client.js"],
    ["cjs", "dist/client.cjs"],
  ])
    await build({ ...ours, entryPoints: ["dist/worker/client.js"], outfile, format });
  // In Node the ready worker is of one engine with what else is imported there.
  writeFileSync("dist/node/worker.js", 'import { serve } from "./serve.js";\nserve();\n');
  writeFileSync("dist/require/node/worker.cjs", 'require("./serve.cjs").serve();\n');
}
