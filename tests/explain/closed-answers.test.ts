import { describe, expect, test } from "vitest";
import * as explain from "../../src/explain/index.js";
import { type Model, nn, tensor } from "../../src/index.js";
import { agree } from "../checks/close-to.js";
import { uniform } from "../checks/random.js";
import { numbers } from "../textbook/numbers.js";

/** score = x · w + b: two classes over pictures of H×W×C. */
function linear([h, w, c]: number[]): { model: Model; weight: (i: number, k: number) => number } {
  const model = nn.sequential("linear", nn.flatten(), nn.dense(2));
  model.build([h, w, c]);
  const weights = uniform([h * w * c, 2], { seed: 3 }).data;
  model.parameters.get("dense1.weights")!.set(weights);
  model.parameters.get("dense1.bias")!.set([0.3, -0.2]);
  return { model, weight: (i, k) => Math.fround(weights[i * 2 + k]) };
}

describe.each([
  { shape: [5, 6, 1], channels: "one channel" },
  { shape: [4, 5, 3], channels: "three channels" },
])("on a linear model of $channels", ({ shape }) => {
  const [h, w, c] = shape;
  const size = h * w * c;
  const { model, weight } = linear(shape);
  const x = uniform([2, h, w, c], { seed: 4 });
  const images = tensor(Float32Array.from(x.data), [2, h, w, c]);
  const target = [1, 0];
  const weights = numbers(
    Array.from({ length: 2 * size }, (_, at) => weight(at % size, target[Math.floor(at / size)])),
    [2, h, w, c],
  );
  const strongest = numbers(
    Array.from({ length: 2 * h * w }, (_, p) =>
      Math.max(...Array.from({ length: c }, (_, k) => Math.abs(weights.data[p * c + k]))),
    ),
    [2, h, w],
  );
  const close = { rtol: 1e-4, atol: 1e-5 };

  test("saliency is |w|, and so is SmoothGrad", async () => {
    agree((await explain.saliency(model, images, { target })).values!, strongest, close);
    agree((await explain.smoothGrad(model, images, { target, copies: 7 })).values!, strongest, close);
  });

  test("guided backpropagation is w", async () => {
    agree((await explain.guidedBackpropagation(model, images, { target })).values!, weights, close);
  });

  test("gradient × input and integrated gradients are w · x", async () => {
    const parts = numbers(
      weights.data.map((v, i) => v * x.data[i]),
      weights.shape,
    );
    agree((await explain.gradientTimesInput(model, images, { target })).values!, parts, close);
    agree((await explain.integratedGradients(model, images, { target, steps: 3 })).values!, parts, close);
  });

  test("hiding a place with 0 costs the score Σ w · x over it", async () => {
    const { map, before } = await explain.occlusion(model, images, {
      target,
      measure: "score",
      value: 0,
      size: 3,
      stride: 2,
      batchSize: 4,
    });
    const [, rows, columns] = map.shape;
    expect([rows, columns]).toEqual([Math.ceil(h / 2), Math.ceil(w / 2)]);
    const lost = Array.from({ length: 2 * rows * columns }, (_, at) => {
      const n = Math.floor(at / (rows * columns));
      const [top, left] = [Math.floor((at % (rows * columns)) / columns) * 2, (at % columns) * 2];
      let sum = 0;
      for (let i = Math.max(0, top); i < Math.min(h, top + 3); i++)
        for (let j = Math.max(0, left); j < Math.min(w, left + 3); j++)
          for (let k = 0; k < c; k++) {
            const place = n * size + (i * w + j) * c + k;
            sum += weights.data[place] * x.data[place];
          }
      return before.values![n] - sum;
    });
    agree(map.values!, numbers(lost, map.shape), close);
  });
});

test("Grad-CAM on a network that averages its maps is CAM: the class's weights times the maps", async () => {
  const model = nn.sequential(
    "gap",
    nn.conv2d({ filters: 4, kernel: 3, padding: "same" }),
    nn.relu(),
    nn.avgPool2d(6),
    nn.flatten(),
    nn.dense(3),
  );
  model.build([6, 6, 2], { seed: 5 });
  const images = tensor(Float32Array.from(uniform([1, 6, 6, 2], { seed: 6 }).data), [1, 6, 6, 2]);
  const maps = await explain.featureMaps(model, images, { layer: "relu1" });
  const weights = await model.parameters.get("dense1.weights")!.read();
  const cam = Array.from({ length: 36 }, (_, p) => {
    let sum = 0;
    // The score sees the mean of 36 places: its slope there is a 36th of the weight.
    for (let k = 0; k < 4; k++) sum += (weights[k * 3 + 2] * maps.values![p * 4 + k]) / 36;
    return sum;
  });
  const found = await explain.gradCam(model, images, { layer: "relu1", target: 2, relu: false });
  agree(found.values!, numbers(cam, [1, 6, 6]), { rtol: 1e-4, atol: 1e-6 });
  const rectified = await explain.gradCam(model, images, { layer: "relu1", target: 2 });
  agree(
    rectified.values!,
    numbers(
      cam.map((v) => Math.max(0, v)),
      [1, 6, 6],
    ),
    { rtol: 1e-4, atol: 1e-6 },
  );
});

test("a model that ends in softmax is explained by the scores before it", async () => {
  const { model, weight } = linear([4, 4, 1]);
  const ending = nn.sequential("ending", ...model.layers, nn.softmax());
  ending.build([4, 4, 1]);
  for (const [path, variable] of model.parameters) ending.parameters.get(path)!.set(await variable.read());
  const images = tensor(new Float32Array(16).fill(0.5), [1, 4, 4, 1]);
  const map = await explain.saliency(ending, images, { target: 1 });
  agree(
    map.values!,
    numbers(
      Array.from({ length: 16 }, (_, i) => Math.abs(weight(i, 1))),
      [1, 4, 4],
    ),
    { rtol: 1e-5, atol: 1e-6 },
  );
});
