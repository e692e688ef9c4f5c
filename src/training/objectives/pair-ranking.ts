import { optionsOf } from "../../door/options.js";
import { notNegative, oneOf, required, rule, text } from "../../door/rules.js";
import { relu } from "../../ops/activations.js";
import { neg, sub } from "../../ops/arithmetic.js";
import { cast } from "../../ops/cast.js";
import { greater } from "../../ops/comparisons.js";
import { softplus } from "../../ops/elementary.js";
import { scalar } from "../../ops/scalar.js";
import { sum } from "../../ops/sum.js";
import { ShapeError, show } from "../../tensor/shapes.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Objective } from "../objective.js";
import { fieldOf, outputOf } from "./inputs.js";

/** Which fields {@link pairRanking} compares. */
export interface PairRankingOptions {
  /** The field of what shall have the higher score, and that of what shall have the lower one. */
  readonly better: string;
  readonly worse: string;
  /**
   * As which input the network gets each of the two. Where it takes nothing else, it is given the tensor alone, and this
   * name is of no account.
   */
  readonly as?: string;
  /** Fields that the network is given beside each of them: the question that both answer, say. */
  readonly beside?: readonly string[];
  /**
   * `"hinge"`: max(0, margin − d) of the scores' difference d; `"logistic"`: ln(1 + e^−d), in which a score's difference
   * is a log-odds. The hinge if left out.
   */
  readonly loss?: "hinge" | "logistic";
  /** Of the hinge; 1 if left out. */
  readonly margin?: number;
}

/**
 * Pairs ranked: the same network gives a score to each of two, N or N×1, and the better one shall have the higher. Scores:
 * `ordered`, the share of the pairs that are in their order (equal scores are not).
 * Joachims: Optimizing Search Engines using Clickthrough Data, KDD 2002 (hinge). Burges et al.: Learning to Rank using
 * Gradient Descent, ICML 2005 (logistic).
 */
export function pairRanking(given: PairRankingOptions): Objective {
  const {
    better,
    worse,
    as = better,
    beside = [],
    loss = "hinge",
    margin = 1,
  } = optionsOf("pairRanking", given, {
    better: required(text),
    worse: required(text),
    as: text,
    beside: rule("names of fields", Array.isArray),
    loss: oneOf("hinge", "logistic"),
    margin: notNegative,
  });
  return {
    name: "pairRanking",
    inputs: [as, ...beside],
    best: { score: "ordered", higher: true },
    cost(model, batch, mode, fields) {
      const scoreOf = (field: string): Tensor => {
        const seen = { ...batch, [as]: fieldOf("pairRanking", batch, field) };
        const y = outputOf(model, seen, {
          inputs: [as, ...beside],
          fields: { ...fields, [as]: fields[field] },
          mode,
        });
        const [n, ...rest] = y.shape;
        if (rest.some((d) => d !== 1))
          throw new ShapeError(
            `pairRanking: ${model.name} makes ${show(y.shape)}, expected a score for each (${n}×1)`,
          );
        return y;
      };
      const ahead = sub(scoreOf(better), scoreOf(worse));
      const costs = loss === "hinge" ? relu(sub(margin, ahead)) : softplus(neg(ahead));
      const pairs = scalar(ahead.size);
      return {
        losses: { loss: { total: sum(costs), weight: pairs } },
        sums: { ordered: sum(cast(greater(ahead, 0), "i32")), pairs },
      };
    },
    scores: ({ ordered, pairs }) => ({ ordered: ordered / pairs }),
  };
}
