import { optionsOf } from "../../door/options.js";
import { belowOne, fromOneOn, notNegative, positive, required, wholeOfAtLeast } from "../../door/rules.js";
import * as nn from "../../nn/index.js";
import type { Tensor } from "../../tensor/tensor.js";
import { padding } from "../words/vocabulary.js";
import { wordShapes } from "./english.js";

/** A {@link pairNetwork} in numbers. */
export interface PairNetworkOptions {
  /** Numbers of words: the vocabulary's size, padding and unknown words included. */
  words: number;
  /** How many features are counted beside; 0 for a network that sees the words alone. */
  features: number;
  /** Numbers of a word's vector; 20 if left out. */
  size?: number;
  /** Random vectors begin with numbers of −spread ≤ x < spread; 0.25 if left out. */
  spread?: number;
  /** Whether vectors are trained; if left out they are. */
  trained?: boolean;
  /** Numbers of the vector of what a word looks like, and whether the other text has it; 10 if left out, 0 for none. */
  marks?: number;
  /** How many words filters see; 5 if left out. */
  window?: number;
  /** Filters of each text; 50 if left out. */
  maps?: number;
  /** Units of the hidden layer; 30 if left out. */
  hidden?: number;
  /** Share of the maps and of the hidden units that a step of training leaves out; 0.3 if left out. */
  dropout?: number;
}

/**
 * What a {@link pairNetwork} takes by name: `question` and `candidate`, numbers of words, N×L each; `questionMarks` and
 * `candidateMarks`, as long; `features`, N×features. Those that it has no use for are left out.
 */
export type PairInputs = { readonly [input: string]: Tensor };

/** A network of questions and candidates to N×2 scores: of not answering, and of answering. */
export type PairNetwork = nn.Graph<PairInputs, Tensor>;

/** Marks of words: none, then of each shape one for words that the other text has not, and one for those that it has. */
export const markCount = 2 * wordShapes.length;

/**
 * The network that ranks: of each text a matrix of word vectors, filters over windows of five words, of each filter the
 * greatest value over the text, x of the question and y of the candidate; their similarity xᵀMy, where M begins as the
 * identity; x, similarity, y and the features together into a hidden layer, and two scores of that.
 *
 * Beside its vector each word has one of its marks: what it looks like (a name, a number, a year, …) and whether the other
 * text has it, as in the authors' later paper. Texts are filled up with number 0, which no window counts alone.
 *
 * Severyn, Moschitti: Learning to Rank Short Text Pairs with Convolutional Deep Neural Networks, SIGIR 2015. Severyn,
 * Moschitti: Modeling Relational Information in Question-Answer Pairs with Convolutional Neural Networks, arXiv:1604.01178.
 */
export function pairNetwork(given: PairNetworkOptions): PairNetwork {
  const {
    words,
    features,
    size = 20,
    spread = 0.25,
    trained = true,
    marks = 10,
    window = 5,
    maps = 50,
    hidden = 30,
    dropout = 0.3,
  } = optionsOf("pairNetwork", given, {
    words: required(fromOneOn),
    features: required(wholeOfAtLeast(0)),
    size: fromOneOn,
    spread: positive,
    trained: 1,
    marks: notNegative,
    window: fromOneOn,
    maps: fromOneOn,
    hidden: fromOneOn,
    dropout: belowOne,
  });
  const nodes: { [name: string]: { layer: nn.AnyLayer; from: string | readonly string[] } } = {};
  const vectors = nn.embedding({ words, size, pad: padding, initialiser: { uniform: spread }, trained });
  const shown =
    marks > 0
      ? nn.embedding({ words: markCount, size: marks, pad: padding, initialiser: { uniform: 1 } })
      : undefined;
  const before = window - 1;
  for (const text of ["question", "candidate"] as const) {
    nodes[`${text}Vectors`] = { layer: vectors, from: text };
    if (shown) {
      nodes[`${text}Shown`] = { layer: shown, from: `${text}Marks` };
      nodes[`${text}Matrix`] = { layer: nn.concatenate(), from: [`${text}Vectors`, `${text}Shown`] };
    }
    nodes[`${text}Conv`] = {
      layer: nn.conv1d({ filters: maps, kernel: window, padding: before }),
      from: shown ? `${text}Matrix` : `${text}Vectors`,
    };
    nodes[`${text}Greatest`] = {
      layer: nn.maxOverTime({ window, before, pad: padding }),
      from: [`${text}Conv`, text],
    };
    nodes[`${text}Relu`] = { layer: nn.relu(), from: `${text}Greatest` };
    nodes[`${text}Maps`] = { layer: nn.dropout(dropout), from: `${text}Relu` };
  }
  nodes.turned = { layer: nn.dense(maps, { bias: false }), from: "questionMaps" };
  nodes.products = { layer: nn.multiply(), from: ["turned", "candidateMaps"] };
  nodes.similarity = {
    layer: nn.dense(1, { bias: false, initialiser: { constant: 1 / maps } }),
    from: "products",
  };
  const counted = features > 0 ? ["features"] : [];
  nodes.joined = {
    layer: nn.concatenate(),
    from: ["questionMaps", "similarity", "candidateMaps", ...counted],
  };
  nodes.hidden = { layer: nn.dense(hidden), from: "joined" };
  nodes.hiddenRelu = { layer: nn.relu(), from: "hidden" };
  nodes.hiddenDropout = { layer: nn.dropout(dropout), from: "hiddenRelu" };
  nodes.scores = { layer: nn.dense(2), from: "hiddenDropout" };
  const inputs = inputsOf({ features, marks });
  return nn.graph("pairs", { inputs, nodes: nodes as never, outputs: "scores" }) as never;
}

/** Names of what a network takes. */
export const inputsOf = ({
  features,
  marks = 10,
}: Pick<PairNetworkOptions, "features" | "marks">): string[] => [
  ...["question", "candidate"],
  ...(marks > 0 ? ["questionMarks", "candidateMarks"] : []),
  ...(features > 0 ? ["features"] : []),
];

/** The weights by which a regression ranks, as a network of what is counted alone. */
export const countingNetwork = (): PairNetwork =>
  nn.graph("counting", {
    inputs: ["features"],
    nodes: { counted: { layer: nn.dense(2, { initialiser: "zeros" }), from: "features" } },
    outputs: "counted",
  }) as never;

/**
 * Gives a {@link countingNetwork} what a regression came to, score = Σ weights · features + bias: half of it for answering
 * and half against.
 */
export function beginFrom(
  network: Pick<PairNetwork, "parameters">,
  { weights, bias }: { weights: ArrayLike<number>; bias: number },
): void {
  const halves = (values: ArrayLike<number>) =>
    Float32Array.from(Array.from(values).flatMap((value) => [-value / 2, value / 2]));
  network.parameters.get("counted.weights")?.set(halves(weights));
  network.parameters.get("counted.bias")?.set(halves([bias]));
}

/** M as the identity. */
export function beginSimilarity(network: Pick<PairNetwork, "parameters">): void {
  const turned = network.parameters.get("turned.weights");
  if (!turned) return;
  const maps = turned.shape[0];
  turned.set(Float32Array.from({ length: maps * maps }, (_, i) => (i % (maps + 1) === 0 ? 1 : 0)));
}
