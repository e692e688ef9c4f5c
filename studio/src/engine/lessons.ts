/**
 * What the rooms ask of the library. Each question is plain data and names all it depends on; the same function answers it
 * at build time, for the examples with a name, and in the worker, for what people make of them.
 */
import {
  add,
  assign,
  avgPool2d,
  compile,
  concat,
  conv1d,
  conv2d,
  elu,
  flip,
  gradients,
  leakyRelu,
  matmul,
  max,
  maximum,
  maxPool2d,
  maxPool2dSwitches,
  maxUnpool2d,
  mean,
  mul,
  random,
  relu,
  reshape,
  sigmoid,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  transpose,
  upsample2d,
  variable,
} from "receptive";
import type { Rows } from "../numbers/rows.js";
import type { Border } from "../numbers/windows.js";
import type { KernelAnswers, KernelQuestions } from "./kernel-lessons.js";
import type { NetworkAnswers, NetworkQuestions } from "./network-lessons.js";

export type ActivationName = "sigmoid" | "tanh" | "relu" | "leaky" | "maxout" | "elu";

/** The questions, by kind. */
export interface Questions extends KernelQuestions, NetworkQuestions {
  /** Each filter over the picture: one map a filter. */
  forward: { image: Rows; filters: readonly Rows[]; bias: number; stride: number; border: Border };
  /** A filter with one plane for each channel of the picture, and what each plane adds. */
  channels: { image: readonly Rows[]; filter: readonly Rows[]; bias: number };
  pool: { maps: readonly Rows[]; size: number; stride: number; how: "max" | "average" };
  /** One fully connected layer of H·W inputs: a row of weights for each output. */
  share: { image: Rows; weights: Rows };
  /** A function and its slope at each x; of maxout the larger of x and `other`·x. */
  activate: { name: ActivationName; x: readonly number[]; other: number };
  /** O, and of E = Σ O·∂E/∂O the gradients of filter and picture; and the picture's again, by full convolution. */
  backward: { image: Rows; filter: Rows; error: Rows };
  backpool: { image: Rows; error: Rows; size: number };
  /** Pooled, brought back with switches or by repeating, and pooled again. */
  upsample: { image: Rows; size: number; how: "switches" | "repeat" };
  /** θ from random numbers to what made the target, by gradient descent on the mean squared error. */
  learn: { image: Rows; filter: Rows; border: Border; seed: number; rate: number; steps: number };
  /** A sentence as d numbers a word, under a filter of the width of some words; the greatest place counts. */
  text: { words: Rows; filter: Rows };
}

/** Their answers. Rows as in the question; each number is what the library computed in f32. */
export interface Answers extends KernelAnswers, NetworkAnswers {
  forward: { maps: Rows[] };
  channels: { parts: Rows[]; map: Rows };
  pool: { maps: Rows[]; winners: Rows[] };
  share: { outputs: number[] };
  activate: { y: number[]; slope: number[] };
  backward: { output: Rows; filter: Rows; image: Rows; full: Rows };
  backpool: { pooled: Rows; winners: Rows; image: Rows };
  upsample: { pooled: Rows; winners: Rows; unpooled: Rows; again: Rows };
  learn: { filters: Rows[]; losses: number[]; target: Rows };
  text: { map: number[]; greatest: number };
}

export type Kind = keyof Questions;
export type Question<K extends Kind = Kind> = { [P in K]: { kind: P } & Questions[P] }[K];
export type Answer<K extends Kind = Kind> = Answers[K];

/** @throws what the library throws at shapes that do not fit */
export async function answerTo<K extends Kind>(question: Question<K>): Promise<Answer<K>> {
  const { kind } = question;
  // Rooms that are entered later bring their rules with them.
  const all = Object.hasOwn(rules, kind)
    ? rules
    : kind === "network" || kind === "networkFile"
      ? (await import("./network-lessons.js")).networkRules
      : (await import("./kernel-lessons.js")).kernelRules;
  const rule = (all as Readonly<Record<string, unknown>>)[kind] as (
    asked: Questions[K],
  ) => Promise<Answer<K>>;
  return rule(question as Questions[K]);
}

type OwnKind = Exclude<Kind, keyof KernelQuestions | keyof NetworkQuestions>;

const rules: { readonly [K in OwnKind]: (asked: Questions[K]) => Promise<Answers[K]> } = {
  async forward({ image, filters, bias, stride, border }) {
    const maps = conv2d(picture([image]), filterOf(filters.map((rows) => [rows])), {
      stride,
      padding: pairs(border),
    });
    return { maps: await planesOf(bias === 0 ? maps : add(maps, bias)) };
  },
  async channels({ image, filter, bias }) {
    const parts = image.map((plane, c) => conv2d(picture([plane]), filterOf([[filter[c]]])));
    const whole = add(conv2d(picture(image), filterOf([filter])), bias);
    const [map] = await planesOf(whole);
    return { parts: await planesOf(concat(parts, { axis: 3 })), map };
  },
  async pool({ maps, size, stride, how }) {
    const x = picture(maps);
    if (how === "average") return { maps: await planesOf(avgPool2d(x, size, { stride })), winners: [] };
    return {
      maps: await planesOf(maxPool2d(x, size, { stride })),
      winners: await planesOf(maxPool2dSwitches(x, size, { stride })),
    };
  },
  async share({ image, weights }) {
    const x = reshape(picture([image]), [1, image.length * image[0].length]);
    const outputs = matmul(x, transpose(tensor(weights.map((row) => [...row])), [1, 0]));
    return { outputs: [...(await outputs.data())] };
  },
  async activate({ name, x, other }) {
    const given = tensor([...x]);
    const y = activations[name](given, other);
    const [slope] = gradients(sum(y), [given]);
    return { y: [...(await y.data())], slope: [...(await slope.data())] };
  },
  async backward({ image, filter, error }) {
    const [x, w, e] = [picture([image]), filterOf([[filter]]), picture([error])];
    const output = conv2d(x, w);
    const [dImage, dFilter] = gradients(sum(mul(output, e)), [x, w]);
    const [above, left] = [filter.length - 1, filter[0].length - 1];
    const turned = flip(flip(w, 0), 1);
    const full = conv2d(e, turned, {
      padding: [
        [above, above],
        [left, left],
      ],
    });
    const kernel = transpose(dFilter, [2, 0, 1, 3]);
    const [[made], [kept], [spread], [same]] = await Promise.all(
      [output, kernel, dImage, full].map(planesOf),
    );
    return { output: made, filter: kept, image: spread, full: same };
  },
  async backpool({ image, error, size }) {
    const x = picture([image]);
    const pooled = maxPool2d(x, size);
    const [back] = gradients(sum(mul(pooled, picture([error]))), [x]);
    const [[made], [winners], [spread]] = await Promise.all(
      [pooled, maxPool2dSwitches(x, size), back].map(planesOf),
    );
    return { pooled: made, winners, image: spread };
  },
  async upsample({ image, size, how }) {
    const x = picture([image]);
    const pixels: [number, number] = [image.length, image[0].length];
    const pooled = maxPool2d(x, size);
    const switches = maxPool2dSwitches(x, size);
    const back =
      how === "switches" ? maxUnpool2d(pooled, switches, size, { pixels }) : upsample2d(pooled, pixels);
    const [[made], [winners], [unpooled], [again]] = await Promise.all(
      [pooled, switches, back, maxPool2d(back, size)].map(planesOf),
    );
    return { pooled: made, winners, unpooled, again };
  },
  async learn({ image, filter, border, seed, rate, steps }) {
    const x = picture([image]);
    const padding = pairs(border);
    const made = conv2d(x, filterOf([[filter]]), { padding });
    const [target, shape] = [await made.data(), made.shape];
    const wanted = tensor(target, shape);
    const [height, width] = [filter.length, filter[0].length];
    const start = await random.uniform([height, width, 1, 1], { min: -0.5, max: 0.5, seed }).data();
    const theta = variable(start, [height, width, 1, 1]);
    const step = compile((speed: Tensor) => {
      const loss = mean(square(sub(conv2d(x, theta, { padding }), wanted)));
      const [slope] = gradients(loss, [theta]);
      assign(theta, sub(theta, mul(slope, speed)));
      return loss;
    });
    const filters = [rowsOf(start, height, width)];
    const values: number[] = [];
    for (let i = 0; i <= steps; i++) {
      values.push(await (await step(tensor(rate))).item());
      if (i < steps) filters.push(rowsOf(await theta.data(), height, width));
    }
    return { filters, losses: values, target: rowsOf(target, shape[1], shape[2]) };
  },
  async text({ words, filter }) {
    const line = (rows: Rows) => rows.map((row) => [...row]);
    const x = reshape(tensor(line(words)), [1, words.length, words[0].length]);
    const w = reshape(tensor(line(filter)), [filter.length, words[0].length, 1]);
    const map = conv1d(x, w);
    const [values, greatest] = await Promise.all([map.data(), max(map).data()]);
    return { map: [...values], greatest: greatest[0] };
  },
};

const activations: Readonly<Record<ActivationName, (x: Tensor, other: number) => Tensor>> = {
  sigmoid: (x) => sigmoid(x),
  tanh: (x) => tanh(x),
  relu: (x) => relu(x),
  leaky: (x) => leakyRelu(x, 0.1),
  maxout: (x, other) => maximum(x, mul(x, other)),
  elu: (x) => elu(x),
};

const pairs = (border: Border): [[number, number], [number, number]] => [
  [border[0][0], border[0][1]],
  [border[1][0], border[1][1]],
];

/** Planes of H×W as 1×H×W×C. */
function picture(planes: readonly Rows[]): Tensor {
  const [height, width] = [planes[0].length, planes[0][0].length];
  const values = Float32Array.from(
    { length: height * width * planes.length },
    (_, i) =>
      planes[i % planes.length][Math.floor(i / planes.length / width)][Math.floor(i / planes.length) % width],
  );
  return tensor(values, [1, height, width, planes.length]);
}

/** Filters of one plane a channel as kH×kW×C×F. */
function filterOf(filters: readonly (readonly Rows[])[]): Tensor {
  const [height, width, channels] = [filters[0][0].length, filters[0][0][0].length, filters[0].length];
  const values: number[] = [];
  for (let a = 0; a < height; a++)
    for (let b = 0; b < width; b++)
      for (let c = 0; c < channels; c++) for (const filter of filters) values.push(filter[c][a][b]);
  return tensor(Float32Array.from(values), [height, width, channels, filters.length]);
}

/** 1×H×W×C as C planes. */
async function planesOf(x: Tensor): Promise<Rows[]> {
  const [, height, width, channels] = x.shape;
  const values = await x.data();
  return Array.from({ length: channels }, (_, c) =>
    Array.from({ length: height }, (_, i) =>
      Array.from({ length: width }, (_, j) => values[(i * width + j) * channels + c]),
    ),
  );
}

const rowsOf = (values: ArrayLike<number>, height: number, width: number): Rows =>
  Array.from({ length: height }, (_, i) => Array.from({ length: width }, (_, j) => values[i * width + j]));
