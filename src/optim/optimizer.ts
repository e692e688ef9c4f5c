import { checkArgument } from "../door/argument.js";
import { called } from "../door/called.js";
import { recordOf, rule } from "../door/rules.js";
import { mul } from "../ops/arithmetic.js";
import { inLayer } from "../tensor/layer-now.js";
import { printedAs } from "../tensor/printing.js";
import { type Tensor, type Variable, variablesLike } from "../tensor/tensor.js";

/** An optimizer as plain data, as checkpoints have it. */
export interface OptimizerDescription {
  readonly name: string;
  readonly options: object;
}

/** Tensors by path: `conv1.filters`. */
export type Tensors = ReadonlyMap<string, Tensor>;

/** What an update needs beside parameters and gradients. */
export interface UpdateInputs {
  /** A single f32: the learning rate of this step, as the schedule says. */
  readonly lr: Tensor;
  /** A single i32: the number of this step, counted from 1 as in Adam's paper. */
  readonly step: Tensor;
  /** What the optimizer remembers of the steps before, by the names of `state`. */
  readonly state: Tensors;
  /** How many times the learning rate holds for a parameter, by its path; once if left out. */
  readonly rate?: (path: string) => number;
}

/** What a step came to: the next parameters, and what is remembered for the step after it. */
export interface Updated {
  readonly parameters: Tensors;
  readonly state: Tensors;
}

/** How gradients change parameters. It holds no numbers and changes none: what it remembers goes in and comes out. */
export interface Optimizer {
  readonly name: string;
  /** The learning rate where no schedule is given. */
  readonly lr: number;
  /** What it remembers from step to step, as it is at first, zeros: `momentum/conv1.filters`. */
  state(parameters: Tensors): Map<string, Variable>;
  /**
   * One step. Whoever calls it decides what becomes of the answer: `learner` assigns it to variables.
   *
   * @param gradients  of the shapes of the parameters, under the same paths; a parameter without one stays as it is,
   *                   and so does what is remembered of it
   */
  update(parameters: Tensors, gradients: Tensors, inputs: UpdateInputs): Updated;
  /** Plain data, from which `optim.fromDescription` makes the same optimizer. */
  describe(): OptimizerDescription;
}

/** What a rule remembers of one parameter: tensors of its shape, by name. */
export type Memory<Names extends string> = { readonly [name in Names]: Tensor };

/**
 * An optimizer that treats every parameter by the same rule; all tensors of a parameter are of its shape.
 *
 * @param given  its `memory`: the names of what is remembered of each parameter
 * @param rule   made for each step; gives a parameter's next value, and what is remembered of it
 */
export function eachParameter<Names extends string>(
  given: { name: string; lr: number; options: object; memory: readonly Names[] },
  rule: (
    inputs: UpdateInputs,
  ) => (w: Tensor, g: Tensor, before: Memory<Names>) => { w: Tensor } & Partial<Memory<Names>>,
): Optimizer {
  checkArgument("eachParameter", "what is given", given, recordOf("{ name, lr, options, memory }"));
  const { name, lr, options, memory } = given;
  return printable({
    name,
    lr,
    state(parameters) {
      const of = (what: Names) =>
        [...variablesLike(parameters)].map(([path, v]) => [`${what}/${path}`, v] as const);
      return new Map(memory.flatMap(of));
    },
    update(parameters, gradients, inputs) {
      const next = { parameters: new Map(parameters), state: new Map(inputs.state) };
      const steps = new Map<number, ReturnType<typeof rule>>();
      const stepAt = (times: number) => {
        const known = steps.get(times);
        if (known) return known;
        const made = rule(times === 1 ? inputs : { ...inputs, lr: mul(inputs.lr, times) });
        steps.set(times, made);
        return made;
      };
      for (const [path, w] of parameters) {
        const g = gradients.get(path);
        if (!g) continue;
        const before = memory.map((what) => [what, remembered(name, inputs.state, `${what}/${path}`)]);
        const step = stepAt(inputs.rate?.(path) ?? 1);
        const after = inLayer(`${path}, update`, () => step(w, g, Object.fromEntries(before)));
        next.parameters.set(path, after.w);
        for (const what of memory) next.state.set(`${what}/${path}`, after[what] as Tensor);
      }
      return next;
    },
    describe: () => ({ name, options }),
  });
}

/** An optimizer that is printed as the call that makes it, and of which JSON has the description. */
export function printable(optimizer: Optimizer): Optimizer {
  const text = (): string => {
    const { name, options } = optimizer.describe();
    const { optimizer: held, ...own } = (options ?? {}) as { optimizer?: OptimizerDescription };
    return called(name, held, own);
  };
  return printedAs(optimizer, text, () => optimizer.describe());
}

function remembered(speaker: string, state: Tensors, path: string): Tensor {
  const value = state.get(path);
  if (!value) throw new TypeError(`${speaker}: the state has no ${path}: it was made for other parameters`);
  return value;
}

/** What must be an optimizer. */
export const anOptimizer = rule(
  "one such as optim.sgd({ lr: 0.01 })",
  (value) => typeof (value as Optimizer | null)?.update === "function",
);
