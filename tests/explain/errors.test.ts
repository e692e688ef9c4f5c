import { describe, expect, test } from "vitest";
import * as explain from "../../src/explain/index.js";
import { models, nn, tensor } from "../../src/index.js";

const lenet = models.lenet5();
lenet.build([28, 28, 1]);
const picture = tensor(new Uint8Array(784), [1, 28, 28, 1]);
const layers =
  "rescale, conv1, relu1, maxPool1, conv2, relu2, maxPool2, flatten1, dense1, relu3, dense2, relu4, dense3";

const says = async (asked: Promise<unknown>, text: string) => {
  const error = await asked.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(explain.ExplainError);
  expect((error as Error).message).toBe(text);
};

describe("questions that have no answer get one line", () => {
  test("a layer that there is not: those that there are", () =>
    says(
      explain.featureMaps(lenet, picture, { layer: "conv3" }),
      `featureMaps: lenet5 has no layer "conv3"; its layers are ${layers}; did you mean "conv1"?`,
    ));

  test("a class out of range", async () => {
    await says(
      explain.saliency(lenet, picture, { target: 10 }),
      "saliency: there is no class 10; lenet5 has the classes 0 to 9",
    );
    await says(
      explain.activationMaximisation(lenet, { target: [3, -1] }),
      "activationMaximisation: there is no class -1; lenet5 has the classes 0 to 9",
    );
    await says(
      explain.foolingImages(lenet, { classes: [1.5] }),
      "foolingImages: there is no class 1.5; lenet5 has the classes 0 to 9",
    );
  });

  test("a unit out of range", () =>
    says(
      explain.deconvnet(lenet, picture, { layer: "conv2", unit: 16 }),
      "deconvnet: there is no unit 16; conv2 of lenet5 has the units 0 to 15",
    ));

  test("as many targets as pictures", () =>
    says(explain.saliency(lenet, picture, { target: [1, 2] }), "saliency: 2 classes for 1 picture"));

  test("a layer without height and width, where maps are looked at", async () => {
    const maps = "rescale, conv1, relu1, maxPool1, conv2, relu2, maxPool2";
    await says(
      explain.gradCam(lenet, picture, { layer: "dense1" }),
      `gradCam: dense1 of lenet5 has no height and width (120); layers with maps are ${maps}`,
    );
    await says(
      explain.deepDream(lenet, picture, { layer: "dense2" }),
      `deepDream: dense2 of lenet5 has no height and width (84); layers with maps are ${maps}`,
    );
    await says(
      explain.style(lenet, picture, picture, { content: ["dense1"], style: ["conv1"] }),
      `style: dense1 of lenet5 has no height and width (120); layers with maps are ${maps}`,
    );
  });

  test("a picture that is smaller than what a unit sees", async () => {
    const small = tensor(new Uint8Array(100), [1, 10, 10, 1]);
    await says(
      explain.deepDream(lenet, small, { layer: "conv2" }),
      "deepDream: a picture of 10×10 is too small: a unit of conv2 of lenet5 sees 14×14 pixels",
    );
    await says(
      explain.activationMaximisation(lenet, { target: { layer: "relu2", unit: 0 }, size: [12, 28] }),
      "activationMaximisation: a picture of 12×28 is too small: a unit of relu2 of lenet5 sees 14×14 pixels",
    );
    await says(
      explain.style(lenet, picture, small, { content: ["conv1"], style: ["conv2"] }),
      "style: a picture of 10×10 is too small: a unit of conv2 of lenet5 sees 14×14 pixels",
    );
  });

  test("pictures that are none, or of other channels", async () => {
    await says(
      explain.saliency(lenet, tensor(new Uint8Array(784), [28, 28, 1])),
      "saliency: the pictures are 28×28×1, expected N×H×W×C",
    );
    await says(
      explain.saliency(lenet, tensor(new Uint8Array(784 * 3), [1, 28, 28, 3])),
      "saliency: the pictures have 3 channels (1×28×28×3), lenet5 takes 1",
    );
    await says(
      explain.deepDream(lenet, tensor(new Uint8Array(784 * 2), [2, 28, 28, 1]), { layer: "conv1" }),
      "deepDream: the picture is 2×28×28×1, lenet5 expects one of 1×H×W×1",
    );
  });

  test("filters of a layer that has none, of a model without any, of one that is not built", async () => {
    await expect(explain.filters(lenet, "relu1")).rejects.toThrow(
      'filters: lenet5 has no filters in "relu1"; layers with filters are conv1 (5×5×1×6), conv2 (5×5×6×16)',
    );
    const dense = nn.sequential("dense", nn.flatten(), nn.dense(2));
    await expect(explain.filters(dense)).rejects.toThrow("filters: dense is not built yet");
    dense.build([2, 2, 1]);
    await expect(explain.filters(dense)).rejects.toThrow("filters: dense has no convolutions");
  });

  test("a square larger than the picture, a baseline of another shape, weights for other styles", async () => {
    await says(
      explain.occlusion(lenet, picture, { size: 29 }),
      "occlusion: a square of 29×29 pixels is larger than the picture of 28×28",
    );
    await says(
      explain.occlusion(lenet, picture, { stride: 0 }),
      "occlusion: stride is 0, expected a whole number of pixels from 1 on",
    );
    await says(
      explain.integratedGradients(lenet, picture, { baseline: tensor([[1]]) }),
      "integratedGradients: the baseline is 1×1, the pictures are 1×28×28×1",
    );
    await says(
      explain.style(lenet, picture, [picture, picture], { content: ["conv1"], style: ["conv1"], blend: [1] }),
      "style: 1 weights for 2 style pictures",
    );
  });
});
