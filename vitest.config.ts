import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** A folder of these reads the engine once for all of its files, which saves a third of the whole check's minutes. */
const shared = [
  "audio",
  "compiler",
  "data",
  "door",
  "explain",
  "features",
  "formats",
  "formatting",
  "kernels",
  "losses",
  "models",
  "nn",
  "ops",
  "optim",
  "random",
  "report",
  "seeds",
  "tasks",
].map((folder) => `tests/${folder}/**/*.test.ts`);

/** What starts programs, browsers and threads, or looks at what a process has read, is alone in its process. */
const alone = {
  include: ["tests/**/*.test.ts"],
  exclude: shared,
  globalSetup: [fileURLToPath(new URL("tests/studio/site-folder.ts", import.meta.url))],
};

export default defineConfig({
  resolve: {
    alias: {
      "#platform": fileURLToPath(new URL("src/platform/node.ts", import.meta.url)),
      "#native": fileURLToPath(new URL("src/targets/x64/machine.ts", import.meta.url)),
      "#pictures": fileURLToPath(new URL("src/images/codecs.ts", import.meta.url)),
    },
  },
  test: {
    testTimeout: 60_000,
    // Two test files at once: each engine starts threads of its own.
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: "alone", ...alone } },
      { extends: true, test: { name: "shared", include: shared, isolate: false } },
    ],
  },
});
