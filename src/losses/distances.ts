/** Losses that compare value by value. */

import { optionsOf } from "../door/options.js";
import { positive } from "../door/rules.js";
import { mul, sub } from "../ops/arithmetic.js";
import { lessEqual } from "../ops/comparisons.js";
import { abs, square } from "../ops/elementary.js";
import { where } from "../ops/where.js";
import { calledAs } from "../tensor/printing.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkSameShape } from "./checks.js";
import { type Loss, meanOf } from "./loss.js";

/** The mean of (output − target)² over all values. */
export const meanSquaredError = (): Loss =>
  calledAs(
    meanOf((output, target) => square(difference("meanSquaredError", output, target))),
    "meanSquaredError",
  );

/** The mean of |output − target| over all values. */
export const l1 = (): Loss =>
  calledAs(
    meanOf((output, target) => abs(difference("l1", output, target))),
    "l1",
  );

/**
 * Huber's loss, the mean over all values d = output − target of
 *
 *     d² / 2 where |d| ≤ delta, else delta · (|d| − delta / 2)
 *
 * Huber: Robust Estimation of a Location Parameter, Annals of Mathematical Statistics 35, 1964.
 */
export function huber(given: { delta?: number } = {}): Loss {
  const { delta = 1 } = optionsOf("huber", given, { delta: positive });
  return calledAs(
    meanOf((output, target) => bent(difference("huber", output, target), delta)),
    "huber",
    given,
  );
}

/**
 * Smooth L1, Huber's loss divided by its width: d² / (2·beta) where |d| ≤ beta, else |d| − beta / 2. Far out it has the
 * slope of L1, whatever beta is.
 * Girshick: Fast R-CNN, ICCV 2015, equation 3, where beta is 1.
 */
export function smoothL1(given: { beta?: number } = {}): Loss {
  const { beta = 1 } = optionsOf("smoothL1", given, { beta: positive });
  return calledAs(
    meanOf((output, target) => mul(bent(difference("smoothL1", output, target), beta), 1 / beta)),
    "smoothL1",
    given,
  );
}

/** A parabola up to the width, then its tangent. One of both is chosen: at the knee, where they meet, one slope counts. */
function bent(d: Tensor, width: number): Tensor {
  const size = abs(d);
  const isNear = lessEqual(size, width);
  // Far out the square could overflow, and its gradient of 0 · ∞ would be NaN.
  const near = where(isNear, d, 0);
  return where(isNear, mul(square(near), 0.5), mul(sub(size, width / 2), width));
}

function difference(speaker: string, output: Tensor, target: Tensor): Tensor {
  checkSameShape(speaker, output, target);
  return sub(output, target);
}
