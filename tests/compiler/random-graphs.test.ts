import { test } from "vitest";
import "../checks/targets.js";
import { checkGradients, checkGraphs, checkValues, withBatch } from "./random-graphs.js";

/** `RECEPTIVE_GRAPHS=5000 RECEPTIVE_SEED=7` looks at others, and at more of them; the long part `graphs` at 2,000. */
const graphs = Number(process.env.RECEPTIVE_GRAPHS ?? 150);
const seed = Number(process.env.RECEPTIVE_SEED ?? 20_261_126);
/** Unless asked for more, a machine that is busy looks at fewer. */
const limit = process.env.RECEPTIVE_GRAPHS ? {} : { seconds: 20 };
const timeout = process.env.RECEPTIVE_GRAPHS ? 3_600_000 : 60_000;

test("random graphs are what the textbook computes", { timeout }, () =>
  checkGraphs(checkValues, { graphs, longest: 14, seed, ...limit }),
);

test("and so are their first and second derivatives", { timeout }, () =>
  checkGraphs(checkGradients, { graphs: Math.ceil(graphs / 2), longest: 8, seed, ...limit }),
);

test("batches of many sizes are what it computes, though kernels serve several", { timeout }, () =>
  checkGraphs(
    async (drawing) => {
      for (const n of [4, 9, 1, 0, 6]) await checkValues(withBatch(drawing, n));
    },
    { graphs: Math.ceil(graphs / 4), longest: 10, seed, ...limit },
  ),
);
