import { optionsOf } from "../../door/options.js";
import { notNegative, text } from "../../door/rules.js";
import { crossEntropy } from "../../losses/cross-entropy.js";
import { partsOf } from "../../losses/loss.js";
import { mul, sub } from "../../ops/arithmetic.js";
import { cast } from "../../ops/cast.js";
import { equal, greater, logicalAnd, logicalNot } from "../../ops/comparisons.js";
import { square } from "../../ops/elementary.js";
import { argmax, max } from "../../ops/extremes.js";
import { reshape } from "../../ops/reshape.js";
import { scalar } from "../../ops/scalar.js";
import { slice } from "../../ops/slice.js";
import { sum } from "../../ops/sum.js";
import { where } from "../../ops/where.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Objective } from "../../training/objective.js";
import { fieldOf } from "../../training/objectives/inputs.js";
import { padding, unknown } from "../words/vocabulary.js";
import type { CaptionOutputs } from "./model.js";

/** The fields of {@link captionObjective}, and how evenly it is looked at all places. */
export interface CaptionObjectiveOptions {
  /** Pictures, N×H×W×3 pixels of 0 to 255; `"images"` if left out. */
  images?: string;
  /** Captions, N×(T+1), from their beginning to their end, filled up with 0; `"words"` if left out. */
  words?: string;
  /** λ, by which places count that are not looked at once in all; 0 if left out, 1 in the paper. */
  coverage?: number;
}

/**
 * Captions, word by word: of each one the network is given the words before ("teacher forcing").
 *
 *     E = ( Σ −ln p(word | words before, picture) + λ · Σ_i (1 − Σ_t α_ti)² ) / words
 *
 * with sums over all captions, of the second over their places i ("doubly stochastic attention"). The end of a caption is one of
 * its words; what fills captions up is none, and neither are words that the vocabulary does not have, for they are never said.
 * Scores: `accuracy`, the share of words, and `exact`, that of captions of which the surest words are the right ones.
 *
 * Xu et al.: Show, Attend and Tell, ICML 2015, equation 14.
 */
export function captionObjective(options: CaptionObjectiveOptions = {}): Objective {
  const {
    images = "images",
    words = "words",
    coverage = 0,
  } = optionsOf("captionObjective", options, { images: text, words: text, coverage: notNegative });
  return {
    name: "captions",
    inputs: [images, words],
    best: { score: "accuracy", higher: true },
    cost(model, batch, mode) {
      const all = cast(fieldOf("captionObjective", batch, words), "i32");
      const [n, length] = all.shape;
      const given = slice(all, [0, 0], [n, length - 1]);
      const target = slice(all, [0, 1], [n, length]);
      const output = model(
        { images: fieldOf("captionObjective", batch, images), words: given },
        mode,
      ) as CaptionOutputs;
      const { scores, attention } = output;
      const counted = greater(target, unknown);
      const parts = partsOf(crossEntropy({ ignore: -1 }), scores, where(counted, target, -1));
      const isRight = equal(argmax(scores, { axis: 2 }), target);
      const wrong = logicalAnd(counted, logicalNot(isRight));
      return {
        losses: {
          words: parts,
          ...(coverage > 0
            ? {
                coverage: {
                  total: sum(uncovered(attention, target)),
                  weight: parts.weight,
                  times: coverage,
                },
              }
            : {}),
        },
        sums: {
          rightWords: sum(cast(logicalAnd(counted, isRight), "f32")),
          words: sum(cast(counted, "f32")),
          wrongCaptions: sum(max(cast(wrong, "f32"), { axis: 1 })),
          captions: scalar(n),
        },
      };
    },
    scores: ({ rightWords, words: count, wrongCaptions, captions }) => ({
      accuracy: rightWords / (count || 1),
      exact: 1 - wrongCaptions / (captions || 1),
    }),
  };
}

/** N×L: (1 − Σ_t α_ti)² over the words of each caption, its end included. */
export function uncovered(attention: Tensor, target: Tensor): Tensor {
  const [n, steps] = target.shape;
  const isThere = reshape(cast(greater(target, padding), "f32"), [n, steps, 1]);
  return square(sub(1, sum(mul(attention, isThere), { axis: 1 })));
}
