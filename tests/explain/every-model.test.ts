import { describe, expect, test } from "vitest";
import * as explain from "../../src/explain/index.js";
import { models, tensor } from "../../src/index.js";
import { uniform } from "../checks/random.js";

/** Batch norm, residual sums, inception's branches, dense blocks, local response normalisation, dense layers. */
const names = ["lenet5", "vgg_cifar", "resnet20", "squeezenet1_1", "googlenet", "densenet121"].filter(
  (name) => Object.hasOwn(models.registry, name),
);

describe.each(names)("every method of a decision works on %s as it is", (name) => {
  const { make, input } = models.registered(name);
  const model = make({ classes: 10 });
  model.build([...input], { seed: 2 });
  const values = Uint8Array.from(uniform([1, ...input], { seed: 3, low: 0, high: 255 }).data, Math.round);
  const images = tensor(values, [1, ...input]);

  test("saliency, guided backpropagation, Grad-CAM, deconvnet", async () => {
    const weights = await [...model.parameters.values()][0].read();
    const isAlive = (map: { values: ArrayLike<number> | null }) =>
      Array.from(map.values!).every(Number.isFinite) && Array.from(map.values!).some((v) => v !== 0);
    const saliency = await explain.saliency(model, images, { target: 3 });
    expect(saliency.shape).toEqual([1, input[0], input[1]]);
    expect(isAlive(saliency)).toBe(true);
    const guided = await explain.guidedBackpropagation(model, images, { target: 3 });
    expect(guided.shape).toEqual([1, ...input]);
    expect(isAlive(guided)).toBe(true);
    expect(guided.values).not.toEqual(
      (await explain.gradientTimesInput(model, images, { target: 3 })).values,
    );
    const cam = await explain.gradCam(model, images, { target: 3, relu: false });
    expect(cam.shape).toEqual([1, input[0], input[1]]);
    expect(Array.from(cam.values!).every(Number.isFinite)).toBe(true);
    const layers = explain.layersWithMaps(model);
    const layer = layers[Math.floor(layers.length / 2)];
    const { pixels } = await explain.deconvnet(model, images, { layer, unit: 0 });
    expect(Array.from(pixels.values!).every(Number.isFinite)).toBe(true);
    expect(await [...model.parameters.values()][0].read()).toEqual(weights);
  }, 120_000);
});
