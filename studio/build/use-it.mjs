/** The worker of "Use it" as one script: the library and the network's reader, for a zip that stands alone. */
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const library = fileURLToPath(new URL("../../dist/index.js", import.meta.url));
const entry = fileURLToPath(new URL("use-it-worker.ts", import.meta.url));

/** @returns its text as gzip: it is the library once more, and rarely asked for */
export const packedUseItWorker = async () => gzipSync(await useItWorker(), { level: 9 });

/** @returns its text */
async function useItWorker() {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: "es2022",
    platform: "browser",
    alias: { receptive: library },
    // The library as it is built for pages, not its sources, to which the studio's types lead.
    tsconfigRaw: {},
    conditions: ["browser"],
    define: { "import.meta.url": "self.location.href" },
    logLevel: "warning",
  });
  return outputFiles[0].text;
}
