import { mergeConfig } from "vitest/config";
import ordinary from "../../vitest.config.js";

/** As the ordinary tests, but the long parts: one after the other, each for as long as it takes. */
const { projects: _, ...test } = ordinary.test!;

export default mergeConfig(
  { resolve: ordinary.resolve },
  {
    test: {
      ...test,
      include: ["tests/long/*.long.ts"],
      testTimeout: 0,
      hookTimeout: 0,
      maxWorkers: 1,
    },
  },
);
