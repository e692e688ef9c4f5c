import { type Tensor, Variable } from "../tensor/tensor.js";

export interface OptimizerDescription {
  readonly name: string;
  readonly options: object;
}

/** What an update needs beside parameters and gradients. */
export interface UpdateInputs {
  /** A single f32: the learning rate of this step, as the schedule says. */
  readonly lr: Tensor;
  /** A single i32: the number of this step, counted from 1 as in Adam's paper. */
  readonly step: Tensor;
  /** What `state` made for these parameters. */
  readonly state: ReadonlyMap<string, Variable>;
}

/** How gradients change parameters. It holds no numbers: they are in the variables that `state` makes. */
export interface Optimizer {
  readonly name: string;
  /** The learning rate where no schedule is given. */
  readonly lr: number;
  /** What it remembers from step to step, zeros at first: `momentum/conv1.filters`. */
  state(parameters: ReadonlyMap<string, Variable>): Map<string, Variable>;
  /** Assigns new values to the parameters and the state; the gradients are in the order of the parameters. */
  update(parameters: ReadonlyMap<string, Variable>, gradients: readonly Tensor[], inputs: UpdateInputs): void;
  /** Plain data, from which `optim.fromDescription` makes the same optimizer. */
  describe(): OptimizerDescription;
}

/** Zeros for each parameter, under names such as `momentum/conv1.filters`. */
export function zerosFor(
  parameters: ReadonlyMap<string, Variable>,
  names: readonly string[],
): Map<string, Variable> {
  const state = new Map<string, Variable>();
  for (const name of names)
    for (const [path, { size, shape }] of parameters)
      state.set(`${name}/${path}`, new Variable(new Float32Array(size), shape, "f32"));
  return state;
}

/** The variable of a parameter in the state. */
export function remembered(speaker: string, state: ReadonlyMap<string, Variable>, path: string): Variable {
  const variable = state.get(path);
  if (!variable)
    throw new TypeError(`${speaker}: the state has no ${path}: it was made for other parameters`);
  return variable;
}
