import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { callback, rule, text } from "../../door/rules.js";
import { crossEntropy } from "../../losses/cross-entropy.js";
import type { Loss } from "../../losses/loss.js";
import { cast } from "../../ops/cast.js";
import { scalar } from "../../ops/scalar.js";
import { slice } from "../../ops/slice.js";
import { where } from "../../ops/where.js";
import { ShapeError, show } from "../../tensor/shapes.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Objective } from "../objective.js";
import { accuracyOf, readRightly } from "./classification.js";
import { checkedParts } from "./heads.js";
import { fieldOf, outputOf } from "./inputs.js";

/** Which fields {@link nextTokens} reads. */
export interface NextTokensOptions {
  /** The field of whole numbers N×L; `"tokens"` if left out. */
  readonly tokens?: string;
  /** Fields that the network is given beside them: the picture that a caption is of, say. */
  readonly beside?: readonly string[];
  /** The field N×L that is 0 where a sentence was filled up (see `Field.mask`): what is there is not to be foretold. */
  readonly mask?: string;
}

/**
 * Sequences, by teacher forcing: of each true token, given those before it, the network foretells the next one. It is
 * given the first L − 1 tokens and answers with scores N×(L−1)×K. Scores: `accuracy` of the tokens that count, and
 * `perplexity`, e to the mean of their cross entropy.
 * Williams, Zipser: A Learning Algorithm for Continually Running Fully Recurrent Neural Networks, Neural Computation 1,
 * 1989, section 2.3.
 *
 * @param loss  over classes; cross entropy if left out
 */
export function nextTokens(loss: Loss = crossEntropy(), given: NextTokensOptions = {}): Objective {
  checkArgument("nextTokens", "the loss", loss, callback);
  const {
    tokens = "tokens",
    beside = [],
    mask,
  } = optionsOf("nextTokens", given, {
    tokens: text,
    beside: rule("names of fields", Array.isArray),
    mask: text,
  });
  const inputs = [tokens, ...beside];
  const likelihood = crossEntropy({ ignore: loss.ignore ?? -1 });
  return {
    name: "nextTokens",
    inputs,
    best: { score: "perplexity", higher: false },
    cost(model, batch, mode, fields) {
      const all = fieldOf("nextTokens", batch, tokens);
      if (all.rank !== 2 || all.shape[1] < 2)
        throw new ShapeError(
          `nextTokens: ${tokens} is ${show(all.shape)}, expected N×L with at least two of each`,
        );
      const [n, length] = all.shape;
      const shown = { ...batch, [tokens]: slice(all, [0, 0], [n, length - 1]) };
      const next = slice(cast(all, "i32"), [0, 1], [n, length]);
      const isThere =
        mask === undefined ? undefined : slice(fieldOf("nextTokens", batch, mask), [0, 1], [n, length]);
      const targets: Tensor = isThere ? where(isThere, next, scalar(loss.ignore ?? -1, "i32")) : next;
      const output = outputOf(model, shown, { inputs, fields, mode });
      const parts = checkedParts(loss, output, targets, mode.training ? model : undefined);
      const { total, weight } = checkedParts(likelihood, output, targets);
      return {
        losses: { loss: parts },
        sums: { ...readRightly(output, targets, loss.ignore ?? -1), surprise: total, tokens: weight },
        classes: { [tokens]: { count: output.shape[2], ignore: loss.ignore ?? -1 } },
      };
    },
    scores: (sums) => ({
      ...accuracyOf(sums),
      perplexity: Math.exp(sums.surprise / Math.max(1, sums.tokens)),
    }),
  };
}
