/** The worker of "Use it" as one script: the library and the network's reader, for a zip that stands alone. */
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";

const library = fileURLToPath(new URL("../../dist/browser/index.js", import.meta.url));
const entry = fileURLToPath(new URL("use-it-worker.ts", import.meta.url));

/** @returns its text, as gzip packs it: it is the library once more, and rarely asked for */
export const packedUseItWorker = async () => gzipSync(await useItWorker(), { level: 9 });

/** @returns its text; of the library only what is used, also of the names under `data` */
async function useItWorker() {
  const [{ output }] = await build({
    configFile: false,
    logLevel: "error",
    publicDir: false,
    resolve: { alias: { receptive: library } },
    define: { "import.meta.url": "self.location.href" },
    build: {
      target: "es2022",
      write: false,
      minify: true,
      lib: { entry, formats: ["iife"], name: "used" },
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });
  return output[0].code;
}
