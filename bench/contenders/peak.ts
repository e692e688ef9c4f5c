/**
 * The machine itself, as a contender: `node peak.js THREADS TARGET` runs the register tile of a contraction on all
 * threads at once. Its time is that of `peakFlops` on each.
 */
import { once } from "node:events";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { median } from "../measure/statistics.js";
import { microKernel } from "../micro-kernel.js";
import { peakFlops } from "../workloads.js";
import { receptiveVersion } from "./installation.js";
import { serve } from "./serve.js";

/** Of one run; many short ones, so that those in which the thread was interrupted do not count. */
const loops = 10;

if (isMainThread) await introduce(Number(process.argv[2]), process.argv[3]);
else await work(workerData);

async function introduce(threads: number, target: string): Promise<void> {
  const self = new URL(import.meta.url);
  const others = Array.from({ length: threads - 1 }, () => new Worker(self, { workerData: target }));
  const messages = () =>
    Promise.all(others.map(async (worker): Promise<number> => (await once(worker, "message"))[0]));
  await messages();
  const loop = await microKernel(target, peakFlops);
  const run = async (): Promise<number[]> => {
    const theirs = messages();
    for (const worker of others) worker.postMessage("run");
    const all = [timeOf(loop), ...(await theirs)];
    return [all.reduce((sum, ms) => sum + ms) / threads];
  };
  await serve({
    who: "peak",
    target,
    version: receptiveVersion(),
    prepare: () => ({ run, timesItself: true }),
  });
}

async function work(target: string): Promise<void> {
  const loop = await microKernel(target, peakFlops);
  parentPort!.on("message", () => parentPort!.postMessage(timeOf(loop)));
  parentPort!.postMessage(0);
}

function timeOf(loop: () => void): number {
  const times = Array.from({ length: loops }, () => {
    const start = performance.now();
    loop();
    return performance.now() - start;
  });
  return median(times);
}
