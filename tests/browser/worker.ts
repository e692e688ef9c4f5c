/** Runs in a worker of the test page: trains LeNet-5 on `digits` and tells how it goes. */
import { data, device, evaluate, fit, losses, models, optim } from "receptive";

const { train, test } = await data.digits();
const model = models.lenet5();
const epochs = 8;
const optimizer = optim.sgd({ lr: 0.05, momentum: 0.9 });
const schedule = optim.cosine({ lr: 0.05, steps: epochs * Math.ceil(train.length / 128) });
let best = 0;
let imagesPerSecond = 0;
let epoch = 0;
for await (const event of fit(model, train, {
  loss: losses.crossEntropy(),
  optimizer,
  schedule,
  epochs,
  seed: 1,
})) {
  if (event.kind !== "epoch") {
    imagesPerSecond = event.imagesPerSecond;
    continue;
  }
  epoch = event.epoch;
  best = Math.max(best, (await evaluate(model, test)).accuracy);
  self.postMessage({ kind: "epoch", epoch, accuracy: best });
  if (best >= 0.95) break;
}
const { threads } = device();
self.postMessage({
  kind: "done",
  accuracy: best,
  epoch,
  imagesPerSecond,
  threads,
  isolated: globalThis.crossOriginIsolated,
});
