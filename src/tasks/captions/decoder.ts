/** The decoder that writes captions: a long short-term memory that looks at a part of the picture for each word. */
import { optionsOf } from "../../door/options.js";
import { belowOne, flag, fromOneOn, required } from "../../door/rules.js";
import type { Layer, Network, Scope } from "../../nn/index.js";
import * as nn from "../../nn/index.js";
import { add, mul, sub } from "../../ops/arithmetic.js";
import { broadcastTo } from "../../ops/broadcast-to.js";
import { cast } from "../../ops/cast.js";
import { greater, less, logicalAnd } from "../../ops/comparisons.js";
import { concat } from "../../ops/concat.js";
import { sigmoid, tanh } from "../../ops/elementary.js";
import { gather } from "../../ops/gather.js";
import { lstmCell } from "../../ops/lstm-cell.js";
import { matmul } from "../../ops/matmul.js";
import { range } from "../../ops/range.js";
import { reshape } from "../../ops/reshape.js";
import { slice } from "../../ops/slice.js";
import { softmax } from "../../ops/softmax.js";
import { mean } from "../../ops/statistics.js";
import { sum } from "../../ops/sum.js";
import { where } from "../../ops/where.js";
import { ShapeError, show } from "../../tensor/shapes.js";
import type { Tensor } from "../../tensor/tensor.js";
import { unknown } from "../words/vocabulary.js";

/** A {@link captionDecoder} in numbers. */
export interface CaptionDecoderOptions {
  /** Numbers of words: the vocabulary's size. */
  words: number;
  /** Numbers of a word's vector; 64 if left out. */
  size?: number;
  /** Units of the memory; 192 if left out. */
  units?: number;
  /** Units by which a place is judged; 96 if left out. */
  attention?: number;
  /** Places know where they are: their row and column, −1 to 1, stand beside what the encoder says; if left out they do. */
  positions?: boolean;
  /** Share of the memory, and of what words are chosen by, that a step of training leaves out; 0.3 if left out. */
  dropout?: number;
  /** Share of the words before that a step of training does not know; 0.2 if left out. */
  wordDropout?: number;
}

/** What it has learned. D are the numbers of a place, E of a word, U of the memory, A of the attention, V words. */
export type DecoderWeights = { readonly [K in keyof ReturnType<typeof decoderShapes>]: Tensor };

type Sizes = Required<Pick<CaptionDecoderOptions, "words" | "size" | "units" | "attention">>;

const decoderShapes = ({ words: V, size: E, units: U, attention: A }: Sizes, D: number) =>
  ({
    vectors: [V, E],
    hiddenStart: [D, U],
    hiddenStartBias: [U],
    cellStart: [D, U],
    cellStartBias: [U],
    keys: [D, A],
    query: [U, A],
    queryBias: [A],
    judge: [A],
    gate: [U, 1],
    gateBias: [1],
    input: [E + D, 4 * U],
    recurrent: [U, 4 * U],
    bias: [4 * U],
    toldHidden: [U, E],
    toldSeen: [D, E],
    toldBias: [E],
    scores: [E, V],
    scoresBias: [V],
  }) as const;

/** What is known of pictures before the first word, and what is remembered: for each picture K sentences. */
export type DecoderState = {
  /** N×L×D: what each place has to say. */
  readonly places: Tensor;
  /** N×L×A: by what it is judged. */
  readonly keys: Tensor;
  /** N×K×U each. */
  readonly hidden: Tensor;
  readonly cell: Tensor;
};

/** N×h×w×D to N×(h·w)×D, or D + 2 with rows and columns of −1 to 1. */
function placesIn(grid: Tensor, positions: boolean): Tensor {
  const [n, h, w, depth] = grid.shape;
  const places = reshape(grid, [n, h * w, depth]);
  if (!positions) return places;
  const along = (extent: number): Tensor => sub(mul(add(cast(range(extent), "f32"), 0.5), 2 / extent), 1);
  const rows = broadcastTo(reshape(along(h), [1, h, 1, 1]), [n, h, w, 1]);
  const columns = broadcastTo(reshape(along(w), [1, 1, w, 1]), [n, h, w, 1]);
  return concat([places, reshape(rows, [n, h * w, 1]), reshape(columns, [n, h * w, 1])], { axis: 2 });
}

/**
 * What is remembered before the first word, of `sentences` sentences about each picture:
 *
 *     h, c = tanh(mean of places · W + b), each with weights of its own
 *
 * @param grid  N×h×w×D, the places of the encoder
 */
export function begun(
  grid: Tensor,
  weights: DecoderWeights,
  { positions, sentences = 1 }: { positions: boolean; sentences?: number },
): DecoderState {
  const places = placesIn(grid, positions);
  const whole = mean(places, { axis: 1 });
  const start = (by: Tensor, bias: Tensor): Tensor => {
    const [n, units] = [grid.shape[0], bias.shape[0]];
    return broadcastTo(reshape(tanh(add(matmul(whole, by), bias)), [n, 1, units]), [n, sentences, units]);
  };
  return {
    places,
    keys: matmul(places, weights.keys),
    hidden: start(weights.hiddenStart, weights.hiddenStartBias),
    cell: start(weights.cellStart, weights.cellStartBias),
  };
}

/**
 * One word further: where is looked, what is seen there, and what is remembered then.
 *
 *     e_i = v · tanh(a_i·K + h·Q + b),   α = softmax(e),   z = sigmoid(h·G + g) · Σ_i α_i a_i
 *     h, c ← lstm([y, z], h, c)
 *
 * @param vectors  N×K×E, the words before, y
 * @returns  the state, `seen` N×K×D, which is z, and `attention` N×K×L, which is α
 */
export function stepped(
  vectors: Tensor,
  { places, keys, hidden, cell }: DecoderState,
  weights: DecoderWeights,
): { state: DecoderState; seen: Tensor; attention: Tensor } {
  const [n, l, depth] = places.shape;
  const [, k, units] = hidden.shape;
  const width = keys.shape[2];
  const query = add(matmul(hidden, weights.query), weights.queryBias);
  const judged = tanh(add(reshape(keys, [n, 1, l, width]), reshape(query, [n, k, 1, width])));
  const attention = softmax(sum(mul(judged, weights.judge), { axis: 3 }));
  const gate = sigmoid(add(matmul(hidden, weights.gate), weights.gateBias));
  const seen = mul(matmul(attention, places), gate);
  const rows = n * k;
  const next = lstmCell(
    reshape(concat([vectors, seen], { axis: 2 }), [rows, vectors.shape[2] + depth]),
    { hidden: reshape(hidden, [rows, units]), cell: reshape(cell, [rows, units]) },
    weights,
  );
  const state = {
    places,
    keys,
    hidden: reshape(next.hidden, [n, k, units]),
    cell: reshape(next.cell, [n, k, units]),
  };
  return { state, seen, attention };
}

/** The words before and what they are told by: `tanh(y + h·H + z·Z + b)`, N×K×E ("deep output"). */
const told = (vectors: Tensor, hidden: Tensor, seen: Tensor, weights: DecoderWeights): Tensor =>
  tanh(
    add(
      add(vectors, matmul(hidden, weights.toldHidden)),
      add(matmul(seen, weights.toldSeen), weights.toldBias),
    ),
  );

const scored = (values: Tensor, weights: DecoderWeights): Tensor =>
  add(matmul(values, weights.scores), weights.scoresBias);

/**
 * One word further, for those who write: of the words before the scores of the next ones.
 * @param words  N×K, i32
 * @returns  `scores` N×K×V, before a softmax; `attention` N×K×L
 */
export function wordsAfter(
  words: Tensor,
  state: DecoderState,
  weights: DecoderWeights,
): { state: DecoderState; scores: Tensor; attention: Tensor } {
  const vectors = gather(weights.vectors, words);
  const { state: next, seen, attention } = stepped(vectors, state, weights);
  return { state: next, attention, scores: scored(told(vectors, next.hidden, seen, weights), weights) };
}

/** What a {@link captionDecoder} takes: `places` N×h×w×D, and `words` N×T, of which the first begins the sentence. */
export type DecoderInputs = { readonly places: Tensor; readonly words: Tensor };
/** What it gives: `scores` N×T×V of the word after each, before a softmax, and `attention` N×T×(h·w), of which each row adds up to 1. */
export type DecoderOutputs = { readonly scores: Tensor; readonly attention: Tensor };

export const decoderType = "captionDecoder";

/**
 * The decoder of Show, Attend and Tell with soft attention, on captions that are known ("teacher forcing"): the word after
 * each of theirs is told. It is unrolled: each length of caption is a program of its own.
 *
 * What is remembered begins with the mean of all places; for each word places are judged by what is remembered, what is
 * seen there is their weighed mean, times a gate; and the word is told by the word before, memory, and what is seen.
 *
 * Xu, Ba, Kiros, Cho, Courville, Salakhutdinov, Zemel, Bengio: Show, Attend and Tell, ICML 2015, section 3.1 and 4.2; words
 * that are not known in training: Bowman et al.: Generating Sentences from a Continuous Space, CoNLL 2016, section 3.1.
 */
export function captionDecoder(given: CaptionDecoderOptions): Layer<DecoderInputs, DecoderOutputs> {
  const options = optionsOf("captionDecoder", given, {
    words: required(fromOneOn),
    size: fromOneOn,
    units: fromOneOn,
    attention: fromOneOn,
    positions: flag,
    dropout: belowOne,
    wordDropout: belowOne,
  });
  const sizes = sizesOf(options);
  const { positions = true, dropout = 0.3, wordDropout = 0.2 } = options;
  const dropping = nn.dropout(dropout);
  return {
    type: decoderType,
    options,
    forward({ places: grid, words }, scope) {
      checkInputs(grid, words);
      const [n, steps] = words.shape;
      const weights = weightsIn(scope, sizes, grid.shape[3] + (positions ? 2 : 0));
      const known =
        scope.training && wordDropout > 0 ? scope.run(forgetting(wordDropout), words, "forgetting") : words;
      const vectors = gather(weights.vectors, cast(known, "i32"));
      let state = begun(grid, weights, { positions });
      const all: { hidden: Tensor; seen: Tensor; attention: Tensor }[] = [];
      for (let t = 0; t < steps; t++) {
        const { state: next, ...looked } = stepped(
          slice(vectors, [0, t, 0], [n, t + 1, sizes.size]),
          state,
          weights,
        );
        all.push({ ...looked, hidden: next.hidden });
        state = next;
      }
      const joined = (of: keyof (typeof all)[number]): Tensor =>
        concat(
          all.map((one) => one[of]),
          { axis: 1 },
        );
      const hidden = scope.run(dropping, joined("hidden"), "hiddenDropout");
      const values = scope.run(dropping, told(vectors, hidden, joined("seen"), weights), "toldDropout");
      return { scores: scored(values, weights), attention: joined("attention") };
    },
    macs({ places: { shape }, words }) {
      const [, h, w, given] = shape;
      const depth = given + (positions ? 2 : 0);
      const { size, units, attention, words: count } = sizes;
      const each =
        h * w * (attention + depth) +
        units * (attention + 1) +
        4 * units * (size + depth + units) +
        size * (units + depth + count);
      return shape[0] * (depth * (2 * units + h * w * attention) + words.shape[1] * each);
    },
    sees: () => "everything",
  };
}

function checkInputs({ shape: grid, rank }: Tensor, { shape: words }: Tensor): void {
  if (rank !== 4 || words.length !== 2 || words[0] !== grid[0] || words[1] < 1)
    throw new ShapeError(
      `captionDecoder: places are ${show(grid)} and words ${show(words)}, expected N×h×w×D and N×T`,
    );
}

const sizesOf = ({ words, size = 64, units = 192, attention = 96 }: CaptionDecoderOptions): Sizes => ({
  words,
  size,
  units,
  attention,
});

/** Words before that are not known: another draw for each; what begins a sentence, and what fills it up, stays. */
const forgetting = (rate: number): Layer => ({
  type: "forgetting",
  forward(words, scope) {
    const isWord = greater(words, unknown + 2);
    return where(logicalAnd(less(scope.uniform(words.shape), rate), isWord), unknown, cast(words, "i32"));
  },
});

/** Of a layer as it runs. */
function weightsIn(scope: Scope, sizes: Sizes, depth: number): DecoderWeights {
  const shapes = decoderShapes(sizes, depth);
  const within = 1 / Math.sqrt(sizes.units);
  const initialiser = (name: string, [rows]: readonly number[]) => {
    if (name === "vectors") return { uniform: 0.1 };
    if (/bias$/i.test(name)) return "zeros" as const;
    // As in PyTorch: matrices by what they take in, and those of the memory by its units.
    return { uniform: name === "input" || name === "recurrent" ? within : 1 / Math.sqrt(rows) };
  };
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      scope.parameter(name, shape, initialiser(name, shape)),
    ]),
  ) as DecoderWeights;
}

/** Of a network, whose decoder is the node `decoder`. */
export const decoderWeights = ({ parameters }: Pick<Network, "parameters">): DecoderWeights =>
  Object.fromEntries(
    [...parameters]
      .filter(([path]) => path.startsWith("decoder."))
      .map(([path, variable]) => [path.slice("decoder.".length), variable]),
  ) as unknown as DecoderWeights;
