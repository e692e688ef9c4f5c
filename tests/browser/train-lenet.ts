/** Trains LeNet-5 on `digits` and tells the page how it goes, with the parts of the library that it is given. */

import type * as library from "receptive";
import type { data, losses, models, optim } from "receptive";

export type Parts = Pick<typeof library, "device" | "evaluate" | "fit"> &
  Pick<typeof data, "digits"> &
  Pick<typeof losses, "crossEntropy"> &
  Pick<typeof models, "lenet5"> &
  Pick<typeof optim, "sgd" | "cosine">;

export async function trainLenet({
  device,
  evaluate,
  fit,
  digits,
  crossEntropy,
  lenet5,
  cosine,
  sgd,
}: Parts): Promise<void> {
  const { train, test } = await digits();
  const model = lenet5();
  const epochs = 8;
  const optimizer = sgd({ lr: 0.05, momentum: 0.9 });
  const schedule = cosine({ lr: 0.05, steps: epochs * Math.ceil(train.length / 128) });
  const loss = crossEntropy();
  let best = 0;
  let imagesPerSecond = 0;
  let epoch = 0;
  for await (const event of fit(model, train, { loss, optimizer, schedule, epochs, seed: 1 })) {
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
  const isolated = globalThis.crossOriginIsolated;
  self.postMessage({ kind: "done", accuracy: best, epoch, imagesPerSecond, threads, isolated });
}
