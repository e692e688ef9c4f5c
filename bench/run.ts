/**
 * Measures the engine: `npm run bench [-- NAME …] [-- --json]`. Each workload with 1 thread and with all; beside
 * it, in the same process, what a bare register tile reaches, since machines differ from minute to minute.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { configure, device } from "receptive";
import { microKernel } from "./micro-kernel.js";
import { workloads } from "./workloads.js";

const { values: options, positionals: names } = parseArgs({
  options: { json: { type: "boolean", default: false }, seconds: { type: "string", default: "4" } },
  allowPositionals: true,
});
const unknown = names.filter((name) => !(name in workloads));
if (unknown.length > 0) {
  console.error(`bench: no workload ${unknown.join(", ")}; there are ${Object.keys(workloads).join(", ")}`);
  process.exit(2);
}

const median = (list: number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1];
const { target } = device();
const peak = await microKernel(target);
for (let i = 0; i < 20; i++) peak.run();
const all = availableParallelism();
if (!options.json)
  console.log(`Node ${process.version}, ${target}, ${all} threads, register tile ${peak.tile}`);

for (const name of names.length > 0 ? names : Object.keys(workloads)) {
  for (const threads of all > 1 ? [1, all] : [1]) {
    await configure({ threads });
    const workload = workloads[name]();
    for (let i = 0; i < 3; i++) await workload.run();
    const times: number[] = [];
    const peaks: number[] = [];
    const end = performance.now() + 1000 * Number(options.seconds);
    while (performance.now() < end || times.length < 5) {
      const start = performance.now();
      await workload.run();
      times.push(performance.now() - start);
      peaks.push(peak.run());
    }
    const ms = median(times);
    const gflops = workload.flops / ms / 1e6;
    const result = {
      who: "receptive",
      target,
      workload: name,
      threads,
      msMedian: Number(ms.toFixed(3)),
      msMin: Number(Math.min(...times).toFixed(3)),
      imagesPerSecond: workload.images ? Math.round((1000 * workload.images) / ms) : null,
      gflops: Number(gflops.toFixed(1)),
      peakFraction: Number((gflops / (median(peaks) * threads)).toFixed(3)),
    };
    if (options.json) console.log(JSON.stringify(result));
    else
      console.log(
        `${name.padEnd(20)} ${threads} thread${threads > 1 ? "s" : " "}  ${ms.toFixed(2).padStart(9)} ms  ` +
          `${(result.imagesPerSecond ?? "").toString().padStart(7)} images/s  ${gflops.toFixed(1).padStart(6)} GFLOP/s  ` +
          `${Math.round(100 * result.peakFraction)} % of the bare tile (${median(peaks).toFixed(1)} a thread)`,
      );
  }
}
process.exit(0);
