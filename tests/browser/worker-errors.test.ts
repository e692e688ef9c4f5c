import { describe, expect, test } from "vitest";
import { connected, type Receptive } from "./connected.js";
import { missing } from "./open-page.js";

describe.skipIf(missing !== "")(`errors of receptive/worker ${missing}`, () => {
  const theirs = connected();

  test.each([
    [
      "a loss that became no number",
      async (receptive: Receptive) => {
        const model = await receptive.model("lenet5");
        for await (const _ of model.fit("digits", {
          optimizer: { name: "sgd", lr: 1e9 },
          epochs: 1,
          seed: 1,
        }));
      },
      "TrainingError",
      /^the loss became (NaN|infinite) at step \d+ of epoch 1, with a learning rate of 1000000000; try a smaller one, such as 100000000$/,
    ],
    [
      "a data set that does not fit",
      async (receptive: Receptive) => {
        const model = await receptive.model("lenet5");
        const data = {
          name: "mine",
          split: "all",
          shape: [28, 28, 1] as [number, number, number],
          classes: ["a"],
          length: 1,
          images: new Uint8Array(784),
          labels: new Uint8Array([7]),
        };
        for await (const _ of model.fit(data, { optimizer: "adam", epochs: 1 }));
      },
      "DataError",
      "fit: picture 0 of mine is labelled 7, expected one of its 1 classes, 0 to 0",
    ],
    [
      "weights that are not there",
      (receptive: Receptive) => receptive.load("nothing.safetensors"),
      "WeightsError",
      /^http:\/\/localhost:\d+\/nothing\.safetensors: the server answers 404 Not Found$/,
    ],
    [
      "a name that no model has",
      (receptive: Receptive) => receptive.model("lenet"),
      "UnknownModelError",
      'there is no model "lenet"; did you mean "lenet5"?',
    ],
    [
      "an option out of range",
      async (receptive: Receptive) => {
        const model = await receptive.model("lenet5");
        for await (const _ of model.fit("digits", { optimizer: { name: "sgd", lr: -1 }, epochs: 1 }));
      },
      "RangeError",
      "sgd: lr is -1, expected a number of at least 0",
    ],
    [
      "a picture of another shape",
      async (receptive: Receptive) => {
        const model = await receptive.model(
          { name: "net", layers: ["flatten", { type: "dense", units: 2 }] },
          { input: [2, 2, 1] },
        );
        return model.predict({ shape: [1, 3, 3, 1], data: new Float32Array(9) });
      },
      "ShapeError",
      "net › layer 2 (dense1): expects 4 inputs, got 9; the weights belong to inputs of 2×2×1, this one is 3×3×1",
    ],
  ])("errors of the worker are errors of the page: %s", async (_, act, name, message) => {
    const said = await theirs.attempt(act);
    expect(said).toEqual({
      constructor: name,
      name,
      message: typeof message === "string" ? message : expect.stringMatching(message),
      fromWorker: true,
    });
  });

  test.each([
    [
      "a loss",
      async (receptive: Receptive) => {
        const model = await receptive.model("lenet5");
        const loss = function mine() {} as never;
        for await (const _ of model.fit("digits", { loss, optimizer: "adam", epochs: 1 }));
      },
      'fit: loss is the function mine, which cannot go to a worker: expected plain data, such as "crossEntropy" or { name: "crossEntropy", smoothing: 0.1 }; functions of yours stand in a worker of yours, by serve of receptive/serve',
    ],
    [
      "an optimizer",
      async (receptive: Receptive) => {
        const model = await receptive.model("lenet5");
        const optimizer = { name: "mine", lr: 1, update() {} } as never;
        for await (const _ of model.fit("digits", { optimizer, epochs: 1 }));
      },
      'fit: optimizer.update is the function update, which cannot go to a worker: expected plain data, such as { name: "sgd", lr: 0.05 }; functions of yours stand in a worker of yours, by serve of receptive/serve',
    ],
    [
      "a model",
      (receptive: Receptive) => receptive.model((() => {}) as never),
      'model: model is a function, which cannot go to a worker: expected plain data, such as "lenet5" or model.describe(); functions of yours stand in a worker of yours, by serve of receptive/serve',
    ],
    [
      "an element of the page",
      async (receptive: Receptive) => {
        const model = await receptive.model("lenet5", { input: [28, 28, 1] });
        return model.explain("saliency", document.body as never);
      },
      "explain: pictures is an HTMLBodyElement, which cannot go to a worker: expected plain data, such as ImageData, a canvas, an image, a video frame, a Blob or bytes",
    ],
  ])("what cannot cross is said: %s", async (_, act, message) => {
    expect(await theirs.attempt(act)).toEqual({
      constructor: "TypeError",
      name: "TypeError",
      message,
      fromWorker: false,
    });
  });
});
