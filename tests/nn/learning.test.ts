import { describe, expect, test } from "vitest";
import { gradients, random, type Tensor, tensor } from "../../src/index.js";
import { crossEntropy } from "../../src/losses/index.js";
import * as nn from "../../src/nn/index.js";
import * as optim from "../../src/optim/index.js";
import { compiled } from "../checks/compiled.js";

/** Eight random pictures learned by heart: the losses of the steps, and the share named rightly at the end. */
async function learn(model: nn.Model, optimizer: optim.Optimizer, { steps }: { steps: number }) {
  const pixels = Uint8Array.from(await random.uniform([8 * 64], { seed: 1, max: 256 }).data());
  const labels = Int32Array.of(0, 1, 2, 3, 0, 1, 2, 3);
  const images = tensor(pixels, [8, 8, 8, 1]);
  model.build([8, 8, 1], { seed: 2 });
  const { update } = optim.learner(optimizer, model.parameters);
  const step = compiled((images: Tensor, labels: Tensor, lr: Tensor, step: Tensor, seed: Tensor) => {
    const loss = crossEntropy()(model(images, { training: true, seed }), labels);
    update(gradients(loss, [...model.parameters.values()]), { lr, step });
    return { loss };
  });
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    const number = tensor(Int32Array.of(i + 1), []);
    const { loss } = await step(images, tensor(labels), tensor(optimizer.lr), number, number);
    losses.push(loss[0]);
  }
  const scores = await model(images).data();
  const named = [...labels].map((_, n) => {
    const row = [...scores.subarray(4 * n, 4 * n + 4)];
    return row.indexOf(Math.max(...row));
  });
  return { losses, right: named.filter((k, n) => k === labels[n]).length };
}

const tiny = () =>
  nn.sequential(
    nn.rescale(),
    nn.conv2d({ filters: 8, kernel: 3, padding: "same" }),
    nn.relu(),
    nn.maxPool2d(2),
    nn.flatten(),
    nn.dense(16),
    nn.relu(),
    nn.dense(4),
  );

describe.each([
  { name: "sgd", make: () => optim.sgd({ lr: 0.1, momentum: 0.9 }) },
  { name: "Nesterov", make: () => optim.sgd({ lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 1e-4 }) },
  { name: "adam", make: () => optim.adam({ lr: 0.01 }) },
])("eight pictures by heart with $name", ({ make }) => {
  test("a plain network", async () => {
    const { losses, right } = await learn(tiny(), make(), { steps: 60 });
    expect(losses[0]).toBeGreaterThan(0.5);
    expect(losses.at(-1)).toBeLessThan(0.1);
    expect(right).toBe(8);
  });

  test("twice the same numbers", async () => {
    const runs = [await learn(tiny(), make(), { steps: 5 }), await learn(tiny(), make(), { steps: 5 })];
    expect(runs[1]).toEqual(runs[0]);
  });
});

test("with batch normalisation, dropout and every activation between", async () => {
  const model = nn.sequential(
    nn.rescale(),
    nn.sequential(
      "block1",
      nn.conv2d({ filters: 8, kernel: 3, bias: false }),
      nn.batchNorm(),
      nn.leakyRelu(),
    ),
    nn.avgPool2d(2),
    nn.elu(),
    nn.flatten(),
    nn.dense(32),
    nn.softplus(),
    nn.dropout(0.2),
    nn.dense(16),
    nn.tanh(),
    nn.dense(4),
  );
  const { losses, right } = await learn(model, optim.adam({ lr: 0.01 }), { steps: 150 });
  expect(losses.slice(-10).reduce((a, b) => a + b) / 10).toBeLessThan(0.3);
  expect(right).toBe(8);
});
