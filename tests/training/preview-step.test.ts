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
