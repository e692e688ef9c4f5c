import { test } from "vitest";
import { device } from "../../src/index.js";
import { checkGradients, checkGraphs, checkValues } from "../compiler/random-graphs.js";
import { figure } from "./figures.js";

/** `RECEPTIVE_SEED` looks at others. */
const seed = Number(process.env.RECEPTIVE_SEED ?? Date.now() % 1_000_000);

test("2,000 random graphs are what the textbook computes, the derivatives of 1,000 more too", async () => {
  figure("seed", seed);
  figure("target", device().target);
  await checkGraphs(checkValues, { graphs: 2000, longest: 20, seed });
  figure("graphs that agree", "2000 of 2000");
  await checkGraphs(checkGradients, { graphs: 1000, longest: 10, seed });
  figure("graphs whose first and second derivatives agree", "1000 of 1000");
});
