import { partial } from "../autodiff/gradients.js";
import { optionsOf } from "../door/options.js";
import { notNegative, oneOf, positive, signal, wholeOfAtLeast } from "../door/rules.js";
import { zeros } from "../ops/fill.js";
import { compile } from "../tensor/compile.js";
import { numbersOf } from "../tensor/compute.js";
import type { Tensor, Variable } from "../tensor/tensor.js";

/** Iterations, memory and line search of {@link minimize}. */
export interface MinimizeOptions {
  /** At most so many; 100 if left out. */
  iterations?: number;
  /** Pairs of steps and changes of the gradient that are remembered; 10 if left out. */
  history?: number;
  /**
   * How the length of a step is found. "strongWolfe", if left out; "backtracking", which looks at fewer gradients; or
   * "none": every step is lr times the direction, as in PyTorch's LBFGS without a line search.
   */
  lineSearch?: "strongWolfe" | "backtracking" | "none";
  /** The length with which a search begins, or every step without one; 1 if left out. The first is at most 1/‖g‖₁. */
  lr?: number;
  /** Done where no component of the gradient is larger; 1e-5 if left out. */
  gradientTolerance?: number;
  /** Done where a step changes value and variables by no more; 1e-9 if left out. */
  changeTolerance?: number;
  /** Ends after the iteration at hand. */
  signal?: AbortSignal;
}

/** After each iteration, counted from 1. */
export interface MinimizeEvent {
  iteration: number;
  value: number;
  /** The greatest component of the gradient, without its sign. */
  gradient: number;
  /** How many times the direction the step was. */
  step: number;
  /** How often value and gradient were computed so far. */
  evaluations: number;
}

/** Why {@link minimize} ended, and at which value of the function. */
export interface MinimizeResult {
  reason: "converged" | "no progress" | "iterations" | "aborted";
  value: number;
  iterations: number;
  evaluations: number;
}

/**
 * Moves variables to where an objective is lowest, by L-BFGS: a quasi-Newton method for smooth objectives without
 * noise, such as the whole of a small data set, or a picture that shall look like others.
 *
 *     direction = −H · g, with H ≈ (∂²objective)⁻¹ from the last steps s and changes of the gradient y (two loops)
 *
 *     const image = variable(noise, [1, 224, 224, 3]);
 *     for await (const { iteration, value } of minimize(() => styleLoss(image), [image], { iterations: 300 })) …
 *
 * The next iteration is made when the next event is asked for. The variables hold the lowest point found so far, or
 * without a line search the last one.
 *
 * @param objective  from the variables, of any shapes, to a single number; recorded once
 * @throws RangeError where the objective is no number where the search begins
 * Liu, Nocedal: On the Limited Memory BFGS Method, Mathematical Programming 45, 1989. Nocedal, Wright: Numerical
 * Optimization, 2006, algorithms 7.4 and 7.5.
 */
export async function* minimize(
  objective: () => Tensor,
  variables: readonly Variable[],
  options: MinimizeOptions = {},
): AsyncGenerator<MinimizeEvent, MinimizeResult, void> {
  optionsOf("minimize", options, minimizing);
  // When it is asked for: a page that trains by descent does not load it.
  const { lBfgs } = await import("./l-bfgs.js");
  return yield* lBfgs(() => withSlopes(objective, variables), variables, options);
}

/** What its options may be. */
export const minimizing = {
  iterations: wholeOfAtLeast(1),
  history: wholeOfAtLeast(1),
  lineSearch: oneOf("strongWolfe", "backtracking", "none"),
  lr: positive,
  gradientTolerance: notNegative,
  changeTolerance: notNegative,
  signal,
};

function withSlopes(objective: () => Tensor, variables: readonly Variable[]) {
  const run = compile(() => {
    const value = objective();
    const slopes = partial(value, variables);
    if (slopes.every((slope) => slope === null))
      throw new TypeError(
        "minimize: the objective does not depend on any of the variables in a way that has a gradient",
      );
    return { value, slopes: slopes.map((slope, i) => slope ?? zeros(variables[i].shape)) };
  });
  return () => numbersOf(run());
}
