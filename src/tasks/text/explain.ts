/** Which words of a text decided: the n-grams that won, what hiding a word does, and integrated gradients. */

import { gradients } from "../../autodiff/gradients.js";
import { DataError } from "../../data/dataset.js";
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { text as aText, fromOneOn, oneOf, rule } from "../../door/rules.js";
import { suggestion } from "../../door/spelling.js";
import type { AnyLayer } from "../../nn/index.js";
import { mul } from "../../ops/arithmetic.js";
import { slice } from "../../ops/slice.js";
import { sum } from "../../ops/sum.js";
import { compile } from "../../tensor/compile.js";
import { numbersOf } from "../../tensor/compute.js";
import { Tensor } from "../../tensor/tensor.js";
import { highest } from "../../training/evaluate.js";
import { probabilitiesOf } from "../../training/predict.js";
import { lengthsBy, padding } from "../words/vocabulary.js";
import { TextClassifier } from "./classifier.js";
import { judged, type Sentence } from "./sentences.js";

/** The ways of asking which words decided. */
export const textMethods = ["winners", "occlusion", "integrated-gradients"] as const;
/** One of them, by its name. */
export type TextMethod = (typeof textMethods)[number];

/** What {@link explainText} asks. */
export interface TextExplanationOptions {
  /**
   * "winners", so if left out: each filter's greatest value goes to the words of the window that has it, in equal parts, times
   * the weight with which it counts for the class. "occlusion": how much the score falls without the word.
   * "integrated-gradients": gradients by the word's vector, over the way from vectors of zeros (Sundararajan, Taly, Yan:
   * Axiomatic Attribution for Deep Networks, ICML 2017).
   */
  method?: TextMethod;
  /** The class whose score is asked about; that which the network reads if left out. */
  target?: string;
  /** Points on the way of integrated gradients; 64 if left out. */
  steps?: number;
}

/** Of each word, how much it did for the score of a class. */
export interface TextExplanation {
  readonly method: TextMethod;
  readonly target: string;
  readonly words: readonly string[];
  /**
   * Of each word, in the unit of scores, before softmax. Of winners they add up to the score less the class's bias; of
   * integrated gradients to the score less that of a text whose words are all zeros, but for the error of the sum.
   */
  readonly relevance: Float32Array;
  readonly score: number;
  readonly probability: number;
  /** Of winners: those that did most for the score, and against it, the strongest first. */
  readonly winners?: readonly TextWinner[];
}

/** The window in which filters had their greatest value, and what they did for the score together. */
export interface TextWinner {
  /** Its words, as far as it lies within the text. */
  readonly ngram: readonly string[];
  /** Where the first of them stands. */
  readonly at: number;
  /** Filters that had their greatest value there. */
  readonly filters: readonly { readonly window: number; readonly filter: number; readonly value: number }[];
  /** Their values times the weights of the class, added up. */
  readonly contribution: number;
}

/**
 * Which words of a text did how much for the score of a class.
 *
 * @throws DataError where the text has no words, or none that is known, or there is no such class
 */
export async function explainText(
  classifier: TextClassifier,
  text: string,
  options: TextExplanationOptions = {},
): Promise<TextExplanation> {
  const {
    method = "winners",
    target,
    steps = 64,
  } = optionsOf("explain", options, {
    method: oneOf(...textMethods),
    target: aText,
    steps: fromOneOn,
  });
  checkArgument("explain", "what is to be explained", classifier, aClassifier);
  checkArgument("explain", "the text", text, aText);
  const { classes, network } = classifier;
  const sentence = judged((given) => classifier.read(given), text);
  const [scores] = await classifier.scores([sentence]);
  const at = target === undefined ? highest(scores) : classes.indexOf(target);
  if (at < 0)
    throw new DataError(
      `explain: there is no class "${target}"; there are ${classes.join(", ")}${suggestion(target!, classes)}`,
    );
  const asked = { classifier, sentence, at };
  const found =
    method === "winners"
      ? await winnersOf(asked)
      : {
          relevance: await (method === "occlusion" ? occluded(asked, scores[at]) : integrated(asked, steps)),
        };
  return {
    method,
    target: classes[at],
    words: sentence.words,
    score: scores[at],
    probability: probabilitiesOf(network as never, scores)[at],
    ...found,
  };
}

const aClassifier = rule(
  "a classifier, as text.train and text.load give it",
  (value) => value instanceof TextClassifier,
);

interface Asked {
  readonly classifier: TextClassifier;
  readonly sentence: Sentence;
  readonly at: number;
}

/** 1×L numbers of words, filled up as the network takes them. */
function wordsOf({ classifier: { reading }, sentence: { numbers } }: Asked): Tensor {
  const length = reading.isFixed ? reading.longest : Math.ceil(numbers.length / lengthsBy) * lengthsBy;
  const words = new Int32Array(length).fill(padding);
  words.set(numbers);
  return Tensor.from(words, [1, length], "i32");
}

async function winnersOf(asked: Asked): Promise<Pick<TextExplanation, "relevance" | "winners">> {
  const { classifier, sentence, at } = asked;
  const { network, classes, reading } = classifier;
  const widths: number[] = [];
  const run = compile((words: Tensor) => {
    const values: Tensor[] = [];
    network(
      { words },
      {
        capture(path, _, layer, input) {
          if (layer.type !== "maxOverTime") return;
          widths.push(Number(/\d+$/.exec(path)![0]));
          values.push((input as readonly Tensor[])[0]);
        },
      },
    );
    return values;
  });
  const maps = await numbersOf(run(wordsOf(asked)));
  const weights = await network.parameters.get("scores.weights")!.read();
  const count = sentence.numbers.length;
  const relevance = new Float32Array(count);
  const byPlace = new Map<string, Found>();
  let feature = 0;
  maps.forEach((values, m) => {
    const window = widths[m];
    const before = (reading.isFixed ? Math.max(...widths) : window) - 1;
    const filters = weights.length / classes.length / maps.length;
    // The first windows: those after them hold no word. Where filling counts, all do.
    const windows = reading.isFixed ? values.length / filters : count + before;
    for (let filter = 0; filter < filters; filter++, feature++) {
      let best = 0;
      for (let i = 1; i < windows; i++)
        if (values[i * filters + filter] > values[best * filters + filter]) best = i;
      const value = values[best * filters + filter];
      const contribution = value * weights[feature * classes.length + at];
      if (!(value > 0) || contribution === 0) continue;
      const from = Math.max(0, best - before);
      const to = Math.min(count, best - before + window);
      if (from >= to) continue; // a window of filling alone
      for (let i = from; i < to; i++) relevance[i] += contribution / (to - from);
      const key = `${from} ${to}`;
      const known = byPlace.get(key) ?? { from, to, filters: [], contribution: 0 };
      known.filters.push({ window, filter, value });
      known.contribution += contribution;
      byPlace.set(key, known);
    }
  });
  const winners = [...byPlace.values()]
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution) || a.from - b.from || a.to - b.to)
    .map(({ from, to, filters, contribution }) => ({
      ngram: sentence.words.slice(from, to),
      at: from,
      filters: filters.sort((a, b) => b.value - a.value),
      contribution,
    }));
  return { relevance, winners };
}

interface Found {
  readonly from: number;
  readonly to: number;
  readonly filters: TextWinner["filters"][number][];
  contribution: number;
}

/** How much the score falls when a word's vector is zeros; in its window it still counts. */
async function occluded(asked: Asked, score: number): Promise<Float32Array> {
  const { classifier, at } = asked;
  const { words } = asked.sentence;
  const inputs = wordsOf(asked);
  const run = compile((numbers: Tensor, kept: Tensor) =>
    slice(
      classifier.network({ words: numbers }, { instead: scaled(kept) }),
      [0, at],
      [numbers.shape[0], at + 1],
    ),
  );
  const length = inputs.shape[1];
  const relevance = new Float32Array(words.length);
  for (let from = 0; from < words.length; from += lengthsBy * 4) {
    const some = Math.min(lengthsBy * 4, words.length - from);
    const kept = new Float32Array(some * length).fill(1);
    for (let i = 0; i < some; i++) kept[i * length + from + i] = 0;
    const scores = await numbersOf(run(repeated(inputs, some), Tensor.from(kept, [some, length, 1], "f32")));
    for (let i = 0; i < some; i++) relevance[from + i] = score - scores[i];
  }
  return relevance;
}

/**
 * Σ over the vector of x · mean over α of ∂ score / ∂x at α · x, for α in the middle of `steps` parts of 0 to 1.
 */
async function integrated(asked: Asked, steps: number): Promise<Float32Array> {
  const { classifier, sentence, at } = asked;
  const inputs = wordsOf(asked);
  const run = compile((words: Tensor, share: Tensor) => {
    let plain: Tensor | undefined;
    let reached: Tensor | undefined;
    const scores = classifier.network(
      { words },
      {
        instead: scaled(share, (x, y) => {
          [plain, reached] = [x, y];
        }),
      },
    );
    const score = sum(slice(scores, [0, at], [words.shape[0], at + 1]));
    const [slopes] = gradients(score, [reached!]);
    return sum(mul(plain!, slopes), { axis: [0, 2] });
  });
  const relevance = new Float32Array(sentence.words.length);
  for (let from = 0; from < steps; from += 16) {
    const some = Math.min(16, steps - from);
    const shares = Float32Array.from({ length: some }, (_, i) => (from + i + 0.5) / steps);
    const parts = await numbersOf(run(repeated(inputs, some), Tensor.from(shares, [some, 1, 1], "f32")));
    relevance.forEach((_, i) => {
      relevance[i] += parts[i] / steps;
    });
  }
  return relevance;
}

/** The words' vectors times something, in the place of the layer that gives them. */
const scaled =
  (factor: Tensor, told?: (plain: Tensor, reached: Tensor) => void) =>
  (path: string, layer: AnyLayer): AnyLayer | undefined => {
    if (path !== "vectors") return undefined;
    return {
      type: layer.type,
      name: layer.name,
      forward(x, scope) {
        const plain = layer.forward(x, scope) as Tensor;
        const reached = mul(plain, factor);
        told?.(plain, reached);
        return reached;
      },
    };
  };

/** So many times the same sentence. */
function repeated(words: Tensor, times: number): Tensor {
  const [, length] = words.shape;
  const all = new Int32Array(times * length);
  for (let i = 0; i < times; i++) all.set(words.own!, i * length);
  return Tensor.from(all, [times, length], "i32");
}
