/**
 * A program that trains until it is ended: `node training.mjs HOW THREADS MS`. HOW: `exit` (process.exit), `twice` (again
 * from a listener of its own), `throw` (an error nobody catches), `reject`, or `worker` (it is a worker, and tells its
 * parent that it trains).
 */
import { parentPort } from "node:worker_threads";
import { configure, device, fit, losses, models, optim } from "receptive";

const [how, threads, after] = process.argv.slice(2);
if (how === "twice") process.prependListener("exit", () => process.exit(7));
await configure({ threads: Number(threads) });
const length = 512;
const train = {
  name: "noise",
  split: "train",
  shape: [28, 28, 1],
  classes: [..."0123456789"],
  length,
  images: new Uint8Array(length * 784).map((_, i) => (i * 7919) & 255),
  labels: Uint8Array.from({ length }, (_, i) => i % 10),
};
const options = { loss: losses.crossEntropy(), optimizer: optim.sgd({ lr: 0.01 }), batchSize: 128 };

function end() {
  if (how === "throw") throw new Error("a fault of the user's");
  if (how === "reject") Promise.reject(new Error("a fault of the user's"));
  else process.exit(7);
}

let steps = 0;
for await (const _ of fit(models.lenet5(), train, { ...options, epochs: 1e6 }))
  if (++steps === 6) {
    if (device().threads !== Number(threads)) process.exit(3);
    if (how === "worker") parentPort.postMessage("training");
    else setTimeout(end, Number(after));
  }
