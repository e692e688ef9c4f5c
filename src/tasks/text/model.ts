import { optionsOf } from "../../door/options.js";
import { belowOne, fromOneOn, list, oneOf, positive, required } from "../../door/rules.js";
import * as nn from "../../nn/index.js";
import type { Tensor } from "../../tensor/tensor.js";
import { padding } from "../words/vocabulary.js";

/**
 * Where the vectors of words come from. "random": they are trained from random numbers on. "static": those of a file stay as
 * they are. "non-static": those of a file are trained further. "multichannel": both, and each filter sees their sum.
 */
export type Variant = "random" | "static" | "non-static" | "multichannel";
export const variants = ["random", "static", "non-static", "multichannel"] as const;

/** A {@link textNetwork} in numbers. */
export interface TextNetworkOptions {
  /** Numbers of words: the vocabulary's size, padding and unknown words included. */
  words: number;
  classes: number;
  /** Numbers of a word's vector; 300 if left out. */
  size?: number;
  /**
   * Random vectors begin with numbers of −spread ≤ x < spread; 0.25 if left out, as in Kim's work. With less, words that occur
   * once say less of what is not known of them.
   */
  spread?: number;
  /** How many words filters see; [3, 4, 5] if left out. */
  windows?: readonly number[];
  /** Filters of each window; 100 if left out. */
  maps?: number;
  /** Share of the maps' greatest values that a step of training leaves out; 0.5 if left out. */
  dropout?: number;
  /** "random" if left out. */
  variant?: Variant;
  /**
   * "masked", so if left out: windows of filling alone do not count, and a sentence comes to the same whatever it is filled
   * up with. "counted": they do, as in Kim's program, which fills all sentences up to one length.
   */
  padding?: "masked" | "counted";
}

/** A network of N×L numbers of words to N×classes scores. */
export type TextNetwork = nn.Graph<{ readonly words: Tensor }, Tensor>;

/**
 * The network that tells sentences apart: vectors of words, filters over windows of a few words, of each filter the greatest
 * value over the sentence, and one layer of scores. Sentences are filled up with number 0, whose vector is zeros.
 *
 * Windows reach beyond the sentence on both sides until they see one of its words alone (all of them by as much as the
 * widest where padding is "counted"), so that sentences may be shorter than a window. With windows of 3, 4 and 5 words,
 * vectors of 300 and two classes there are 360,902 parameters beside the vectors.
 *
 * Kim: Convolutional Neural Networks for Sentence Classification, EMNLP 2014, arXiv:1408.5882. ReLU comes after the
 * maximum, which is the same as before it, and less to compute.
 */
export function textNetwork(given: TextNetworkOptions): TextNetwork {
  const {
    words,
    classes,
    size = 300,
    spread = 0.25,
    windows = [3, 4, 5],
    maps = 100,
    dropout = 0.5,
    variant = "random",
    padding: filling = "masked",
  } = optionsOf("textNetwork", given, {
    words: required(fromOneOn),
    classes: required(fromOneOn),
    size: fromOneOn,
    spread: positive,
    windows: list("numbers of words"),
    maps: fromOneOn,
    dropout: belowOne,
    variant: oneOf(...variants),
    padding: oneOf("masked", "counted"),
  });
  const wrong = windows.find((window) => !fromOneOn.holds(window));
  if (wrong !== undefined || windows.length === 0 || new Set(windows).size < windows.length)
    throw new RangeError(
      `textNetwork: windows are [${windows.join(", ")}], expected different whole numbers from 1 on`,
    );
  const vectors = (trained: boolean) =>
    nn.embedding({
      words,
      size,
      pad: padding,
      initialiser: { uniform: spread },
      ...(trained ? {} : { trained }),
    });
  const nodes: { [name: string]: { layer: nn.AnyLayer; from: string | readonly string[] } } = {};
  if (variant === "multichannel") {
    nodes.fixed = { layer: vectors(false), from: "words" };
    nodes.trained = { layer: vectors(true), from: "words" };
    nodes.vectors = { layer: nn.add(), from: ["fixed", "trained"] };
  } else nodes.vectors = { layer: vectors(variant !== "static"), from: "words" };
  const widest = Math.max(...windows);
  for (const window of windows) {
    const before = (filling === "masked" ? window : widest) - 1;
    nodes[`conv${window}`] = {
      layer: nn.conv1d({ filters: maps, kernel: window, padding: before }),
      from: "vectors",
    };
    nodes[`max${window}`] =
      filling === "masked"
        ? { layer: nn.maxOverTime({ window, before, pad: padding }), from: [`conv${window}`, "words"] }
        : { layer: nn.maxOverTime(), from: [`conv${window}`] };
  }
  nodes.features = { layer: nn.concatenate(), from: windows.map((window) => `max${window}`) };
  nodes.relu = { layer: nn.relu(), from: "features" };
  nodes.dropout = { layer: nn.dropout(dropout), from: "relu" };
  nodes.scores = { layer: nn.dense(classes), from: "dropout" };
  return nn.graph("text", { inputs: ["words"], nodes: nodes as never, outputs: "scores" }) as TextNetwork;
}

/** Path of the vectors that stay as they are, and of those that are trained, where the variant has them. */
export const vectorPaths: {
  readonly [variant in Variant]: { readonly fixed?: string; readonly trained?: string };
} = {
  random: { trained: "vectors.vectors" },
  static: { fixed: "vectors.vectors" },
  "non-static": { trained: "vectors.vectors" },
  multichannel: { fixed: "fixed.vectors", trained: "trained.vectors" },
};

/** Where vectors are trained, in whatever variant. */
export const trainedVectors: readonly string[] = [
  ...new Set(Object.values(vectorPaths).flatMap(({ trained }) => trained ?? [])),
];
