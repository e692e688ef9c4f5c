/** A tiny problem for each kind of objective, with a score that a network reaches which has learned it. */
import { data, losses, nn, type Objective, objectives, optim } from "../../src/index.js";
import { RandomStream } from "../../src/random/threefry.js";
import type { FitOptions } from "../../src/training/fit.js";
import type { Trainable } from "../../src/training/objective.js";
import type { TrainingSource } from "../../src/training/training-data.js";

export interface Kind {
  readonly name: string;
  readonly examples: TrainingSource;
  objective(): Objective;
  model(): Trainable;
  readonly lr: number;
  readonly epochs: number;
  /** Of the validation score that `best` of the objective names, or of the loss. */
  reached(scores: { readonly [name: string]: number }, loss: number): boolean;
}

const n = 70;
const random = (stream: number) => new RandomStream(3, 500 + stream);
const floats = (length: number, stream: number) => {
  const r = random(stream);
  return Float32Array.from({ length }, () => r.uniform(-1, 1));
};
const wholes = (length: number, below: number, stream: number) => {
  const r = random(stream);
  return Int32Array.from({ length }, () => r.integer(below));
};

/** Two words of ten, whose class is whether the first one is among the first five. */
const words = () => {
  const values = wholes(2 * n, 10, 1);
  const label = Int32Array.from({ length: n }, (_, i) => Number(values[2 * i] >= 5));
  return data.examples("two words", { words: { values, shape: [2] }, label: { values: label } });
};

/** Pictures of 6×6, of which each pixel's class is whether it is bright; the upper left one does not count. */
const masks = () => {
  const r = random(2);
  const images = Uint8Array.from({ length: n * 36 }, () => r.integer(256));
  const labels = Int32Array.from(images, (v, i) => (i % 36 === 0 ? -1 : Number(v > 127)));
  return data.examples("masks", {
    images: { values: images, shape: [6, 6, 1], pixels: true },
    labels: { values: labels, shape: [6, 6] },
  });
};

/** Numbers, and two sums of them. */
const sums = () => {
  const x = floats(4 * n, 3);
  const y = Float32Array.from({ length: 2 * n }, (_, i) => {
    const [a, b, c, d] = x.subarray(4 * (i >> 1), 4 * (i >> 1) + 4);
    return i % 2 === 0 ? a - 2 * b : c + d / 2;
  });
  return data.examples("sums", { x: { values: x, shape: [4] }, y: { values: y, shape: [2] } });
};

/** Points, the class by the larger coordinate, of which some do not count. */
const points = () => {
  const x = floats(3 * n, 4);
  const label = Int32Array.from({ length: n }, (_, i) => {
    const [a, b, c] = x.subarray(3 * i, 3 * i + 3);
    return i % 9 === 4 ? -1 : a >= b && a >= c ? 0 : b >= c ? 1 : 2;
  });
  return data.examples("points", { x: { values: x, shape: [3] }, label: { values: label } });
};

/** A picture and two words: how bright the picture is, what the first word is, and the sum of the two words. */
const answers = () => {
  const r = random(8);
  const photo = Uint8Array.from({ length: n * 16 }, (_, i) => (i % 16 === 0 ? r.integer(256) : 0));
  for (let i = 0; i < photo.length; i++) photo[i] = photo[i - (i % 16)];
  const words = wholes(2 * n, 6, 9);
  return data.examples("answers", {
    photo: { values: photo, shape: [4, 4, 1], pixels: true },
    words: { values: words, shape: [2] },
    bright: { values: Int32Array.from({ length: n }, (_, i) => Number(photo[16 * i] > 127)) },
    first: { values: Int32Array.from({ length: n }, (_, i) => words[2 * i]) },
    sum: {
      values: Float32Array.from({ length: n }, (_, i) => (words[2 * i] + words[2 * i + 1]) / 10),
      shape: [1],
    },
  });
};

/** Pairs of which the better one has the larger sum. */
const pairs = () => {
  const [a, b] = [floats(4 * n, 5), floats(4 * n, 6)];
  const sum = (v: Float32Array, i: number) => v.subarray(4 * i, 4 * i + 4).reduce((x, y) => x + y);
  for (let i = 0; i < n; i++)
    if (sum(a, i) < sum(b, i)) for (let k = 4 * i; k < 4 * i + 4; k++) [a[k], b[k]] = [b[k], a[k]];
  return data.examples("pairs", { better: { values: a, shape: [4] }, worse: { values: b, shape: [4] } });
};

/** Sentences of 3 to 12 words, in which each word follows from the one before. */
const sentences = () => {
  const r = random(7);
  const values = Array.from({ length: n }, () => {
    const first = r.integer(6);
    return Int32Array.from({ length: 3 + r.integer(10) }, (_, i) => (first + 2 * i) % 6);
  });
  return data.examples("sentences", { tokens: { values, mask: "there" } });
};

/** Pictures of 16×16 with one or two rectangles in cells of their own, bright ones and dim ones. */
const scenes = () => {
  const r = random(10);
  const images = new Uint8Array(n * 256);
  const [boxes, labels]: [Float32Array[], Int32Array[]] = [[], []];
  for (let i = 0; i < n; i++) {
    const cells = [...r.permutation(4)].slice(0, 1 + r.integer(2));
    const own = cells.map((cell) => {
      const [top, left] = [8 * (cell >> 1) + r.integer(3), 8 * (cell & 1) + r.integer(3)];
      return { box: [top, left, top + 4 + r.integer(2), left + 4 + r.integer(2)], label: r.integer(2) };
    });
    for (const { box, label } of own)
      for (let y = box[0]; y < box[2]; y++)
        for (let x = box[1]; x < box[3]; x++) images[256 * i + 16 * y + x] = label === 0 ? 255 : 110;
    boxes.push(Float32Array.from(own.flatMap(({ box }) => box)));
    labels.push(Int32Array.from(own, ({ label }) => label));
  }
  return data.examples("scenes", {
    images: { values: images, shape: [16, 16, 1], pixels: true },
    boxes: { values: boxes, shape: [null, 4], multiple: 2 },
    labels: { values: labels, pad: -1, multiple: 2 },
  });
};

/** One of 6×6 about the middle of each cell. */
const anchors = [0, 1, 2, 3].map((cell) => {
  const [top, left] = [8 * (cell >> 1) + 1, 8 * (cell & 1) + 1];
  return [top, left, top + 6, left + 6] as const;
});

export const kinds: readonly Kind[] = [
  {
    name: "classification of two words",
    examples: words(),
    objective: () => objectives.classification(losses.crossEntropy(), { inputs: ["words"], target: "label" }),
    model: () => nn.sequential("words", nn.embedding({ words: 10, size: 8 }), nn.flatten(), nn.dense(2)),
    lr: 0.05,
    epochs: 8,
    reached: ({ accuracy }) => accuracy === 1,
  },
  {
    name: "classification, weighed, with targets that do not count and a penalty",
    examples: points(),
    objective: () =>
      objectives.classification(
        losses.regularised(losses.crossEntropy({ weights: [1, 2, 0.5] }), losses.l2Penalty(1e-4)),
        { inputs: ["x"], target: "label" },
      ),
    model: () => nn.sequential("points", nn.dense(16), nn.relu(), nn.dense(3)),
    lr: 0.03,
    epochs: 20,
    reached: ({ accuracy }) => accuracy > 0.95,
  },
  {
    name: "segmentation",
    examples: masks(),
    objective: () => objectives.segmentation(),
    model: () =>
      nn.sequential(
        "pixels",
        nn.conv2d({ filters: 8, kernel: 1 }),
        nn.relu(),
        nn.conv2d({ filters: 2, kernel: 1 }),
      ),
    lr: 0.03,
    epochs: 20,
    reached: ({ mIoU }) => mIoU > 0.9,
  },
  {
    name: "reconstruction",
    examples: masks(),
    objective: () => objectives.reconstruction(),
    model: () =>
      nn.sequential("again", nn.conv2d({ filters: 4, kernel: 1 }), nn.conv2d({ filters: 1, kernel: 1 })),
    lr: 0.05,
    epochs: 30,
    reached: (_, loss) => loss < 0.01,
  },
  {
    name: "regression",
    examples: sums(),
    objective: () => objectives.regression(losses.smoothL1(), { inputs: ["x"], target: "y" }),
    model: () => nn.sequential("sums", nn.dense(2)),
    lr: 0.05,
    epochs: 40,
    reached: ({ rmse }) => rmse < 0.1,
  },
  {
    name: "several losses",
    examples: points(),
    objective: () =>
      objectives.several(
        {
          likely: { loss: losses.crossEntropy(), target: "label" },
          apart: { loss: losses.hinge(), target: "label", times: 0.5 },
        },
        { inputs: ["x"] },
      ),
    model: () => nn.sequential("points", nn.dense(16), nn.relu(), nn.dense(3)),
    lr: 0.03,
    epochs: 20,
    reached: (scores) => scores["likely accuracy"] > 0.95 && scores["apart accuracy"] > 0.95,
  },
  {
    name: "several losses of two inputs and three outputs",
    examples: answers(),
    objective: () =>
      objectives.several(
        {
          bright: { loss: losses.crossEntropy(), target: "bright" },
          first: { loss: losses.crossEntropy(), target: "first", output: "word" },
          sum: { loss: losses.meanSquaredError(), target: "sum", times: 2 },
        },
        { inputs: ["photo", "words"] },
      ),
    model: () =>
      nn.graph("answers", {
        inputs: ["photo", "words"],
        nodes: {
          seen: {
            layer: nn.sequential(nn.conv2d({ filters: 4, kernel: 3 }), nn.globalAvgPool2d()),
            from: "photo",
          },
          read: { layer: nn.sequential(nn.embedding({ words: 6, size: 8 }), nn.flatten()), from: "words" },
          bright: { layer: nn.dense(2), from: "seen" },
          both: { layer: nn.concatenate(), from: ["seen", "read"] },
          word: { layer: nn.dense(6), from: "both" },
          sum: { layer: nn.dense(1), from: "read" },
        },
        outputs: ["bright", "word", "sum"],
      }),
    lr: 0.05,
    epochs: 40,
    reached: (scores, loss) =>
      scores["first accuracy"] === 1 && scores["bright accuracy"] > 0.9 && loss < 0.5,
  },
  {
    name: "pairs ranked",
    examples: pairs(),
    objective: () => objectives.pairRanking({ better: "better", worse: "worse" }),
    model: () => nn.sequential("score", nn.dense(1)),
    lr: 0.1,
    epochs: 30,
    reached: ({ ordered }) => ordered > 0.97,
  },
  {
    name: "sets of boxes",
    examples: scenes(),
    objective: () => objectives.anchoredBoxes({ anchors, classes: 2 }),
    model: () =>
      nn.sequential(
        "finder",
        nn.conv2d({ filters: 12, kernel: 4, stride: 4 }),
        nn.relu(),
        nn.conv2d({ filters: 32, kernel: 2, stride: 2 }),
        nn.relu(),
        nn.conv2d({ filters: 6, kernel: 1 }),
        nn.flatten(),
        nn.unflatten([4, 6]),
      ),
    lr: 0.02,
    epochs: 60,
    reached: ({ mAP }) => mAP > 0.9,
  },
  {
    name: "sequences",
    examples: sentences(),
    objective: () => objectives.nextTokens(losses.crossEntropy(), { mask: "there" }),
    model: () =>
      nn.sequential(
        "foretelling",
        nn.embedding({ words: 6, size: 8 }),
        nn.lstm({ units: 12, outputs: "all" }),
        nn.conv1d({ filters: 6, kernel: 1 }),
      ),
    lr: 0.03,
    epochs: 15,
    reached: ({ accuracy, perplexity }) => accuracy === 1 && perplexity < 1.3,
  },
];

export const optionsOf = (kind: Kind, more: Partial<FitOptions> = {}): FitOptions => ({
  objective: kind.objective(),
  optimizer: optim.adam({ lr: kind.lr }),
  epochs: kind.epochs,
  batchSize: 16,
  seed: 2,
  ...more,
});
