import { checkArgument } from "../door/argument.js";
import { callback } from "../door/rules.js";
import { add, div, mul } from "../ops/arithmetic.js";
import { equal } from "../ops/comparisons.js";
import { scalar } from "../ops/scalar.js";
import { mean } from "../ops/statistics.js";
import { sum } from "../ops/sum.js";
import { where } from "../ops/where.js";
import { checkTensor } from "../tensor/arguments.js";
import type { Tensor } from "../tensor/tensor.js";

/** From an output, its target, and in training the model's parameters by path. */
type Given = [output: Tensor, target: Tensor, parameters?: ReadonlyMap<string, Tensor>];

/**
 * How wrong an output is: a single number, the smaller the better. Any function of this form will do. In training it
 * is also given the model's parameters, by path; in evaluation it is not.
 */
export interface Loss {
  (...given: Given): Tensor;
  /** Of losses whose targets are classes: the target that stands for "none", and is not counted. */
  readonly ignore?: number;
  /** Without it the loss counts as a mean over examples, the first axis of the output. */
  readonly parts?: (...given: Given) => LossParts;
}

/**
 * A loss in parts, each a single number: loss = total / weight + penalty. Totals and weights of several batches add up
 * to those of all, however unevenly these are cut; a mean of means would not.
 */
export interface LossParts {
  readonly total: Tensor;
  /** By what the total is divided: examples, targets that count, or their weights. Where it is 0, the loss is 0. */
  readonly weight: Tensor;
  /** What depends on the parameters alone, and is there once however many batches there are. */
  readonly penalty?: Tensor;
}

/** A loss that is made of its parts. */
export function inParts(parts: (...given: Given) => LossParts, { ignore }: { ignore?: number } = {}): Loss {
  const loss = (...given: Given): Tensor => lossOf(parts(...given));
  return Object.assign(loss, { parts, ...(ignore === undefined ? {} : { ignore }) });
}

/** A mean over all values of what each of them costs. */
export function meanOf(cost: (output: Tensor, target: Tensor) => Tensor): Loss {
  const parts = (output: Tensor, target: Tensor): LossParts => {
    const costs = cost(output, target);
    return { total: sum(costs), weight: scalar(costs.size) };
  };
  return Object.assign((output: Tensor, target: Tensor): Tensor => mean(cost(output, target)), { parts });
}

export function lossOf({ total, weight, penalty }: LossParts): Tensor {
  const quotient = div(total, where(equal(weight, 0), 1, weight));
  return penalty ? add(quotient, penalty) : quotient;
}

/** The parts of any loss: single numbers from a batch of N outputs and what they are compared with, N×…. */
export function partsOf(loss: Loss, ...given: Given): LossParts {
  checkArgument("partsOf", "the loss", loss, callback);
  checkTensor("partsOf", "the output", given[0]);
  checkTensor("partsOf", "the target", given[1]);
  if (loss.parts) return loss.parts(...given);
  const examples = given[0].shape[0] ?? 1;
  return { total: mul(loss(...given), examples), weight: scalar(examples) };
}
