/** Regularisers: what is added to a loss for the sake of small parameters. */

import { checkArgument } from "../door/argument.js";
import { optionsOf } from "../door/options.js";
import { callback } from "../door/rules.js";
import { add, mul } from "../ops/arithmetic.js";
import { abs, square } from "../ops/elementary.js";
import { scalar } from "../ops/scalar.js";
import { sum } from "../ops/sum.js";
import { calledAs } from "../tensor/printing.js";
import type { Tensor } from "../tensor/tensor.js";
import { inParts, type Loss, partsOf } from "./loss.js";

/** A single number from a model's parameters, by path. Any function of this form will do. */
export type Penalty = (parameters: ReadonlyMap<string, Tensor>) => Tensor;

/** Which parameters a penalty such as {@link l2Penalty} is of. */
export interface PenaltyOptions {
  /** Which parameters count; left out, those of two axes and more: weights and filters, not biases and scales. */
  of?: (path: string, parameter: Tensor) => boolean;
}

/** factor · Σ |w|: pulls weights to 0 until some are 0. */
export const l1Penalty = (factor: number, options: PenaltyOptions = {}): Penalty =>
  calledAs(
    summed("l1Penalty", checkedFactor("l1Penalty", factor), (w) => sum(abs(w)), options),
    "l1Penalty",
    factor,
    options,
  );

/** factor/2 · Σ w²: its gradient is factor · w, that of weight decay with the same factor in plain descent. */
export const l2Penalty = (factor: number, options: PenaltyOptions = {}): Penalty =>
  calledAs(
    summed("l2Penalty", checkedFactor("l2Penalty", factor) / 2, (w) => sum(square(w)), options),
    "l2Penalty",
    factor,
    options,
  );

/**
 * A loss and what shall be added to it in training:
 *
 *     regularised(crossEntropy(), l2Penalty(5e-4))
 *
 * In evaluation, where the parameters are not given, it is the loss alone.
 */
export function regularised(loss: Loss, ...penalties: readonly Penalty[]): Loss {
  checkArgument("regularised", "the loss", loss, callback);
  return calledAs(
    inParts((output, target, parameters) => {
      const parts = partsOf(loss, output, target, parameters);
      if (!parameters || penalties.length === 0) return parts;
      const added = penalties.map((penalty) => penalty(parameters));
      return { ...parts, penalty: [...(parts.penalty ? [parts.penalty] : []), ...added].reduce(add) };
    }, loss),
    "regularised",
    loss,
    ...penalties,
  );
}

function summed(
  speaker: string,
  factor: number,
  of: (w: Tensor) => Tensor,
  options: PenaltyOptions,
): Penalty {
  const { of: counts = isWeight } = optionsOf(speaker, options, { of: 1 });
  return (parameters) => {
    const chosen = [...parameters].filter(([path, w]) => counts(path, w)).map(([, w]) => of(w));
    if (chosen.length === 0 && parameters.size > 0)
      throw new TypeError(`${speaker}: none of the ${parameters.size} parameters counts`);
    return mul(chosen.reduce(add, scalar(0)), factor);
  };
}

const isWeight = (_: string, w: Tensor): boolean => w.rank >= 2;

function checkedFactor(speaker: string, factor: number): number {
  if (!(factor >= 0 && Number.isFinite(factor)))
    throw new RangeError(`${speaker}: the factor is ${factor}, expected a number of at least 0`);
  return factor;
}
