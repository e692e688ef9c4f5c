/** Everything that a user makes or is given is printed as something to read: `console.log`, `String()`, `JSON.stringify`. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { openFolder, preprocessings, readImage, writeImage } from "../src/images/index.js";
import { RemoteDataset } from "../src/worker/remote-data.js";
import { RemoteModel } from "../src/worker/remote-model.js";
import { photo, R, set } from "./door/as-javascript.js";

const { data, features, losses, models, nn, optim } = R;
const sgd = optim.sgd({ lr: 0.1 });

/** One line, or a table of few; no functions, no classes, no bytes. */
function read(value: unknown): string {
  const text = String(value);
  expect(inspect(value)).toBe(text);
  expect(text).not.toMatch(/\[Function|\[object|=>|undefined/);
  expect(text.length).toBeLessThan(200);
  const json = JSON.stringify(value);
  expect(json).toBeDefined();
  expect(json).not.toMatch(/"0":|\{\}$/);
  expect(json.length).toBeLessThan(600);
  return text;
}

/** What each maker takes, where that is not nothing; null: it makes nothing that is printed. */
const given: Record<string, Record<string, readonly unknown[] | null>> = {
  nn: {
    auxiliary: [[nn.relu()]],
    adaptiveAvgPool2d: [2],
    avgPool2d: [2],
    branches: [[nn.relu(), nn.conv2d({ filters: 2, kernel: 1 })]],
    conv1d: [{ filters: 2, kernel: 3 }],
    conv2d: [{ filters: 2, kernel: 3 }],
    conv2dTranspose: [{ filters: 2, kernel: 3 }],
    dense: [2],
    denseBlock: [[nn.relu()]],
    depthwiseConv2d: [{ kernel: 3 }],
    dropout: [0.5],
    embedding: [{ words: 8, size: 3 }],
    groupNorm: [2],
    gru: [{ units: 2 }],
    lstm: [{ units: 2 }],
    maxPool2d: [2],
    maxUnpool2d: [2],
    pixelLayers: null,
    maxout: [2],
    pad: [{ rows: [1, 1] }],
    partialConv2d: [{ connections: [[0], [0, 1]], kernel: 3 }],
    rbf: [
      {
        centres: [
          [1, -1],
          [-1, 1],
        ],
      },
    ],
    masked: null,
    replaced: null,
    rescale: [{ scale: 2 }],
    residual: [[nn.relu()]],
    sequential: [nn.relu()],
    spatialDropout: [0.5],
    subsampling2d: [2],
    unflatten: [[2, 2, 1]],
    upsample2d: [{ factor: 2 }],
    DescriptionError: null,
    fansOf: null,
    fromDescription: null,
    initialNumbers: null,
    network: null,
    graph: null,
    unrolled: null,
  },
  losses: {
    l1Penalty: [0.1],
    l2Penalty: [0.1],
    regularised: [losses.crossEntropy({ smoothing: 0.1 }), losses.l2Penalty(5e-4)],
    partsOf: null,
  },
  optim: {
    ...Object.fromEntries(
      ["adadelta", "adagrad", "adam", "adamW", "rmsprop", "sgd", "plateau"].map((name) => [
        name,
        [{ lr: 0.1 }],
      ]),
    ),
    clipNorm: [sgd, { norm: 1 }],
    clipValue: [sgd, { value: 1 }],
    lazyRows: [sgd, { only: ["vectors.vectors"] }],
    maxNorm: [sgd, { norm: 3 }],
    constant: [0.1],
    cosine: [{ lr: 0.1, steps: 10 }],
    oneCycle: [{ lr: 0.1, steps: 10 }],
    step: [{ lr: 0.1, every: 10 }],
    warmUp: [optim.cosine({ lr: 0.1, steps: 10 }), { steps: 5 }],
    eachParameter: [{ name: "own", lr: 0.1, options: { lr: 0.1 }, memory: [] }, () => () => ({})],
    fromDescription: [sgd.describe()],
    learner: null,
    minimize: null,
    stepTensors: null,
  },
  data: {
    compose: [data.randomFlip(), data.cutout(2)],
    cutout: [2],
    randomShift: [2],
    randomAffine: [{ scale: [0.9, 1.1] }],
    ...Object.fromEntries(
      [
        ...["DataError", "batchCount", "batches", "datasets", "describeSource", "epochOrder", "loadDataset"],
        ...["augmented", "examples", "labelledPictures", "shard", "stream"],
        ...["part", "pictureFrom", "registered", "cifar10", "cifar100", "digits", "fashionMnist", "mnist"],
      ].map((name) => [name, null]),
    ),
  },
};

describe.each(Object.keys(given))("what is made by %s is printed as the call that makes it", (room) => {
  const made = Object.keys(R[room]).filter((name) => given[room][name] !== null);
  test.each(made)("%s", (name) => {
    const text = read(R[room][name](...(given[room][name] ?? [])));
    if (name === "sequential") expect(text).toBe("sequential, not built: relu1");
    else if (name === "fromDescription") expect(text).toBe("sgd({ lr: 0.1 })");
    else expect(text).toMatch(name === "eachParameter" ? /^own\(/ : new RegExp(`^${name}\\(`));
  });
});

test("with what it was made of", () => {
  expect(read(nn.conv2d({ filters: 8, kernel: [3, 5], padding: "same", name: "stem" }))).toBe(
    'conv2d({ filters: 8, kernel: [3, 5], padding: "same", name: "stem" })',
  );
  expect(read(nn.residual([nn.conv2d({ filters: 2, kernel: 3 }), nn.relu()]))).toBe(
    "residual({ layers: [conv2d({ filters: 2, kernel: 3 }), relu()] })",
  );
  expect(read(losses.crossEntropy({ weights: Float32Array.of(1, 2, 3) }))).toBe(
    "crossEntropy({ weights: a Float32Array of 3 })",
  );
  expect(read(losses.regularised(losses.focal({ gamma: 1 }), losses.l2Penalty(5e-4)))).toBe(
    "regularised(focal({ gamma: 1 }), l2Penalty(0.0005))",
  );
  expect(read(optim.clipNorm(optim.sgd({ lr: 0.1, momentum: 0.9 }), { norm: 5 }))).toBe(
    "clipNorm(sgd({ lr: 0.1, momentum: 0.9 }), { norm: 5 })",
  );
  expect(read(optim.warmUp(optim.cosine({ lr: 0.1, steps: 100 }), { steps: 5 }))).toBe(
    "warmUp(cosine({ lr: 0.1, steps: 100 }), { steps: 5 })",
  );
  expect(JSON.parse(JSON.stringify(optim.clipNorm(sgd, { norm: 5 })))).toEqual(
    optim.clipNorm(sgd, { norm: 5 }).describe(),
  );
  expect(JSON.parse(JSON.stringify({ loss: losses.huber() }))).toEqual({ loss: "huber()" });
});

test("an own layer in a block, and one of which a block has many, are named", () => {
  const own = { type: "swish", forward: (x: unknown) => x };
  expect(read(nn.residual([own]))).toBe("residual({ layers: [swish()] })");
  expect(String(nn.rbf({ centres: models.digitCodes })).length).toBeLessThan(200);
  expect(String(nn.denseBlock(Array.from({ length: 24 }, () => nn.relu())))).toBe(
    "denseBlock({ layers: [relu(), relu(), relu(), relu(), … 24 in all] })",
  );
});

const folder = await mkdtemp(join(tmpdir(), "receptive-printing-"));
afterAll(() => rm(folder, { recursive: true }));

test("what is measured and saved is a line", async () => {
  const model = nn.sequential("net", nn.flatten(), nn.dense(4));
  expect(JSON.parse(JSON.stringify(model))).toEqual(model.describe());
  const evaluation = await R.evaluate(model, set);
  expect(String(evaluation)).toMatch(/^8 pictures: accuracy \d+\.\d\d %, loss \d\.\d{4}$/);
  expect(inspect(evaluation)).toBe(String(evaluation));
  expect(JSON.parse(JSON.stringify(evaluation))).toEqual({ ...evaluation });
  const loss = losses.crossEntropy();
  const curve = await R.findLearningRate(model, set, { loss, optimizer: sgd, steps: 10, batchSize: 4 });
  expect(String(curve)).toMatch(/^learning rates 0\.000001 to 10 in \d+ steps: /);
  const checkpoint = await R.checkpointOf(model, {
    input: set.shape,
    data: { name: "patterns", classes: ["a", "b"] },
  });
  const line = read(checkpoint);
  expect(line).toMatch(/^checkpoint of net, input 8×8×1: 260 numbers, trained on patterns$/);
  expect(read(R.decodeCheckpoint(R.encodeCheckpoint(checkpoint), "x"))).toBe(line);
  for await (const batch of data.batches(set, { batchSize: 2 }))
    expect(read(batch)).toBe(`2 pictures of 8×8×1 of ${set.name}`);
  expect(read(await R.principalComponents(set, 2))).toBe("2 principal components of 8×8×1");
});

test("pictures, folders and features are a line", async () => {
  const picture = { width: 4, height: 2, channels: 1, pixels: new Uint8Array(8) } as const;
  for (const part of ["train/cat", "train/dog", "val/cat", "val/dog"])
    await writeImage(join(folder, part, "1.png"), picture);
  const preprocessing = preprocessings.imagenet;
  const { train } = await openFolder(folder, { input: [8, 8, 1], preprocessing });
  expect(read(train)).toBe(`folder:${folder} (train): 2 pictures of 8×8×1 in 2 classes`);
  expect(read(data.part(train, 0, 1))).toBe(`folder:${folder} (train): 1 pictures of 8×8×1 in 2 classes`);
  expect(read(await readImage(join(folder, "val/cat/1.png")))).toBe("picture of 4×2 pixels, grey");
  read(features.hog(photo));
  read(await features.sift(photo));
  read(features.surf(photo));
});

test("examples of any fields, and streams of them, are a line", () => {
  const pairs = data.examples("pairs", {
    images: { values: new Uint8Array(2 * 16), shape: [4, 4, 1] },
    labels: { values: Int32Array.of(0, 1), shape: [] },
  });
  expect(read(pairs)).toBe("pairs: 2 examples of images 4×4×1 u8, labels i32");
  expect(read(data.shard(pairs, { rank: 0, ranks: 2 }))).toBe(
    "pairs: 1 examples of images 4×4×1 u8, labels i32",
  );
  expect(read(data.labelledPictures(set))).toBe(`${set.name}: 8 examples of images 8×8×1 u8, labels i32`);
  const fields = { x: { shape: [null, 3], dtype: "f32" } };
  expect(read(data.stream("words", { fields, from: () => [], length: 9 }))).toBe(
    "words: 9 examples of x …×3 f32",
  );
});

test("what lies in a worker says so", () => {
  const description = nn.sequential("net", nn.relu()).describe();
  const about = { description, inputShape: [8, 8, 1], classes: ["a", "b"], remote: 1 };
  expect(read(new RemoteModel(undefined as never, about as never))).toBe("net in a worker, input 8×8×1");
  const { name, split, shape, classes, length } = set;
  expect(read(new RemoteDataset({ name, split, shape, classes, length, remote: 1 }))).toBe(
    `${name} (${split}): 8 pictures of 8×8×1 in ${classes.length} classes, in a worker`,
  );
});
