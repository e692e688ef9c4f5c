/** In a fresh process: `node starting.js import|lenet5-step|resnet50-inference` prints the milliseconds that it took. */
import type { NetworkWorkload } from "./workloads.js";

const since = (start: number): number => performance.now() - start;

/** Nothing but the import: this file imports nothing before. */
async function importing(): Promise<number> {
  const start = performance.now();
  await import("receptive");
  return since(start);
}

/** From the model with its weights to the first numbers: recording, planning, emitting, running. */
async function firstRun(workloadOf: () => Promise<NetworkWorkload>): Promise<number> {
  const workload = await workloadOf();
  const { through } = await import("./contenders/through.js");
  const { run } = through(workload);
  const start = performance.now();
  await run();
  return since(start);
}

const measures: Readonly<Record<string, () => Promise<number>>> = {
  import: importing,
  "lenet5-step": () =>
    firstRun(async () => {
      const [{ training }, { lenet5 }] = [
        await import("./workloads.js"),
        await import("./networks/lenet5.js"),
      ];
      return training("lenet5", lenet5(), 128);
    }),
  "resnet50-inference": () =>
    firstRun(async () => {
      const [{ inference }, { resnet }] = [
        await import("./workloads.js"),
        await import("./networks/resnet.js"),
      ];
      return inference("resnet50", resnet(50, 224), 1);
    }),
};

console.log(await measures[process.argv[2]]());
process.exit(0);
