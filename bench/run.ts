/** Measures the engine: `npm run bench [-- WORKLOAD …] [options]`; `arguments.ts` has the options. */
import { availableParallelism } from "node:os";
import { device } from "../dist/index.js";
import { ArgumentError, choicesFrom, usage } from "./arguments.js";
import { compareAll } from "./compare.js";
import { peerNames } from "./contenders/known.js";
import { measureDirect } from "./direct.js";
import { measureGrowth } from "./growth.js";
import { circumstances, circumstancesLine } from "./report/machine.js";
import { type Results, writeResults } from "./report/results.js";
import { measureStart } from "./start.js";
import { traceOne } from "./trace.js";
import { workloads } from "./workloads.js";

const given = process.argv.slice(2);

async function run(): Promise<void> {
  if (given.includes("--help")) {
    console.log(usage);
    return;
  }
  const choices = choicesFrom(given, {
    workloads: Object.keys(workloads),
    targets: ["native", "avx512", "avx2", "wasm"],
    peers: peerNames,
    threads: availableParallelism(),
    asked: process.env.RECEPTIVE_TARGET || undefined,
    own: device().target,
  });
  if (choices.trace !== null) return traceOne(choices, choices.trace);
  const measured = async (): Promise<Results> => {
    const where = circumstances(given);
    if (!choices.json) console.log(circumstancesLine(where));
    if (choices.mode === "direct")
      return { direct: { circumstances: where, results: await measureDirect(choices) } };
    if (choices.mode === "growth")
      return { growth: { circumstances: where, results: await measureGrowth(choices) } };
    if (choices.mode === "start")
      return { start: { circumstances: where, results: await measureStart(choices) } };
    return { compare: { circumstances: where, results: await compareAll(choices) } };
  };
  const results = await measured();
  if (choices.write) writeResults(results);
}

try {
  await run();
  process.exit(0);
} catch (error) {
  console.error(`bench: ${(error as Error).message}`);
  process.exit(error instanceof ArgumentError ? 2 : 1);
}
