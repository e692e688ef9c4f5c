/**
 * Every function that the library exports and that takes options refuses one that there is not, by name. A new function
 * fails here until it stands in one of the two lists.
 */
import { expect, test } from "vitest";
import { image, model, photo, R, set } from "./as-javascript.js";

const { audio, data, explain, features, formats, losses, models, nn, objectives, optim, random, tasks } = R;

const named = data.examples("x", { x: { values: new Float32Array(2) } });
const seen = data.examples("seen", { x: { values: new Uint8Array(12), shape: [2, 2, 3], pixels: true } });
const wrong = { epochz: 1 };
const x = R.zeros([1, 4, 4, 2]);
const row = R.zeros([1, 4]);
const sound = R.zeros([1, 1000]);
const plane = { width: 4, height: 4, values: new Float32Array(16) };
const keypoints = { keypoints: [{ x: 0, y: 0 }], descriptors: new Float32Array(128) };
const bytes = formats.memorySource(new Uint8Array(8), "x");
const loss = losses.crossEntropy();
const optimizer = optim.sgd({ lr: 0.1 });
const window = { input: [16, 16, 1], hog: {}, linear: { length: 36, classes: 2 } };
const descriptors = { count: 1, length: 2, values: new Float32Array(2) };

const calls: { [name: string]: (options: object) => unknown } = {
  fit: (o) => R.fit(model, set, { loss, optimizer, epochs: 1, ...o }).next(),
  fitFullBatch: (o) => R.fitFullBatch(model, set, { loss, ...o }).next(),
  findLearningRate: (o) => R.findLearningRate(model, set, { loss, optimizer, ...o }),
  previewStep: (o) => R.previewStep(model, set, { places: [0], ...o }),
  evaluate: (o) => R.evaluate(model, set, o),
  evaluateReconstruction: (o) => R.evaluateReconstruction(model, set, o),
  checkpointOf: (o) => R.checkpointOf(model, { input: set.shape, data: set, ...o }),
  configure: (o) => R.configure(o),
  openDevice: (o) => R.openDevice("wasm", o),
  compile: (o) => R.compile(() => [], o),
  load: (o) => R.load(new Uint8Array(8), o),
  loadWeights: (o) => R.loadWeights(model, new Uint8Array(8), o),
  openHub: (o) => R.openHub("hf:a/b", o),

  avgPool2d: (o) => R.avgPool2d(x, 2, o),
  concat: (o) => R.concat([x, x], o),
  conv1d: (o) => R.conv1d(R.zeros([1, 4, 2]), R.zeros([3, 2, 1]), o),
  conv2d: (o) => R.conv2d(x, R.zeros([3, 3, 2, 1]), o),
  conv2dTranspose: (o) => R.conv2dTranspose(x, R.zeros([3, 3, 1, 2]), o),
  ctcLoss: (o) => R.ctcLoss(R.zeros([1, 4, 3]), R.zeros([1, 2], "i32"), o),
  cumsum: (o) => R.cumsum(x, o),
  gather: (o) => R.gather(x, R.tensor(Int32Array.of(0)), o),
  gelu: (o) => R.gelu(x, o),
  localResponseNorm: (o) => R.localResponseNorm(x, o),
  maxPool2d: (o) => R.maxPool2d(x, 2, o),
  maxPool2dSwitches: (o) => R.maxPool2dSwitches(x, 2, o),
  maxUnpool2d: (o) => R.maxUnpool2d(x, R.maxPool2dSwitches(x, 2), 2, o),
  nonMaxSuppression: (o) => R.nonMaxSuppression(R.zeros([1, 2, 4]), R.zeros([1, 2]), o),
  normalise: (o) => R.normalise(x, o),
  pad: (o) =>
    R.pad(
      row,
      [
        [0, 0],
        [1, 1],
      ],
      o,
    ),
  roiAlign: (o) => R.roiAlign(x, R.zeros([1, 5]), 2, o),
  roiPool: (o) => R.roiPool(x, R.zeros([1, 5]), 2, o),
  upsample2d: (o) => R.upsample2d(x, 2, o),
  ...Object.fromEntries(
    ["argmax", "logSoftmax", "max", "mean", "min", "softmax", "sum", "variance"].map((name) => [
      name,
      (o: object) => R[name](x, o),
    ]),
  ),

  "random.normal": (o) => random.normal([2], o),
  "random.uniform": (o) => random.uniform([2], o),

  "nn.auxiliary": (o) => nn.auxiliary([nn.relu()], o),
  "nn.avgPool2d": (o) => nn.avgPool2d(2, o),
  "nn.adaptiveAvgPool2d": (o) => nn.adaptiveAvgPool2d(2, o),
  "nn.branches": (o) => nn.branches([[nn.relu()]], o),
  "nn.dense": (o) => nn.dense(2, o),
  "nn.denseBlock": (o) => nn.denseBlock([nn.relu()], o),
  "nn.dropout": (o) => nn.dropout(0.5, o),
  "nn.spatialDropout": (o) => nn.spatialDropout(0.5, o),
  "nn.maxPool2d": (o) => nn.maxPool2d(2, o),
  "nn.maxUnpool2d": (o) => nn.maxUnpool2d(2, o),
  "nn.groupNorm": (o) => nn.groupNorm(2, o),
  "nn.maxout": (o) => nn.maxout(2, o),
  "nn.subsampling2d": (o) => nn.subsampling2d(2, o),
  "nn.replaced": (o) => nn.replaced(model, {}, o),
  "nn.unflatten": (o) => nn.unflatten([2, 2], o),
  "nn.residual": (o) => nn.residual([nn.relu()], o),
  ...Object.fromEntries(
    [
      ...[
        "batchNorm",
        "conv1d",
        "conv2d",
        "conv2dTranspose",
        "depthwiseConv2d",
        "elu",
        "embedding",
        "flatten",
      ],
      ...["gelu", "globalAvgPool2d", "globalMaxPool2d", "gru", "instanceNorm", "layerNorm"],
      ...["leakyRelu", "localResponseNorm", "lstm", "pad", "partialConv2d", "prelu", "rbf", "relu"],
      ...["rescale", "scaledTanh", "selu", "sigmoid", "silu", "softmax", "softplus", "tanh"],
      ...["upsample2d", "upsampleTo", "add", "average", "concatenate", "cropTo", "maxOverTime", "multiply"],
    ].map((name) => [`nn.${name}`, (o: object) => nn[name](o)]),
  ),

  ...Object.fromEntries(
    ["alexnet", "alexnetTorchvision", "autoencoder", "lenet5", "lenet5Of1998", "vggCifar", "zfnet"].map(
      (name) => [`models.${name}`, (o: object) => models[name](o)],
    ),
  ),
  "models.loadWeights": (o) => models.loadWeights(model, new Uint8Array(8), o),
  "models.googlenet": (o) => models.googlenet("googlenet", o),
  "models.densenet": (o) => models.densenet("densenet121", o),
  "models.resnet": (o) => models.resnet("resnet18", o),
  "models.resnetCifar": (o) => models.resnetCifar("resnet20", o),
  "models.squeezenet": (o) => models.squeezenet("squeezenet1_1", o),
  "models.vgg": (o) => models.vgg("vgg11", o),

  ...Object.fromEntries(
    [
      ...["binaryCrossEntropy", "binaryFocal", "binaryHinge", "crossEntropy", "focal", "hinge", "huber"],
      ...["marginRanking", "maximumAPosteriori", "smoothL1"],
    ].map((name) => [`losses.${name}`, (o: object) => losses[name](o)]),
  ),
  "losses.l1Penalty": (o) => losses.l1Penalty(0.1, o),
  "losses.l2Penalty": (o) => losses.l2Penalty(0.1, o),

  ...Object.fromEntries(
    ["adadelta", "adagrad", "adam", "adamW", "rmsprop", "sgd", "step", "cosine", "oneCycle", "plateau"].map(
      (name) => [
        `optim.${name}`,
        (o: object) => optim[name]({ lr: 0.1, ...(name === "step" ? { every: 2 } : {}), ...o }),
      ],
    ),
  ),
  "optim.clipNorm": (o) => optim.clipNorm(optimizer, { norm: 1, ...o }),
  "optim.clipValue": (o) => optim.clipValue(optimizer, { value: 1, ...o }),
  "optim.lazyRows": (o) => optim.lazyRows(optimizer, { only: [], ...o }),
  "optim.maxNorm": (o) => optim.maxNorm(optimizer, { norm: 1, ...o }),
  "optim.minimize": (o) => optim.minimize(() => R.sum(x), [], o).next(),
  "optim.warmUp": (o) => optim.warmUp(optim.constant(1), { steps: 2, ...o }),

  "data.examples": (o) => data.examples("x", { x: { values: new Float32Array(2) } }, o),
  "data.labelledPictures": (o) => data.labelledPictures(set, o),
  "data.augmented": (o) => data.augmented(seen, data.randomFlip(), o),
  "data.shard": (o) => data.shard(named, { rank: 0, ranks: 1, ...o }),
  "data.stream": (o) => data.stream("x", { fields: named.fields, from: [], length: 1, ...o }),
  ...Object.fromEntries(
    ["classification", "nextTokens", "reconstruction", "regression", "segmentation"].map((name) => [
      `objectives.${name}`,
      (o: object) => objectives[name](undefined, o),
    ]),
  ),
  "objectives.anchoredBoxes": (o) => objectives.anchoredBoxes({ anchors: [[0, 0, 1, 1]], classes: 1, ...o }),
  "objectives.boxesFound": (o) =>
    objectives.boxesFound({ values: new Float32Array(5), shape: [1, 1, 5] }, [[0, 0, 1, 1]], o),
  "objectives.meanAveragePrecision": (o) => objectives.meanAveragePrecision([], [], o),
  "objectives.pairRanking": (o) => objectives.pairRanking({ better: "a", worse: "b", ...o }),
  "objectives.several": (o) => objectives.several({ a: { loss, target: "a" } }, o),
  "data.batchCount": (o) => data.batchCount(10, { batchSize: 2, ...o }),
  "data.batches": (o) => data.batches(set, { batchSize: 2, ...o }).next(),
  "data.epochOrder": (o) => data.epochOrder(10, { seed: 0, epoch: 0, ...o }),
  "data.colourJitter": (o) => data.colourJitter(o),
  "data.cutout": (o) => data.cutout(2, o),
  "data.pcaLighting": (o) => data.pcaLighting(o),
  "data.randomAffine": (o) => data.randomAffine(o),
  "data.randomCrop": (o) => data.randomCrop(o),
  "data.randomShift": (o) => data.randomShift(2, o),
  "data.pictureFrom": (o) => data.pictureFrom(new Uint8Array(8), o),
  "data.loadDataset": (o) => data.loadDataset("digits", o),
  ...Object.fromEntries(
    ["cifar10", "cifar100", "digits", "fashionMnist", "mnist"].map((name) => [
      `data.${name}`,
      (o: object) => data[name](o),
    ]),
  ),

  "explain.activationMaximisation": (o) => explain.activationMaximisation(model, { target: 0, ...o }),
  "explain.deepDream": (o) => explain.deepDream(model, image, o),
  "explain.evolvedImages": (o) => explain.evolvedImages(model, o),
  "explain.foolingImages": (o) => explain.foolingImages(model, o),
  "explain.lastMaps": (o) => explain.lastMaps(model, o),
  "explain.sanityCheck": (o) => explain.sanityCheck(model, image, { methods: {}, ...o }),
  "explain.snapshot": (o) => explain.snapshot(model, o),
  "explain.style": (o) => explain.style(model, image, image, o),
  "explain.topActivations": (o) => explain.topActivations(model, set, o),
  "explain.pixelsSeen": (o) => explain.pixelsSeen(model, { layer: "dense1", unit: [0, 0], ...o }),
  "explain.unitsSeeing": (o) => explain.unitsSeeing(model, { layer: "dense1", pixel: [0, 0], ...o }),
  "explain.view": (o) => explain.view(model, image, o),
  "tasks.styleNetwork": (o) => tasks.styleNetwork(o),
  "tasks.trainStyle": (o) => tasks.trainStyle(model, image, set, o),
  ...Object.fromEntries(
    [
      ...[
        "answers",
        "deconvnet",
        "featureMaps",
        "layerOutputs",
        "gradCam",
        "gradientTimesInput",
        "guidedBackpropagation",
      ],
      ...["guidedGradCam", "integratedGradients", "occlusion", "saliency", "smoothGrad", "strongestUnits"],
    ].map((name) => [`explain.${name}`, (o: object) => explain[name](model, image, o)]),
  ),

  "features.bestPlaces": (o) => features.bestPlaces(plane, plane, o),
  "features.canny": (o) => features.canny(photo, { low: 1, high: 2, ...o }),
  "features.detect": (o) => features.detect(photo, window, o),
  "features.filter": (o) => features.filter(photo, [[1]], o),
  "features.filterBank": (o) => features.filterBank(photo, [[[1]]], o),
  "features.filterTensor": (o) => features.filterTensor(x, [[1]], o),
  "features.hogDescriptors": (o) => features.hogDescriptors(set, o),
  "features.hogGlyphs": (o) => features.hogGlyphs(features.hog(photo), o),
  "features.matchDescriptors": (o) =>
    features.matchDescriptors(new Float32Array(128), new Float32Array(128), o),
  "features.matchFeatures": (o) => features.matchFeatures(keypoints, keypoints, o),
  "features.matchTemplate": (o) => features.matchTemplate(photo, photo, o),
  "features.ransacHomography": (o) => features.ransacHomography([], o),
  "features.suppressed": (o) => features.suppressed([], o),
  "features.trainHogClassifier": (o) => features.trainHogClassifier(set, o),
  "features.trainLinear": (o) => features.trainLinear(descriptors, [0], { classes: 2, ...o }),
  "features.withGround": (o) => features.withGround(set, o),
  "features.boxBlur": (o) => features.boxBlur({ size: 3, ...o }),
  "features.gabor": (o) => features.gabor({ wavelength: 4, ...o }),
  "features.gaborBank": (o) => features.gaborBank(o),
  "features.gaussian": (o) => features.gaussian({ sigma: 1, ...o }),
  "features.laplacianOfGaussian": (o) => features.laplacianOfGaussian({ sigma: 1, ...o }),
  "features.motionBlur": (o) => features.motionBlur({ length: 3, ...o }),
  "features.unsharpMask": (o) => features.unsharpMask({ sigma: 1, ...o }),
  ...Object.fromEntries(
    ["hog", "hogGrid", "robinson", "sift", "sobel", "surf"].map((name) => [
      `features.${name}`,
      (o: object) => features[name](photo, o),
    ]),
  ),

  "audio.decibels": (o) => audio.decibels(row, o),
  "audio.deltas": (o) => audio.deltas(R.zeros([1, 4, 2]), o),
  "audio.encodeWav": (o) => audio.encodeWav({ rate: 8000, channels: [new Float32Array(4)] }, o),
  "audio.melFilters": (o) => audio.melFilters(8, { rate: 8000, ...o }),
  "audio.melSpectrogram": (o) => audio.melSpectrogram(sound, { rate: 8000, ...o }),
  "audio.mfcc": (o) => audio.mfcc(sound, { rate: 8000, ...o }),
  "audio.resample": (o) => audio.resample(new Float32Array(4), 8000, 16000, o),
  "audio.specAugment": (o) => audio.specAugment(R.zeros([1, 4, 2]), { seed: 1, ...o }),
  "audio.spectrogram": (o) => audio.spectrogram(sound, o),
  "audio.stft": (o) => audio.stft(sound, o),
  "audio.warpVoices": (o) => audio.warpVoices(R.zeros([1, 4, 2]), { seed: 1, rate: 8000, ...o }),

  "formats.openArrays": (o) => formats.openArrays(bytes, o),
  "formats.openTorch": (o) => formats.openTorch(bytes, o),
};

/** Have no options. */
const plain = new Set([
  ...[
    "abs",
    "adaptiveAvgPool2d",
    "add",
    "assign",
    "broadcastTo",
    "cast",
    "clip",
    "compute",
    "device",
    "pixelsFor",
    "profile",
  ],
  ...["decodeCheckpoint", "div", "encodeCheckpoint", "equal", "erf", "exp", "extend", "flip", "full", "grad"],
  ...["elu", "gradients", "greater", "greaterEqual", "gruCell", "leakyRelu", "less", "lessEqual", "log"],
  ...[
    "logicalAnd",
    "logicalNot",
    "logicalOr",
    "lstmCell",
    "matmul",
    "maximum",
    "maxout",
    "minimum",
    "modelOf",
  ],
  ...[
    "mul",
    "neg",
    "notEqual",
    "oneHot",
    "ones",
    "pow",
    "predict",
    "prelu",
    "principalComponents",
    "projected",
  ],
  ...["projectionError", "range", "reconstructed", "relu", "reshape", "save", "scaledTanh", "selu"],
  ...[
    "setModelWeights",
    "setWeights",
    "show",
    "sigmoid",
    "sign",
    "silu",
    "slice",
    "softplus",
    "sqrt",
    "square",
    "stopGradient",
  ],
  ...[
    "sub",
    "tanh",
    "tensor",
    "transferOf",
    "transpose",
    "valueAndGrad",
    "variable",
    "weightsOf",
    "where",
    "withPixelScaling",
    "zeros",
  ],
  ...[
    "nn.fansOf",
    "nn.fromDescription",
    "nn.graph",
    "nn.initialNumbers",
    "nn.masked",
    "nn.network",
    "nn.sequential",
    "nn.unrolled",
  ],
  ...["models.objectiveOf", "models.registered"],
  ...["losses.l1", "losses.meanSquaredError", "losses.partsOf", "losses.regularised"],
  ...["optim.constant", "optim.eachParameter", "optim.fromDescription", "optim.learner", "optim.stepTensors"],
  ...["data.compose", "data.describeSource", "data.part", "data.randomFlip", "data.registered"],
  ...["explain.classLayers", "explain.dreamLayer", "explain.filters", "explain.layersWithMaps"],
  "explain.namedOptions",
  ...["tasks.stylise", "explain.unitCount", "explain.usualLayers", "explain.zeroInput"],
  ...["features.asRaster", "features.checkMatrix", "features.classicKernels", "features.classify"],
  ...["features.decodeHogClassifier", "features.encodeHogClassifier", "features.evaluateHogClassifier"],
  ...["features.fitHomography", "features.gaussianProfile", "features.grey", "features.keepsWhole"],
  ...["features.linearScores", "features.nearestKernel", "features.nesting", "features.overlap"],
  ...["features.project", "features.separated"],
  ...[
    "audio.changeSpeed",
    "audio.decodeSound",
    "audio.isWav",
    "audio.mono",
    "audio.readSound",
    "audio.readWav",
  ],
  ...["audio.secondsOf", "audio.shifted", "audio.soundOf", "audio.whiteNoise", "audio.withNoise"],
  ...["formats.blobSource", "formats.decodeNpy", "formats.decodeSafetensors", "formats.encodeNpy"],
  ...[
    "formats.encodeSafetensors",
    "formats.memorySource",
    "formats.openOnnxWeights",
    "formats.openSafetensors",
  ],
]);

const isError = (f: unknown): boolean => typeof f === "function" && f.prototype instanceof Error;
const exported = Object.entries<unknown>(R).flatMap(([name, value]): string[] => {
  if (typeof value === "function") return isError(value) ? [] : [name];
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([inner, f]) =>
    typeof f === "function" && !isError(f) ? [`${name}.${inner}`] : [],
  );
});

test("every exported function is known here", () => {
  const known = [...Object.keys(calls), ...plain].sort();
  expect(exported.sort()).toEqual(known);
});

/** What a call is refused with; undefined where it is not. */
const refusal = (call: () => unknown): Promise<Error | undefined> =>
  (async () => call())().then(
    () => undefined,
    (error: Error) => error,
  );

test.each(Object.entries(calls))("%s refuses an unknown option by name", async (_, call) => {
  const answer = await refusal(() => call(wrong));
  expect(answer).toBeInstanceOf(TypeError);
  expect(answer?.message).toMatch(/^[\w-.: ]+: unknown option `epochz`; (there is|did you mean) `/);
});

/** What must be given, in the order in which it is asked for, of each function of which something must. */
const needed: { readonly [name: string]: { readonly [option: string]: unknown } } = {
  fit: { loss, optimizer, epochs: 1 },
  fitFullBatch: { loss },
  findLearningRate: { loss, optimizer },
  previewStep: { places: [0] },
  checkpointOf: { input: set.shape, data: set },
  concat: { axis: 0 },
  cumsum: { axis: 0 },
  nonMaxSuppression: { results: 1 },
  "random.normal": { seed: 1 },
  "random.uniform": { seed: 1 },
  ...Object.fromEntries(
    ["conv1d", "conv2d", "conv2dTranspose"].map((name) => [`nn.${name}`, { filters: 2, kernel: 3 }]),
  ),
  "nn.depthwiseConv2d": { kernel: 3 },
  "nn.partialConv2d": { connections: [[0]], kernel: 3 },
  "nn.embedding": { words: 3, size: 2 },
  "nn.gru": { units: 2 },
  "nn.lstm": { units: 2 },
  "nn.rbf": { centres: [[0]] },
  "optim.sgd": { lr: 0.1 },
  "optim.plateau": { lr: 0.1 },
  "optim.step": { lr: 0.1, every: 2 },
  "optim.cosine": { lr: 0.1 },
  "optim.oneCycle": { lr: 0.1 },
  "optim.clipNorm": { norm: 1 },
  "optim.clipValue": { value: 1 },
  "optim.lazyRows": { only: [] },
  "optim.maxNorm": { norm: 1 },
  "data.shard": { rank: 0, ranks: 1 },
  "data.stream": { fields: named.fields, from: [], length: 1 },
  "data.batchCount": { batchSize: 2 },
  "data.batches": { batchSize: 2 },
  "data.epochOrder": { seed: 0, epoch: 0 },
  "objectives.anchoredBoxes": { anchors: [[0, 0, 1, 1]], classes: 1 },
  "objectives.pairRanking": { better: "a", worse: "b" },
  "explain.activationMaximisation": { target: 0 },
  "explain.sanityCheck": { methods: {} },
  "explain.pixelsSeen": { layer: "dense1", unit: [0, 0] },
  "explain.unitsSeeing": { layer: "dense1", pixel: [0, 0] },
  ...Object.fromEntries(
    ["melFilters", "melSpectrogram", "mfcc"].map((name) => [`audio.${name}`, { rate: 8000 }]),
  ),
  "audio.specAugment": { seed: 1 },
  "audio.warpVoices": { seed: 1, rate: 8000 },
  "features.canny": { low: 1, high: 2 },
  "features.trainLinear": { classes: 2 },
  "features.boxBlur": { size: 3 },
  "features.gabor": { wavelength: 4 },
  "features.gaussian": { sigma: 1 },
  "features.laplacianOfGaussian": { sigma: 1 },
  "features.motionBlur": { length: 3 },
  "features.unsharpMask": { sigma: 1 },
};
/** One of two must be given. */
const either = /expected either (steps or examples|factor or size), ./;
const ofTwo = ["nn.upsample2d", "optim.cosine", "optim.oneCycle", "optim.warmUp"];

/** They load, or make pictures for long; nothing must be given. */
const long =
  /^(data\.(loadDataset|cifar|digits|fashion|mnist)|open|explain\.(deepDream|evolved|fooling|style|top)|tasks\.)/;

test.each(Object.entries(calls).filter(([name]) => !long.test(name)))(
  "%s names what must be given and is not, and says what it may be",
  async (name, call) => {
    const options = [...((await refusal(() => call({ "?": 1 })))?.message ?? "").matchAll(/`(\w+)`/g)];
    const given: { [option: string]: unknown } = Object.fromEntries(
      options.map(([, option]) => [option, undefined]),
    );
    const expected = needed[name] ?? {};
    for (const option of Object.keys(expected)) {
      const error = await refusal(() => call(given));
      expect(error?.message).toMatch(new RegExp(`^[\\w.]+: ${option} is undefined, expected .`));
      given[option] = expected[option];
    }
    // Something else may be wrong with what the call is made with.
    const error = await refusal(() => call(given));
    if (ofTwo.includes(name)) expect(error?.message).toMatch(either);
    else expect(error?.message ?? "").not.toMatch(/: \w+ is undefined, expected|either|Cannot|no axis/);
  },
);

test.each([
  [() => optim.sgd(), "sgd: lr is undefined, expected a number of at least 0"],
  [() => nn.conv2d(), "conv2d: filters is undefined, expected a whole number of at least 1"],
  [() => R.cumsum(x), "cumsum: axis is undefined, expected a whole number, an axis of x, such as 0 or -1"],
  [
    () => R.concat([x]),
    "concat: axis is undefined, expected a whole number, an axis of the tensors, such as 0 or -1",
  ],
  [() => random.normal([2]), "random.normal: seed is undefined, expected a number"],
  [() => R.maxUnpool2d(x, x, 2), "maxUnpool2d: the switches are f32, expected i32"],
  [
    () => explain.saliency(model, image, null),
    "saliency: the options are null, expected { signal, onProgress, target }",
  ],
])("without options: %#", async (call, message) => {
  expect((await refusal(call))?.message).toBe(message);
});
