/** Functions recorded once and then run as programs: the way of a training step. */
import { type Planned, programFor } from "../compiler/plan.js";
import { type TypedArray, theEngine } from "../runtime/engine.js";
import { show } from "./shapes.js";
import { placeholder, Tensor, Variable } from "./tensor.js";
import { currentTrace, traced } from "./tracing.js";

/** Tensors, and lists and plain objects of them. */
export type Tree = Tensor | readonly Tree[] | { readonly [key: string]: Tree };

/** The same tree with numbers for tensors. */
export type Values<T> = T extends Tensor
  ? TypedArray
  : T extends readonly (infer E)[]
    ? Values<E>[]
    : { [K in keyof T]: Values<T[K]> };

export type Compiled<A extends readonly Tree[], R extends Tree> = (...args: A) => Promise<Values<R>>;

/**
 * Records f once for each combination of shapes and types of its arguments, and from then on runs the program.
 * What f does beside combining tensors happens only when it is recorded. Assignments to variables (`assign`) are
 * carried out in place, after everything that reads the old values.
 *
 * The compiled function takes tensors whose numbers are known, and answers with plain arrays.
 */
export function compile<A extends readonly Tensor[], R extends Tree>(f: (...args: A) => R): Compiled<A, R>;
export function compile<A extends readonly Tree[], R extends Tree>(f: (...args: A) => R): Compiled<A, R>;
export function compile<A extends readonly Tree[], R extends Tree>(f: (...args: A) => R): Compiled<A, R> {
  const recorded = new Map<string, Recorded<R>>();
  return async (...args) => {
    const leaves = args.flatMap(tensorsOf);
    const key = `${args.map(outline)} ${leaves.map((t) => `${t.type} ${t.shape}`)}`;
    let record = recorded.get(key);
    if (!record) {
      record = recordFunction(f, args, leaves);
      recorded.set(key, record);
    }
    const { planned, result } = record;
    const values = planned.sources.map((source, i) => {
      const tensor = i < leaves.length ? leaves[i] : (source as Tensor);
      if (tensor instanceof Variable) return i < leaves.length ? tensor.read() : null;
      if (!tensor.values)
        throw new TypeError(
          `compile: argument ${i} (${show(tensor.shape)}) has no numbers yet: await its data first`,
        );
      return tensor.values;
    });
    const outputs = await theEngine().run(
      planned.program,
      values,
      planned.sources.map((source) => (source as Tensor).storage),
    );
    let next = 0;
    return rebuild(result, () => outputs[next++]) as Values<R>;
  };
}

interface Recorded<R> {
  readonly planned: Planned;
  readonly result: R;
}

function recordFunction<A extends readonly Tree[], R extends Tree>(
  f: (...args: A) => R,
  args: A,
  leaves: readonly Tensor[],
): Recorded<R> {
  theEngine().startThreads(); // they are there by the time the program is
  const places = leaves.map((t) => placeholder(t.shape, t.type));
  let next = 0;
  const standIns = args.map((arg) => rebuild(arg, () => places[next++])) as unknown as A;
  const { result, trace } = traced(() => f(...standIns));
  const planned = programFor(theEngine().target, tensorsOf(result), trace.assignments, places, places.length);
  return { planned, result };
}

/**
 * Gives a variable a new value, inside a compiled function. The last assignment to a variable holds.
 */
export function assign(variable: Variable, value: Tensor): void {
  const trace = currentTrace();
  if (!trace)
    throw new TypeError(
      "assign: only inside a function given to compile(); outside, use variable.set(values)",
    );
  if (String(variable.shape) !== String(value.shape) || variable.type !== value.type)
    throw new TypeError(
      `assign: the variable is ${variable.type} ${show(variable.shape)}, the value ${value.type} ${show(value.shape)}`,
    );
  const known = trace.assignments.findIndex((a) => a.variable === variable);
  if (known >= 0) trace.assignments.splice(known, 1);
  trace.assignments.push({ variable, value });
}

function tensorsOf(tree: Tree): Tensor[] {
  if (tree instanceof Tensor) return [tree];
  return (Array.isArray(tree) ? tree : Object.values(tree)).flatMap(tensorsOf);
}

/** The same tree with every tensor replaced, in order. */
function rebuild(tree: Tree, leaf: () => unknown): unknown {
  if (tree instanceof Tensor) return leaf();
  if (Array.isArray(tree)) return tree.map((branch) => rebuild(branch, leaf));
  return Object.fromEntries(
    Object.entries(tree).map(([key, branch]) => [key, rebuild(branch as Tree, leaf)]),
  );
}

/** The tree's form, without its tensors. */
function outline(tree: Tree): string {
  if (tree instanceof Tensor) return "t";
  if (Array.isArray(tree)) return `[${tree.map(outline)}]`;
  return `{${Object.entries(tree).map(([key, branch]) => `${key}:${outline(branch as Tree)}`)}}`;
}
