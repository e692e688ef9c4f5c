import { add, div, minimum, mul, sub } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { assign, compile } from "../tensor/compile.js";
import { tensor } from "../tensor/creation.js";
import { type Tensor, type Variable, variablesLike } from "../tensor/tensor.js";
import { copyOf } from "./weights.js";
import { setVariables } from "./weights-checks.js";

/** Whether the weights are averaged over the steps, and how. */
export interface AverageOptions {
  /** How much of the mean stays in each step: 0.999, say. In the first steps less: at most (1 + t) / (10 + t). */
  readonly decay: number;
}

/**
 * The exponential moving average of weights, running statistics among them: m ← d·m + (1 − d)·w after each step, with
 * d = min(decay, (1 + t)/(10 + t)) in step t, so that the first weights do not weigh on it for long.
 * Polyak, Juditsky: Acceleration of Stochastic Approximation by Averaging, SIAM J. Control and Optimization 30, 1992; as
 * in Tan, Le: EfficientNet, ICML 2019, section 5.2.
 */
export class WeightAverage {
  /** By the paths of the weights. */
  readonly means: ReadonlyMap<string, Variable>;
  readonly #weights: ReadonlyMap<string, Variable>;
  readonly #follow: (step: Tensor) => Promise<unknown>;

  /** @param moves  whether a variable changes at all: the mean of one that does not is that itself */
  constructor(
    weights: ReadonlyMap<string, Variable>,
    { decay }: AverageOptions,
    moves: (path: string) => boolean = () => true,
  ) {
    const means = variablesLike(weights);
    this.means = means;
    this.#weights = weights;
    this.#follow = compile((step: Tensor) => {
      const t = cast(step, "f32");
      const kept = minimum(decay, div(add(t, 1), add(t, 10)));
      for (const [path, w] of weights) {
        if (!moves(path)) continue;
        const mean = means.get(path)!;
        assign(mean, add(mul(mean, kept), mul(w, sub(1, kept))));
      }
      return {};
    });
  }

  /** The means begin where the weights are now. */
  async begin(): Promise<void> {
    setVariables(this.means, await copyOf(this.#weights), { owner: "their average" });
  }

  /** @param step  the number of the step that was made, counted from 1 */
  async follow(step: number): Promise<void> {
    await this.#follow(tensor(Int32Array.of(step), []));
  }
}
