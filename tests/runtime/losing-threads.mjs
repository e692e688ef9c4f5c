/**
 * `node losing-threads.mjs MS`: trains while somebody terminates a thread of the engine every few ms. Prints how many
 * steps were done, the different errors, and what is left at last.
 */
import { setTimeout as wait } from "node:timers/promises";
import { compile, configure, device, matmul, ones, sum } from "receptive";

process.on("worker", async (worker) => {
  // What koffi loads it must load whole: a thread that serves has done so.
  await new Promise((resolve) => worker.once("message", resolve));
  await wait(Number(process.argv[2]) + Math.random() * 100);
  worker.terminate();
});
const errors = new Set();
let done = 0;
const x = ones([384, 384]);
await x.data();
const run = compile((a) => sum(matmul(matmul(a, a), a)));
for (let i = 0; i < 60; i++) {
  if (i % 10 === 0) {
    await configure({ threads: 1 });
    await configure({ threads: 3 });
  }
  try {
    const value = await (await run(x)).item();
    if (value !== 384 ** 4) errors.add(`wrong: ${value}`);
    done++;
  } catch (error) {
    errors.add(String(error));
  }
}
await wait(200);
await run(x);
console.log(JSON.stringify({ done, errors: [...errors], ...device() }));
process.exit(0);
