import { expect, test } from "vitest";
import { fit, losses, nn, optim } from "../../src/index.js";
import { trainingProgress } from "../../src/report/progress.js";

const slow = (ms: number) => ({
  ...{ name: "slow", split: "train", shape: [2, 2, 1] as [number, number, number] },
  ...{ classes: ["a", "b"], length: 12, labels: Uint8Array.from({ length: 12 }, (_, i) => i % 2) },
  async read(places: Int32Array) {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return new Uint8Array(4 * places.length);
  },
});

/** The share of the time for which the last step says that data were waited for. */
async function waiting(ms: number): Promise<number> {
  const model = nn.sequential(nn.rescale(), nn.flatten(), nn.dense(2));
  const options = { epochs: 1, batchSize: 2, optimizer: optim.sgd({ lr: 0.1 }), loss: losses.crossEntropy() };
  let share = Number.NaN;
  for await (const event of fit(model, slow(ms), options)) if (event.kind === "step") share = event.waiting;
  return share;
}

test("fit says how much of its time steps waited for data", async () => {
  const share = await waiting(300);
  expect(share).toBeGreaterThan(0.4);
  expect(share).toBeLessThanOrEqual(1);
});

test("the progress line says when the data is the brake", () => {
  const lines: string[] = [];
  const stream = { write: (line: string) => void lines.push(line) } as unknown as NodeJS.WritableStream;
  let time = 0;
  const progress = trainingProgress(1, { stream, now: () => time });
  const step = { kind: "step", epoch: 1, steps: 9, loss: 1, imagesPerSecond: 80 } as const;
  for (const [i, waiting] of [0.2, 0.4].entries()) {
    time += 11_000;
    progress.report({ ...step, step: i + 1, waiting });
  }
  expect(lines).toEqual([
    "epoch 1/1  1/9  loss 1.00  80.0 images/s\n",
    "epoch 1/1  2/9  loss 1.00  80.0 images/s  waiting for data 40 %  1 min 17 s left\n",
  ]);
});
