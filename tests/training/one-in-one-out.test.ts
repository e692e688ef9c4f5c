/** A graph with one input and one output is trained, measured and asked like layers one after the other, however it names them. */
import { describe, expect, test } from "vitest";
import { examples } from "../../src/data/examples.js";
import {
  activationMaximisation,
  classLayers,
  gradCam,
  layerOutputs,
  layersWithMaps,
  saliency,
  topActivations,
  unitCount,
} from "../../src/explain/index.js";
import { tensor } from "../../src/index.js";
import * as losses from "../../src/losses/index.js";
import * as nn from "../../src/nn/index.js";
import * as optim from "../../src/optim/index.js";
import { checkpointOf, encodeCheckpoint, modelOf } from "../../src/training/checkpoint.js";
import { evaluate } from "../../src/training/evaluate.js";
import { fit } from "../../src/training/fit.js";
import * as objectives from "../../src/training/objectives/index.js";
import { decodeCheckpoint } from "../../src/training/opened-checkpoint.js";
import { predict } from "../../src/training/predict.js";
import { patterns } from "./patterns.js";

const layers = () => [
  nn.rescale({ scale: 1 / 128, offset: -1 }),
  nn.conv2d({ filters: 4, kernel: 3, name: "conv" }),
  nn.relu(),
  nn.globalAvgPool2d(),
  nn.dense(4, { name: "scores" }),
];
const names = ["scaled", "conv", "relu", "pooled", "scores"];
const graphOf = (inputs: string | readonly string[], outputs: string | readonly string[]): nn.Model => {
  const first = typeof inputs === "string" ? inputs : inputs[0];
  const nodes = layers().map((layer, i) => ({ name: names[i], layer, from: i === 0 ? first : names[i - 1] }));
  return nn.graph("net", { inputs, nodes, outputs }) as unknown as nn.Model;
};

const options = () => ({ optimizer: optim.adam({ lr: 0.02 }), epochs: 3, batchSize: 16, seed: 2 });

async function trained(model: nn.Model): Promise<nn.Model> {
  for await (const _ of fit(model, patterns(96), { ...options(), loss: losses.crossEntropy() }));
  return model;
}

const numbers = async (model: nn.Model): Promise<number[][]> =>
  Promise.all([...model.parameters.values()].map(async (weights) => [...(await weights.data())]));

describe.each([
  { form: "a tensor, a tensor", inputs: "picture", outputs: "scores" },
  { form: "a record, a tensor", inputs: ["picture"], outputs: "scores" },
  { form: "a tensor, a record", inputs: "picture", outputs: ["scores"] },
  { form: "a record, a record", inputs: ["picture"], outputs: ["scores"] },
])("a graph that takes and gives $form", ({ inputs, outputs }) => {
  test("is trained on pictures, measured, asked, explained, saved and read", async () => {
    const model = await trained(graphOf(inputs, outputs));
    const plain = await trained(graphOf("picture", "scores"));
    expect(await numbers(model)).toEqual(await numbers(plain));

    const data = patterns(40);
    const { loss, accuracy } = await evaluate(model, data);
    expect({ loss, accuracy }).toEqual(
      await evaluate(plain, data).then(({ loss, accuracy }) => ({ loss, accuracy })),
    );
    const [height, width, channels] = data.shape;
    const two = tensor(data.images.subarray(0, 2 * height * width * channels), [2, height, width, channels]);
    expect(await predict(model, two)).toEqual(await predict(plain, two));

    const saved = await checkpointOf(model, { input: model.inputShape!, data });
    const again = modelOf(decodeCheckpoint(encodeCheckpoint(saved), "net"));
    expect(await predict(again, two)).toEqual(await predict(plain, two));
  });
});

test("fields of examples reach it under their names, a lone one under any", async () => {
  const x = Float32Array.from({ length: 64 }, (_, i) => Math.sin(3 * i));
  const points = examples("points", {
    point: { values: x, shape: [2] },
    side: { values: Int32Array.from({ length: 32 }, (_, i) => Number(x[2 * i] > x[2 * i + 1])) },
  });
  const objective = objectives.classification(losses.crossEntropy(), { inputs: ["point"], target: "side" });
  for (const name of ["point", "place"]) {
    const model = nn.graph("sides", {
      inputs: [name],
      nodes: { side: { layer: nn.dense(2), from: name } },
      outputs: ["side"],
    });
    const run = fit(model, points, {
      objective,
      optimizer: optim.adam({ lr: 0.1 }),
      epochs: 60,
      batchSize: 8,
    });
    for await (const _ of run);
    expect((await evaluate(model, points, { objective })).scores.accuracy).toBe(1);
  }
});

test("a network of several outputs is told of the objective that has a loss for each", async () => {
  const model = nn.graph("net", {
    inputs: "x",
    nodes: { a: { layer: nn.dense(2), from: "x" }, b: { layer: nn.dense(3), from: "x" } },
    outputs: ["a", "b"],
  });
  const points = examples("points", {
    x: { values: new Float32Array(8), shape: [2] },
    y: { values: new Int32Array(4) },
  });
  const objective = objectives.classification(losses.crossEntropy(), { inputs: ["x"], target: "y" });
  await expect(async () => {
    for await (const _ of fit(model, points, { ...options(), objective }));
  }).rejects.toThrow("net gives a, b, expected one output: objectives.several has a loss for each");
});

test("its maps are explained, and pictures are made of it, whether it is given a record or the tensor alone", async () => {
  const model = await trained(graphOf(["picture"], ["scores"]));
  const plain = await trained(graphOf("picture", "scores"));
  const data = patterns(2);
  const [height, width, channels] = data.shape;
  const picture = tensor(data.images.subarray(0, height * width * channels), [1, height, width, channels]);
  const record = { picture } as never;
  for (const images of [picture, record]) {
    const options = { target: 1 };
    expect((await saliency(model, images, options)).data).toEqual(
      (await saliency(plain, picture, options)).data,
    );
    const aimed = { target: 1, layer: "conv" };
    expect((await gradCam(model, images, aimed)).data).toEqual((await gradCam(plain, picture, aimed)).data);
  }
  const [seen, known] = [await layerOutputs(model, picture as never), await layerOutputs(plain, picture)];
  expect([...seen.keys()]).toEqual([...known.keys()]);
  expect(await seen.get("conv")!.output.data()).toEqual(await known.get("conv")!.output.data());
  expect(classLayers(model)).toEqual(classLayers(plain));
  expect(layersWithMaps(model)).toEqual(layersWithMaps(plain));
  expect(unitCount(model, "conv")).toBe(4);
  expect(await topActivations(model as never, patterns(20), { layers: "conv", k: 2 })).toEqual(
    await topActivations(plain as never, patterns(20), { layers: "conv", k: 2 }),
  );
  const aim = { target: { layer: "conv", unit: 1 }, steps: 3, seed: 1 } as never;
  const [ofRecord, ofTensor] = [
    await activationMaximisation(model as never, aim),
    await activationMaximisation(plain as never, aim),
  ];
  expect(await ofRecord.images.data()).toEqual(await ofTensor.images.data());
});
