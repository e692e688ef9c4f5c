import { checkArgument } from "../door/argument.js";
import { rule } from "../door/rules.js";
import { assign } from "../tensor/compile.js";
import { tensor } from "../tensor/creation.js";
import type { Tensor, Variable } from "../tensor/tensor.js";
import { anOptimizer, type Optimizer, type Tensors } from "./optimizer.js";

/** A step's learning rate and its number, counted from 1, as arguments of a compiled function. */
export type StepTensors = { readonly lr: Tensor; readonly step: Tensor };

/**
 * Learning rate and number of a step as the tensors that `Learner.update` takes: arguments of a compiled step, so that
 * a schedule compiles nothing anew.
 *
 * @param step  counted from 1
 */
export const stepTensors = (lr: number, step: number): StepTensors => ({
  lr: tensor(lr),
  step: tensor(Int32Array.of(step), []),
});

/** An optimizer with the parameters that it trains: for training loops of your own. */
export interface Learner {
  /** What the optimizer remembers, by its names. */
  readonly state: ReadonlyMap<string, Variable>;
  /**
   * Assigns one step to parameters and state, inside a compiled function.
   *
   * @param gradients  in the order of the parameters, of their shapes; null for one that shall stay as it is
   */
  update(gradients: readonly (Tensor | null)[], at: StepTensors): void;
}

/**
 * An optimizer at work on variables. A training loop of your own:
 *
 *     const learner = optim.learner(optim.adam(), model.parameters);
 *     const step = compile((x: Tensor, y: Tensor, at: optim.StepTensors) => {
 *       const loss = mean(square(sub(model(x, { training: true }), y)));
 *       learner.update(gradients(loss, [...model.parameters.values()]), at);
 *       return { loss };
 *     });
 *     for (let i = 1; i <= 100; i++) console.log((await step(x, y, optim.stepTensors(0.001, i))).loss[0]);
 *
 * @param rate  how many times the learning rate holds for a parameter, by its path; once if left out
 */
export function learner(
  optimizer: Optimizer,
  parameters: ReadonlyMap<string, Variable>,
  rate?: (path: string) => number,
): Learner {
  checkArgument("learner", "the optimizer", optimizer, anOptimizer);
  checkArgument("learner", "parameters", parameters, variablesByPath);
  const state = optimizer.state(parameters);
  return {
    state,
    update(gradients, at) {
      const known = new Map<string, Tensor>();
      [...parameters.keys()].forEach((path, i) => {
        const gradient = gradients[i];
        if (gradient) known.set(path, gradient);
      });
      const next = optimizer.update(parameters, known, { ...at, state, rate });
      assignAll(parameters, next.parameters);
      assignAll(state, next.state);
    },
  };
}

/** What did not change needs no writing. */
function assignAll(variables: ReadonlyMap<string, Variable>, values: Tensors): void {
  for (const [path, variable] of variables) {
    const value = values.get(path);
    if (value && value !== variable) assign(variable, value);
  }
}

const variablesByPath = rule("variables by path, such as model.parameters", (value) => value instanceof Map);
