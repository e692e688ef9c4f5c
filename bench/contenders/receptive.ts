/** Ourselves, as a contender: `node receptive.js THREADS`; RECEPTIVE_TARGET names the target. */
import { writeFileSync } from "node:fs";
import { compile, configure, device, matmul, profile, sum, variable } from "../../dist/index.js";
import { seeds, uniform } from "../networks/numbers.js";
import type { Workload } from "../workloads.js";
import { receptiveVersion } from "./installation.js";
import { type Prepared, serve } from "./serve.js";
import { through } from "./through.js";

function product(size: number): Prepared {
  // Variables stay in the engine's memory; an argument would be copied in at each run.
  const [a, b] = [seeds.left, seeds.right].map((seed) => variable(uniform(seed, size * size), [size, size]));
  const run = compile(() => sum(matmul(a, b)));
  return { run: async () => (await run()).data() };
}

function prepare(workload: Workload): Prepared | string {
  if (workload.kind === "product") return product(workload.size);
  return workload.kind === "network" ? through(workload) : "peak.js measures that";
}

function traceable(prepared: Prepared | string): Prepared | string {
  if (typeof prepared === "string") return prepared;
  const trace = async (file: string): Promise<void> => {
    // The first makes the programs with clocks in them, which belongs to no run.
    await profile(prepared.run);
    writeFileSync(file, JSON.stringify((await profile(prepared.run)).trace));
  };
  return { ...prepared, trace };
}

await configure({ threads: Number(process.argv[2]) });
await serve({
  who: "receptive",
  target: device().target,
  version: receptiveVersion(),
  prepare: (workload) => traceable(prepare(workload)),
});
