/** A step that is looked at is, bit for bit, the step that would be made, and changes nothing. */
import { describe, expect, test } from "vitest";
import { batchAt } from "../../src/data/example-batches.js";
import { losses, nn, type Optimizer, objectives, optim, previewStep } from "../../src/index.js";
import { trainingStep } from "../../src/training/step.js";
import { byFields } from "../../src/training/training-data.js";
import { copyOf, variablesOf } from "../../src/training/weights.js";

const set = {
  name: "some",
  split: "train",
  shape: [6, 6, 1] as [number, number, number],
  classes: ["a", "b", "c"],
  length: 8,
  images: Uint8Array.from({ length: 8 * 36 }, (_, i) => (i * 37) % 256),
  labels: Uint8Array.from({ length: 8 }, (_, i) => i % 3),
};
const net = () => {
  const model = nn.sequential(
    "net",
    nn.conv2d({ filters: 3, kernel: 3 }),
    nn.batchNorm(),
    nn.relu(),
    nn.flatten(),
    nn.dropout(0.5),
    nn.dense(3),
  );
  model.build([6, 6, 1], { seed: 4 });
  return model;
};
const places = [5, 0, 3];

describe.each<[string, () => Optimizer]>([
  ["sgd", () => optim.sgd({ lr: 0.1 })],
  ["momentum", () => optim.sgd({ lr: 0.1, momentum: 0.9 })],
  ["adam", () => optim.adam({ lr: 0.01 })],
  ["adam, short gradients", () => optim.clipNorm(optim.adam({ lr: 0.01 }), { norm: 0.1 })],
])("with %s", (_, make) => {
  test("it is the step that fit makes, at the beginning and later", async () => {
    const model = net();
    const data = byFields(set);
    const step = trainingStep(model, {
      objective: objectives.classification(losses.crossEntropy()),
      optimizer: make(),
      fields: data.fields,
    });
    const batch = await batchAt(data as never, Int32Array.from(places));
    for (let i = 0; i < 3; i++) {
      const training = { optimizerState: await copyOf(step.state), totalSteps: i };
      const before = await copyOf(variablesOf(model));
      const preview = await previewStep(model, set, { places, optimizer: make(), training, seed: 7 });
      expect(await copyOf(variablesOf(model))).toEqual(before);
      expect([...preview.parameters.keys()]).toEqual([...model.parameters.keys()]);
      for (const [path, now] of preview.parameters) expect(now.values).toEqual(before.get(path)!.data);
      for (const [path, now] of preview.state)
        expect(now.values).toEqual(training.optimizerState.get(path)!.data);
      const { loss } = await step(batch, { lr: make().lr, step: i, seed: 7 });
      expect(preview.loss).toBe(loss);
      for (const [path, v] of model.parameters)
        expect(preview.updated.get(path)!.values, path).toEqual(await v.read());
      for (const [path, v] of step.state)
        expect(preview.updatedState.get(path)!.values, path).toEqual(await v.read());
    }
  });
});

describe("previewStep", () => {
  test("of descent: after = before − rate × (gradient + momentum)", async () => {
    const optimizer = optim.sgd({ lr: 0.1, momentum: 0.9 });
    const { parameters, gradients, updated, updatedState } = await previewStep(net(), set, {
      places,
      optimizer,
      lr: 0.5,
    });
    for (const [path, g] of gradients) {
      const [w, after, m] = [
        parameters.get(path)!,
        updated.get(path)!,
        updatedState.get(`momentum/${path}`)!,
      ];
      g.values!.forEach((slope, i) => {
        expect(after.values![i]).toBeCloseTo(w.values![i] - 0.5 * m.values![i], 6);
        expect(m.values![i]).toBeCloseTo(slope, 6);
      });
    }
  });

  test("of a layer what goes in and how the loss depends on what comes out: its gradients are sums of their products", async () => {
    const model = net();
    const asked = { places, optimizer: optim.sgd({ lr: 0.1 }), seed: 7 };
    const { layers, gradients, updated } = await previewStep(model, set, {
      ...asked,
      layers: ["conv1", "dense1"],
    });
    // Bit for bit the step that is previewed without a look at layers.
    const alone = await previewStep(model, set, asked);
    for (const [path, { values }] of alone.updated) expect(updated.get(path)!.values).toEqual(values);
    expect([...layers.keys()]).toEqual(["conv1", "dense1"]);
    const { input, output, gradient } = layers.get("conv1")!;
    expect([input.shape, output.shape, gradient.shape]).toEqual([
      [3, 6, 6, 1],
      [3, 4, 4, 3],
      [3, 4, 4, 3],
    ]);
    const slopes = gradients.get("conv1.filters")!;
    for (let a = 0; a < 3; a++)
      for (let b = 0; b < 3; b++)
        for (let f = 0; f < 3; f++) {
          let sum = 0;
          for (let n = 0; n < 3; n++)
            for (let i = 0; i < 4; i++)
              for (let j = 0; j < 4; j++)
                sum +=
                  gradient.values![((n * 4 + i) * 4 + j) * 3 + f] *
                  input.values![(n * 6 + i + a) * 6 + j + b];
          expect(slopes.values![(a * 3 + b) * 3 + f]).toBeCloseTo(sum, 5);
        }
    // Behind dropout of the very same units.
    const dense = layers.get("dense1")!;
    let sum = 0;
    for (let n = 0; n < 3; n++) sum += dense.gradient.values![n * 3 + 1] * dense.input.values![n * 48 + 20];
    expect(gradients.get("dense1.weights")!.values![20 * 3 + 1]).toBeCloseTo(sum, 5);
  });

  test("the gradients alone, of some parameters, of another objective, of an unbuilt network", async () => {
    const { gradients, updated, state } = await previewStep(net(), set, { places: [1], trained: "dense1" });
    expect([...gradients.keys()]).toEqual(["dense1.weights", "dense1.bias"]);
    expect([updated.size, state.size]).toEqual([0, 0]);
    const model = nn.sequential(nn.flatten(), nn.dense(36), nn.unflatten([6, 6, 1]));
    const own = await previewStep(model, set, {
      places: [0, 1],
      target: "picture",
      loss: losses.meanSquaredError(),
    });
    expect(own.gradients.size).toBe(2);
    expect(model.inputShape).toEqual([6, 6, 1]);
  });

  test("refuses in a line what it cannot take", async () => {
    const model = net();
    const refused = async (options: object, text: string) =>
      expect(previewStep(model, set, options as never)).rejects.toThrow(text);
    await refused({}, "places");
    await refused({ places: [] }, "places is [], expected a list of at least one whole number");
    await refused({ places: [8] }, "previewStep: there is no example 8; some has 8");
    await refused({ places: [-1] }, "previewStep: there is no example -1; some has 8");
    await refused({ places: [0], optimiser: 1 }, "optimiser");
    await refused(
      { places: [0], layers: ["conv2"] },
      'previewStep: there is no layer conv2; there are conv1, batchNorm1, relu1, flatten1, dropout1, dense1; did you mean "conv1"?',
    );
    await refused({ places: [0], layers: "conv1" }, 'expected a list of layers, such as ["conv1"]');
    const state = new Map([["momentum/x", { shape: [1], data: new Float32Array(1) }]]);
    await refused(
      {
        places: [0],
        optimizer: optim.sgd({ lr: 1, momentum: 0.9 }),
        training: { optimizerState: state, totalSteps: 1 },
      },
      "the checkpoint's optimizer has no momentum/conv1.filters, that of sgd expects it as 3×3×1×3",
    );
  });
});
