// A network in a worker: it trains there, and whoever asks for it stays free. In a page the worker is
// `new Worker(new URL("receptive/worker", import.meta.url), { type: "module" })`; all the rest is the same.
//
// Prints: reads more than 9 of 10 digits: true, and this thread was free: true
import { Worker } from "node:worker_threads";
import { connect } from "receptive/client";

const receptive = connect(new Worker(new URL(import.meta.resolve("receptive/worker"))));

// As a page that draws: something is to be done every 10 ms.
let [last, longest] = [performance.now(), 0];
const clock = setInterval(() => {
  const now = performance.now();
  longest = Math.max(longest, now - last);
  last = now;
}, 10);

const { train, test } = await receptive.data("digits");
const model = await receptive.model("lenet5");
const options = { optimizer: { name: "adam", lr: 0.002 }, epochs: 3, batchSize: 64, seed: 1 };
for await (const event of model.fit(train, options))
  if (event.kind === "epoch") console.log(`epoch ${event.epoch}: loss ${event.loss.toFixed(3)}`);
const { accuracy } = await model.evaluate(test);
clearInterval(clock);

// Pictures go to the worker and probabilities come back, as plain numbers.
const [shares] = await model.predict({ data: new Uint8Array(28 * 28), shape: [1, 28, 28, 1] });
console.log(`an empty picture is read as ${model.classes[shares.indexOf(Math.max(...shares))]}`);
await receptive.terminate();

console.log(`reads more than 9 of 10 digits: ${accuracy > 0.9}, and this thread was free: ${longest < 1000}`);
