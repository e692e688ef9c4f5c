/** Values of options: wrong types and ranges get one line, where they are given. */
import { expect, test } from "vitest";
import { image, model, photo, R, set } from "./as-javascript.js";

const { data, explain, features, losses, models, optim } = R;

const given = { loss: losses.crossEntropy(), optimizer: optim.sgd({ lr: 0.1 }) };
const fit = (options: object) => () => R.fit(model, set, { ...given, epochs: 1, ...options }).next();
const find = (options: object) => () => R.findLearningRate(model, set, { ...given, ...options });

test.each<[() => unknown, string]>([
  [fit({ epochs: "3" }), 'fit: epochs is "3", expected a whole number from 1 on'],
  [fit({ epochs: undefined }), "fit: epochs is undefined, expected a whole number from 1 on"],
  [fit({ epochs: null }), "fit: epochs is null, expected a whole number from 1 on"],
  [fit({ epochs: 3n }), "fit: epochs is 3n, expected a whole number from 1 on"],
  [fit({ batch: 0 }), "fit: unknown option `batch`; did you mean `batchSize`?"],
  [
    fit({ learningRate: 0.1 }),
    "fit: unknown option `learningRate`; there is `loss`, `target`, `objective`, `optimizer`, `schedule`, `epochs`, `batchSize`, `dropLast`, `accumulate`, `clipNorm`, `clipValue`, `average`, `seed`, `validation`, `earlyStopping`, `keepBest`, `signal`, `augment`, `mixup`, `checkpoint`, `snapshots`, `resume`, `trained`, `rates`, `statistics`",
  ],
  [fit({ seed: Number.NaN }), "fit: seed is NaN, expected a whole number"],
  [fit({ signal: 5 }), "fit: signal is 5, expected an AbortSignal"],
  [fit({ signal: new AbortController() }), "fit: signal is an AbortController, expected an AbortSignal"],
  [fit({ keepBest: "yes" }), 'fit: keepBest is "yes", expected true or false'],
  [fit({ augment: {} }), "fit: augment is {}, expected a function"],
  [fit({ schedule: 0.1 }), "fit: schedule is 0.1, expected a function"],
  [
    fit({ loss: "crossEntropy" }),
    'fit: loss is "crossEntropy", expected a function, such as losses.crossEntropy()',
  ],
  [fit({ optimizer: "sgd" }), 'fit: optimizer is "sgd", expected one such as optim.sgd({ lr: 0.01 })'],
  [fit({ target: "label" }), 'fit: target is "label", expected "class" or "picture"'],
  [fit({ earlyStopping: 3 }), "fit: earlyStopping: the options are 3, expected { patience, minDelta, by }"],
  [
    fit({ earlyStopping: {} }),
    "fit: earlyStopping: patience is undefined, expected a whole number from 1 on",
  ],
  [
    fit({ earlyStopping: { patience: 2, delta: 1 } }),
    "fit: earlyStopping: unknown option `delta`; did you mean `minDelta`?",
  ],
  [fit({ objective: {} }), "fit: objective is {}, expected one such as objectives.classification()"],
  [
    fit({ objective: R.objectives.classification() }),
    "fit: there is an objective and a loss, expected either: an objective is made of its loss, objectives.classification(crossEntropy())",
  ],
  [fit({ accumulate: 0 }), "fit: accumulate is 0, expected a whole number from 1 on"],
  [fit({ average: { decay: 1 } }), "fit: average: decay is 1, expected 0 ≤ decay < 1"],
  [fit({ clipNorm: 0 }), "fit: clipNorm is 0, expected a number above 0"],
  [fit({ mixup: 0.2 }), "fit: mixup: the options are 0.2, expected { alpha }"],
  [
    fit({ checkpoint: { every: "step", save() {} } }),
    'fit: checkpoint: every is "step", expected "epoch" or a whole number of steps, or { examples }',
  ],
  [fit({ checkpoint: { every: 1 } }), "fit: checkpoint: save is undefined, expected a function"],
  [
    () => R.fit(model, set).next(),
    "fit: loss is undefined, expected a function, such as losses.crossEntropy()",
  ],
  [() => R.fit({}, set, given).next(), "fit: the model is {}, expected one, such as nn.sequential(…)"],
  [
    () => R.fit(set, model, given).next(),
    "fit: the model is { name, split, shape, classes, length, images, … }, expected one, such as nn.sequential(…)",
  ],
  [
    () => R.evaluate(model, set, { batchSize: "8" }),
    'evaluate: batchSize is "8", expected a whole number from 1 on',
  ],
  [
    () => R.evaluate(model, set, { loss: 3 }),
    "evaluate: loss is 3, expected a function, such as losses.crossEntropy()",
  ],
  [
    () => R.evaluate(model, set, 8),
    "evaluate: the options are 8, expected { batchSize, loss, signal, onProgress, objective, mistakes }",
  ],
  [
    () => R.predict(set, image),
    "predict: the model is { name, split, shape, classes, length, images, … }, expected one, such as nn.sequential(…)",
  ],
  [find({ from: "1e-6" }), 'findLearningRate: the rates go from "1e-6" to 10, expected 0 < from < to'],
  [
    find({ optimizer: undefined }),
    "findLearningRate: optimizer is undefined, expected one such as optim.sgd({ lr: 0.01 })",
  ],
  [
    () => R.fitFullBatch(model, set, { loss: given.loss, iterations: 0 }).next(),
    "fitFullBatch: iterations is 0, expected a whole number of at least 1",
  ],
  [() => R.nn.pad({ rows: 1 }), "pad: rows is 1, expected [before, after]"],
  [
    () => R.checkpointOf(model, { data: { name: "x", classes: [] } }),
    "checkpointOf: input is undefined, expected [height, width, channels]",
  ],
  [
    () => R.checkpointOf(model, { input: [8, 8, 1], data: { name: "x" } }),
    "checkpointOf: data is { name }, expected { name, classes }",
  ],
  [
    () => R.checkpointOf({}, { input: [1, 1, 1] }),
    "checkpointOf: the model is {}, expected one, such as nn.sequential(…)",
  ],
  [() => optim.cosine({ lr: "0.1", steps: 3 }), 'cosine: lr is "0.1", expected a number of at least 0'],
  [() => optim.step(0.1), "step: the options are 0.1, expected { lr, every, factor }"],
  [
    () => optim.oneCycle({ maxLr: 1, steps: 3 }),
    "oneCycle: unknown option `maxLr`; there is `lr`, `steps`, `examples`, `share`, `divide`, `finalDivide`",
  ],
  [() => optim.warmUp(optim.constant(1), 5), "warmUp: the options are 5, expected { steps, examples }"],
  [
    () => data.batches(set, { batch: 0 }).next(),
    "batches: unknown option `batch`; did you mean `batchSize`?",
  ],
  [() => data.batches(set, {}).next(), "batches: batchSize is undefined, expected a whole number from 1 on"],
  [() => data.digits({ seed: 0.5 }), "digits: seed is 0.5, expected a whole number"],
  [() => data.mnist({ dir: "x" }), "mnist: unknown option `dir`; did you mean `directory`?"],
  [
    () => data.randomAffine({ rotation: "10" }),
    'randomAffine: rotation is "10", expected a number of at least 0',
  ],
  [() => data.randomAffine({ scale: 1.1 }), "randomAffine: scale is 1.1, expected [smallest, greatest]"],
  [
    () => explain.saliency(model, image, { target: "cat" }),
    'saliency: target is "cat", expected a class, a list with one for each picture, or { layer, unit }',
  ],
  [
    () => explain.saliency(model, image, { class: 1 }),
    "saliency: unknown option `class`; there is `signal`, `onProgress`, `target`",
  ],
  [
    () => explain.saliency(model, image, { target: { layer: "conv1", units: 1 } }),
    "saliency: the target: unknown option `units`; did you mean `unit`?",
  ],
  [
    () => explain.saliency(model, image, 3),
    "saliency: the options are 3, expected { signal, onProgress, target }",
  ],
  [
    () => explain.saliency(model, [[1]]),
    "saliency: images is […], expected a tensor: tensor(…) makes one of numbers",
  ],
  [
    () => explain.saliency(image, model),
    "saliency: the model is a tensor (f32 1×8×8×1), expected one, such as nn.sequential(…)",
  ],
  [
    () => explain.occlusion(model, image, { size: "3" }),
    'occlusion: size is "3", expected a whole number of pixels from 1 on',
  ],
  [() => explain.gradCam(model, image, { layer: 3 }), "gradCam: layer is 3, expected a text"],
  [
    () => explain.activationMaximisation(model, {}),
    "activationMaximisation: target is undefined, expected a class, a list with one for each picture, or { layer, unit }",
  ],
  [
    () => explain.activationMaximisation(model, { target: 0, regularisation: "mine" }),
    'activationMaximisation: regularisation is "mine", expected plain, l1, simonyan, yosinski, olah, or settings',
  ],
  [
    () => explain.activationMaximisation(model, { target: 0, regularisation: { l3: 1 } }),
    "activationMaximisation: regularisation: unknown option `l3`; there is `l1`, `l2`, `totalVariation`, `blur`, `jitter`, `scale`, `coordinates`",
  ],
  [() => features.hog(photo, { cells: 8 }), "hog: unknown option `cells`; did you mean `cell`?"],
  [() => features.hog(photo, { norm: "l3" }), 'hog: norm is "l3", expected "l2Hys", "l2", "l1" or "l1Sqrt"'],
  [
    () => features.sobel(photo, { operator: "roberts" }),
    'sobel: operator is "roberts", expected "sobel", "prewitt" or "scharr"',
  ],
  [() => features.canny(photo, { low: 10 }), "canny: high is undefined, expected a number"],
  [
    () => features.filter(photo, [[1]], { padding: "same" }),
    'filter: padding is "same", expected "zero", "none", "reflect", "symmetric", "replicate" or "wrap"',
  ],
  [() => features.gaussian(), "gaussian: sigma is undefined, expected a number above 0"],
  [() => features.gaussian({ sigma: "2" }), 'gaussian: sigma is "2", expected a number above 0'],
  [() => models.vgg("VGG 16"), 'vgg: the variant is "VGG 16"; did you mean "vgg16"?'],
  [
    () => models.resnetCifar(20),
    "resnetCifar: the variant is 20, expected resnet20, resnet32, resnet44, resnet56, resnet110",
  ],
  [() => R.configure({ threads: "4" }), 'threads: expected a whole number of at least 1, got "4"'],
  [() => R.configure(4), "configure: the options are 4, expected { threads, megabytes }"],
])("case %#: %s", async (call, text) => {
  const answer = await (async () => call())().then(
    () => "nothing was refused",
    (error: Error) => error.message,
  );
  expect(answer).toBe(text);
});
