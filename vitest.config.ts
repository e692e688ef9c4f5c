import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: {
    alias: {
      "#platform": fileURLToPath(new URL("src/platform/node.ts", import.meta.url)),
      "#native": fileURLToPath(new URL("src/targets/x64/machine.ts", import.meta.url)),
      "#pictures": fileURLToPath(new URL("src/images/codecs.ts", import.meta.url)),
    },
  },
  test: {
    include: ["tests/**/*.test.ts"],
    globalSetup: [fileURLToPath(new URL("tests/studio/site-folder.ts", import.meta.url))],
    testTimeout: 60_000,
    // Two test files at once: each engine starts threads of its own.
    maxWorkers: 2,
  },
});
