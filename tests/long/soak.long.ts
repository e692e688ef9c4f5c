import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { add, compile, data, fit, losses, nn, ones, optim, type Tensor, tensor } from "../../src/index.js";
import { theEngine } from "../../src/runtime/devices.js";
import { figure } from "./figures.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

async function heldBytes(): Promise<number> {
  // Finalisers run in tasks of their own.
  for (let i = 0; i < 3; i++) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers + theEngine().memory.usedBytes;
}

test("100,000 steps of fit leave nothing behind", async () => {
  const { train } = await data.digits();
  const model = nn.sequential(
    nn.conv2d({ filters: 4, kernel: 3, stride: 2 }),
    nn.relu(),
    nn.flatten(),
    nn.dense(10),
  );
  const options = { loss: losses.crossEntropy(), optimizer: optim.sgd({ lr: 1e-3 }), batchSize: 32, seed: 1 };
  const [warm, steps] = [10_000, 100_000];
  let step = 0;
  let before = 0;
  for await (const event of fit(model, train, { ...options, epochs: 1000 })) {
    if (event.kind !== "step") continue;
    step++;
    if (step === warm) before = await heldBytes();
    if (step === warm + steps) break;
  }
  const grown = (await heldBytes()) - before;
  figure("steps of fit", steps);
  figure("memory grown by", `${(grown / 1000).toFixed(0)} kB`);
  expect(grown).toBeLessThan(1_000_000); // ten bytes a step
});

test("10,000 results of 10 MB that nobody keeps stay under 1 GB of memory", async () => {
  const f = compile((x: Tensor) => add(ones([2_500_000]), x));
  let most = 0;
  for (let k = 0; k < 10_000; k++) {
    await f(tensor(k));
    most = Math.max(most, process.memoryUsage().rss);
  }
  figure("results of 10 MB", 10_000);
  figure("most memory", `${(most / 1e6).toFixed(0)} MB`);
  expect(most).toBeLessThan(1e9);
});
