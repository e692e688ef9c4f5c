/** What cannot go well is said before the first step, and not by the step in which it is met. */
import { describe, expect, test } from "vitest";
import {
  argmax,
  cast,
  mean,
  square,
  stopGradient,
  sub,
  sum,
  type Tensor,
  variable,
} from "../../src/index.js";
import * as losses from "../../src/losses/index.js";
import * as nn from "../../src/nn/index.js";
import * as optim from "../../src/optim/index.js";
import { evaluate } from "../../src/training/evaluate.js";
import { findLearningRate } from "../../src/training/find-lr.js";
import { type FitOptions, fit } from "../../src/training/fit.js";
import { TrainingError } from "../../src/training/training-error.js";
import { patterns } from "./patterns.js";

const options = (more: object = {}): FitOptions =>
  ({
    loss: losses.crossEntropy(),
    optimizer: optim.sgd({ lr: 0.1 }),
    epochs: 1,
    batchSize: 8,
    ...more,
  }) as FitOptions;

const normed = () => nn.sequential("net", nn.flatten(), nn.dense(8), nn.batchNorm(), nn.dense(4));
const plain = () => nn.sequential("net", nn.flatten(), nn.dense(4));

/** The steps that were made, and what ended them. */
async function steps(
  model: nn.Model,
  length: number,
  more: object = {},
): Promise<{ made: number; error?: Error }> {
  let made = 0;
  try {
    for await (const event of fit(model, patterns(length), options(more))) if (event.kind === "step") made++;
  } catch (error) {
    return { made, error: error as Error };
  }
  return { made };
}

/** What the learning-rate finder takes of these. */
const search = (more: object = {}) => {
  const { loss, optimizer } = options(more);
  return { loss, optimizer };
};

describe("a last batch of one, which has no variance", () => {
  const because =
    "which cannot be trained on: net › layer 3 (batchNorm1): one value for each channel (1×8) has no variance; train with more than one example; leave it out (dropLast) or choose another batchSize";

  test("is said before the first step", async () => {
    const message = `fit: 17 pictures in batches of 8 leave a last batch of 1, ${because}`;
    expect(await steps(normed(), 17)).toEqual({ made: 0, error: new TrainingError(message) });
  });

  test("also where a validation split leaves it", async () => {
    const { made, error } = await steps(normed(), 20, { validation: 0.15 });
    expect(made).toBe(0);
    expect(error?.message).toBe(`fit: 17 pictures in batches of 8 leave a last batch of 1, ${because}`);
  });

  test("is left out with dropLast, in every epoch", async () => {
    expect(await steps(normed(), 17, { dropLast: true, epochs: 3 })).toEqual({ made: 6 });
    const seen: number[] = [];
    for await (const event of fit(plain(), patterns(17), options({ dropLast: true })))
      if (event.kind === "step") seen.push(event.steps);
    expect(seen).toEqual([2, 2]);
  });

  test("trains where nothing asks for a variance", async () => {
    expect(await steps(plain(), 17)).toEqual({ made: 3 });
  });

  test("batches of one from the beginning", async () => {
    const { made, error } = await steps(normed(), 4, { batchSize: 1 });
    expect(made).toBe(0);
    expect(error?.message).toBe(
      "net › layer 3 (batchNorm1): one value for each channel (1×8) has no variance; train with more than one example",
    );
  });

  test("dropLast that leaves nothing", async () => {
    const { error } = await steps(plain(), 7, { dropLast: true });
    expect(error).toEqual(
      new RangeError(
        "fit: dropLast leaves nothing of 7 pictures in batches of 8; expected a batchSize of at most 7",
      ),
    );
  });

  test("the learning-rate finder goes round it", async () => {
    const found = await findLearningRate(normed(), patterns(17), { ...search(), steps: 10 });
    expect(found.points.length).toBeGreaterThan(0);
  });
});

describe("a loss that does not reach the weights says so", () => {
  const unreached = (paths: string) =>
    new TrainingError(
      `the loss does not depend on any parameter of net in a way that has a gradient (${paths}): it would learn nothing; a loss is a function of the model's output, without argmax, comparisons, stopGradient or whole numbers in between`,
    );
  const paths = "dense1.weights, dense1.bias";

  test.each<[string, losses.Loss]>([
    ["a constant", () => sum(variable(Float32Array.of(1)))],
    ["of the targets alone", (_, target) => mean(cast(target, "f32"))],
    [
      "of the class that was read",
      (output, target) => mean(square(sub(cast(argmax(output, { axis: 1 }), "f32"), cast(target, "f32")))),
    ],
    ["cut off", (output) => mean(stopGradient(output))],
    ["of whole numbers", (output) => mean(cast(cast(output, "i32"), "f32"))],
  ])("%s", async (_, loss) => {
    expect(await steps(plain(), 16, { loss })).toEqual({ made: 0, error: unreached(paths) });
    await expect(findLearningRate(plain(), patterns(16), search({ loss }))).rejects.toThrow(unreached(paths));
  });

  test("of many parameters the first are named", async () => {
    const many = nn.sequential("net", nn.flatten(), nn.dense(4), nn.dense(4), nn.dense(4));
    const { error } = await steps(many, 16, { loss: (output: Tensor) => mean(stopGradient(output)) });
    expect(error).toEqual(unreached("dense1.weights, dense1.bias, dense2.weights and 3 more"));
  });

  test("a part of them is enough: the others stay as they are", async () => {
    const model = nn.sequential(
      nn.flatten(),
      nn.dense(4),
      { type: "cut", forward: stopGradient },
      nn.dense(4),
    );
    model.build([8, 8, 1]);
    const before = await model.parameters.get("dense1.weights")!.read();
    expect(await steps(model, 16)).toEqual({ made: 2 });
    expect(await model.parameters.get("dense1.weights")!.read()).toEqual(before);
  });

  test("a model without parameters", async () => {
    const { error } = await steps(nn.sequential("net", nn.flatten()), 16);
    expect(error).toEqual(new TrainingError("fit: net has no parameters that could be trained"));
  });
});

describe("losses and outputs of the wrong shape", () => {
  test.each<[string, object, nn.Model, string]>([
    [
      "no mean",
      { loss: (output: Tensor) => sum(output, { axis: 1 }) },
      plain(),
      "fit: the loss of a batch of 8 is 8, expected a single number, such as their mean",
    ],
    [
      "the loss is not made",
      { loss: losses.crossEntropy },
      plain(),
      "crossEntropy: the options are a tensor (f32 8×4), expected { weights, smoothing, ignore }",
    ],
    [
      "no loss",
      { loss: undefined },
      plain(),
      "fit: loss is undefined, expected a function, such as losses.crossEntropy()",
    ],
    ["a number for a loss", { loss: () => 3 }, plain(), "the loss answers with number, expected a tensor"],
    [
      "no optimizer",
      { optimizer: undefined },
      plain(),
      "fit: optimizer is undefined, expected one such as optim.sgd({ lr: 0.01 })",
    ],
    [
      "pictures for classes",
      { loss: (output: Tensor) => mean(output) },
      nn.sequential("net", nn.conv2d({ filters: 4, kernel: 8 })),
      "fit: net makes 8×1×1×4 of a batch of 8, expected a score for each class (8×4)",
    ],
  ])("%s", async (_, more, model, message) => {
    const { made, error } = await steps(model, 16, more);
    expect([made, error?.message]).toEqual([0, message]);
  });
});

describe("numbers that are none", () => {
  const { NaN: no, POSITIVE_INFINITY: endless } = Number;
  test.each<[object, string]>([
    [{ epochs: no }, "fit: epochs is NaN, expected a whole number from 1 on"],
    [{ epochs: 1.5 }, "fit: epochs is 1.5, expected a whole number from 1 on"],
    [{ epochs: endless }, "fit: epochs is Infinity, expected a whole number from 1 on"],
    [{ batchSize: 0 }, "fit: batchSize is 0, expected a whole number from 1 on"],
    [{ batchSize: 2.5 }, "fit: batchSize is 2.5, expected a whole number from 1 on"],
    [{ seed: no }, "fit: seed is NaN, expected a whole number"],
    [
      { earlyStopping: { patience: 1.5 } },
      "fit: earlyStopping: patience is 1.5, expected a whole number from 1 on",
    ],
    [
      { earlyStopping: { patience: 2, minDelta: -1 } },
      "fit: earlyStopping: minDelta is -1, expected a number of at least 0",
    ],
    [{ mixup: { alpha: 0 } }, "fit: mixup: alpha is 0, expected a number above 0"],
    [{ target: "pictures" }, 'fit: target is "pictures", expected "class" or "picture"'],
    [
      { checkpoint: { every: 0.5, save: () => {} } },
      'fit: checkpoint: every is 0.5, expected "epoch" or a whole number of steps, or { examples }',
    ],
    [
      { validation: no },
      "validation: a share of NaN leaves nothing to train on or to validate with (patterns has 16 pictures); expected a number between 0 and 1",
    ],
    [
      { schedule: () => no },
      "fit: the schedule gives step 0 (counted from 0) a learning rate of NaN, expected a number of at least 0",
    ],
    [
      { schedule: (step: number) => 0.1 - step },
      "fit: the schedule gives step 1 (counted from 0) a learning rate of -0.9, expected a number of at least 0",
    ],
  ])("%j", async (more, message) => {
    expect((await steps(plain(), 16, more)).error).toEqual(new RangeError(message));
  });

  test("of an evaluation", async () => {
    await expect(evaluate(plain(), patterns(4), { batchSize: 0.5 })).rejects.toThrow(
      new RangeError("evaluate: batchSize is 0.5, expected a whole number from 1 on"),
    );
    await expect(evaluate(plain(), patterns(4), { mistakes: -1 })).rejects.toThrow(
      new RangeError("evaluate: mistakes is -1, expected a whole number of at least 0"),
    );
  });
});

describe("outputs that are no numbers", () => {
  test("are in no top five and no class, and evaluation says how many", async () => {
    const model = nn.sequential(nn.flatten(), nn.dense(4));
    model.build([8, 8, 1]);
    for (const v of model.parameters.values()) v.set(new Float32Array(v.size).fill(Number.NaN));
    const found = await evaluate(model, patterns(10));
    expect(found).toMatchObject({ top1: 0, top5: 0, accuracy: 0, count: 10, unread: 10, mistakes: [] });
    expect(found.confusion.flat().every((n) => n === 0)).toBe(true);
    expect(found.loss).toBeNaN();
  });

  test("one NaN among the scores is enough", async () => {
    const model = nn.sequential(nn.flatten(), nn.dense(4));
    model.build([8, 8, 1]);
    model.parameters.get("dense1.bias")!.set([0, 0, 0, Number.NaN]);
    expect(await evaluate(model, patterns(8))).toMatchObject({ top1: 0, top5: 0, unread: 8 });
  });

  test("infinite ones are numbers", async () => {
    const model = nn.sequential(nn.flatten(), nn.dense(4));
    model.build([8, 8, 1]);
    model.parameters.get("dense1.bias")!.set([0, Number.POSITIVE_INFINITY, 0, 0]);
    const found = await evaluate(model, patterns(8));
    expect(found).toMatchObject({ top1: 0.25, unread: 0 });
    expect(found.mistakes.every(({ read, confidence }) => read === 1 && confidence === 1)).toBe(true);
  });
});
