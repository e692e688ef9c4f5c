import { describe, expect, test } from "vitest";
import * as explain from "../../src/explain/index.js";
import { type Tensor, tensor } from "../../src/index.js";
import { agree } from "../checks/close-to.js";
import { numbers } from "../textbook/numbers.js";
import { golden } from "./branches.js";

/** The bound: 1e-4 of the largest value that PyTorch has. */
async function agrees(actual: Tensor, expected: Float32Array): Promise<void> {
  const largest = expected.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  expect(largest).toBeGreaterThan(0);
  agree(await actual.data(), numbers(expected, actual.shape), { rtol: 1e-4, atol: 1e-4 * largest });
}

/** Batch norm, a residual sum, parallel branches, rectifiers that are no layers: tests/golden/explain.py. */
describe("attributions are those of PyTorch's autograd", () => {
  const { model, images, of } = golden();
  const target = [3, 1];

  test("the scores themselves", async () => {
    await agrees(model(images), of("scores"));
  });

  test("saliency", async () => {
    const map = await explain.saliency(model, images, { target });
    expect(map.shape).toEqual([2, 14, 14]);
    await agrees(map, of("saliency"));
  });

  test("gradient × input", async () => {
    await agrees(await explain.gradientTimesInput(model, images, { target }), of("gradientTimesInput"));
  });

  test("guided backpropagation", async () => {
    await agrees(await explain.guidedBackpropagation(model, images, { target }), of("guidedBackpropagation"));
  });

  test("integrated gradients, in batches that do not divide the steps", async () => {
    const baseline = tensor(new Float32Array(14 * 14 * 3).fill(0.25), [1, 14, 14, 3]);
    const map = await explain.integratedGradients(model, images, {
      target,
      baseline,
      steps: 128,
      batchSize: 24,
    });
    await agrees(map, of("integratedGradients"));
  });

  test("integrated gradients add up to the difference of the scores", async () => {
    const baseline = tensor(new Float32Array(14 * 14 * 3).fill(0.25), [1, 14, 14, 3]);
    const map = await explain.integratedGradients(model, images, { target, baseline });
    const [before, after] = [
      await model(tensor(new Float32Array(14 * 14 * 3).fill(0.25), [1, 14, 14, 3])).data(),
      await model(images).data(),
    ];
    for (const [i, k] of target.entries()) {
      const sum = Array.from(map.values!.slice(i * 588, (i + 1) * 588)).reduce((a, b) => a + b, 0);
      const difference = after[i * 5 + k] - before[k];
      expect(Math.abs(sum - difference)).toBeLessThan(0.01 * Math.abs(difference));
    }
  });

  test("Grad-CAM on the maps of the branches", async () => {
    await agrees(await explain.gradCam(model, images, { target, layer: "branches" }), of("gradCam"));
  });

  test("deconvnet", async () => {
    const { pixels } = await explain.deconvnet(model, images, { layer: "residual/conv2", unit: 2 });
    await agrees(pixels, of("deconvnet"));
  });
});
