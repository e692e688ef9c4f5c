/** Functions recorded once and then run as programs: the way of a training step. */
import { linearise } from "../compiler/graph.js";
import { programFor } from "../compiler/plan.js";
import { optionsOf } from "../door/options.js";
import { said } from "../door/said.js";
import type { Device, Given, OutputKind } from "../runtime/device.js";
import type { Program } from "../runtime/program.js";
import { recording } from "../runtime/recording.js";
import { sameShape, show } from "./shapes.js";
import { checkNumbers, deviceOf, given, placeholder, Result, Tensor, Variable } from "./tensor.js";
import { currentTrace, traced } from "./tracing.js";
import { mapTree, type Tree, tensorsOf } from "./tree.js";

/** The same tree with tensors whose numbers are known: a variable among them is what it is after the run. */
export type Results<T> = [Tree] extends [T]
  ? Tree
  : T extends Tensor
    ? Tensor
    : { readonly [K in keyof T]: Results<T[K]> };

/** What {@link compile} answers: a function of tensors whose numbers are known, and so are those of its results. */
export type Compiled<A extends readonly Tree[], R extends Tree> = (...args: A) => Promise<Results<R>>;

/** Where a compiled function runs. */
export interface CompileOptions {
  /** Where it runs; if left out, where the variables lie that it uses. */
  device?: Device;
}

/**
 * Records f once for each combination of shapes and types of its arguments, and from then on runs the program.
 * What f does beside combining tensors happens only when it is recorded: also anew, where its variables have moved to
 * another device. Assignments to variables (`assign`) are carried out in place, after everything that reads the old
 * values.
 *
 * The compiled function takes tensors whose numbers are known, and answers with such: with their shapes, as f has them.
 * Large ones stay on the device until somebody asks for their `data`, and may be given to the next call as they are.
 *
 *     const step = compile((x: Tensor) => ({ next: tanh(matmul(x, w)), most: max(x) }));
 *     const { next, most } = await step(x);
 *     if ((await most.item()) < 1) await step(next);
 *
 * @throws DeviceError at the call, where variables and arguments lie on several devices
 */
export function compile<A extends readonly Tensor[], R extends Tree>(
  f: (...args: A) => R,
  options?: CompileOptions,
): Compiled<A, R>;
export function compile<A extends readonly Tree[], R extends Tree>(
  f: (...args: A) => R,
  options?: CompileOptions,
): Compiled<A, R>;
export function compile<A extends readonly Tree[], R extends Tree>(
  f: (...args: A) => R,
  options: CompileOptions = {},
): Compiled<A, R> {
  const { device: wanted = null } = optionsOf("compile", options, { device: 1 });
  const recorded = new Map<string, Recorded<R>>();
  let latest: Recorded<R> | undefined;
  const run: Compiled<A, R> = async (...args) => {
    const leaves = leavesOf(args);
    // The same as last time, as a rule: then no key needs to be written.
    const isAsBefore = latest !== undefined && leaves === args && areLike(leaves, latest.places);
    const key = isAsBefore ? "" : `${args.map(outline)} ${leaves.map((t) => `${t.type} ${t.shape}`)}`;
    let record = isAsBefore ? latest : recorded.get(key);
    if (!record || record.device !== deviceOf("compile", leaves, record.others, wanted)) {
      const from = performance.now();
      record = recordFunction(f, args, leaves, wanted, record?.key ?? key);
      recording()?.add({ kind: "compile", name: "compile", thread: -1, from, to: performance.now() });
      recorded.set(record.key, record);
    }
    if (leaves === args) latest = record;
    const { device, program, sources, result } = record;
    const { outputs, done } = device.run(
      program,
      sources.map((source, i) => (i < leaves.length ? argumentGiven(leaves[i], i) : given(source))),
      record.outputs,
    );
    await done;
    let next = 0;
    const answered = ({ shape }: Tensor): Tensor => new Result(outputs[next++], shape);
    return (result instanceof Tensor ? answered(result) : mapTree(result, answered)) as Results<R>;
  };
  return (...args) => {
    // At once: what is being recorded cannot wait for a promise, and would leave it unhandled.
    if (currentTrace())
      throw new TypeError(
        "compile: a compiled function is called while another one is recorded: call the function that it was made of",
      );
    return run(...args);
  };
}

/** Of an argument the numbers count, those of a variable too: within the function it is a tensor like any other. */
function argumentGiven(tensor: Tensor, i: number): Given {
  const { own, storage } = tensor;
  if (own || storage) return { serial: tensor.serial, values: own, storage };
  throw new TypeError(
    `compile: argument ${i} (${show(tensor.shape)}) has no numbers yet: await its data first`,
  );
}

interface Recorded<R> {
  readonly device: Device;
  readonly program: Program | Promise<Program>;
  readonly outputs: readonly OutputKind[];
  /** Stand-ins of the arguments first, then what else the function reads. */
  readonly sources: readonly Tensor[];
  readonly others: readonly Tensor[];
  readonly result: R;
  /** Stand-ins of the arguments. */
  readonly places: readonly Tensor[];
  /** The arguments' form, shapes and types. */
  readonly key: string;
}

function recordFunction<A extends readonly Tree[], R extends Tree>(
  f: (...args: A) => R,
  args: A,
  leaves: readonly Tensor[],
  wanted: Device | null,
  key: string,
): Recorded<R> {
  const places = leaves.map((t) => placeholder(t.shape, t.type));
  let next = 0;
  const standIns = args.map((arg) => mapTree(arg, () => places[next++])) as unknown as A;
  const { result, trace } = traced(() => f(...standIns));
  const graph = linearise(tensorsOf("compile", result, ["the result"]), trace.assignments, places);
  const sources = graph.sources as readonly Tensor[];
  const others = sources.slice(places.length);
  checkNumbers("compile", others);
  const device = deviceOf("compile", leaves, others, wanted);
  device.warm(); // its threads are there by the time the program is
  // The nodes are rewritten when they are planned.
  const outputs = graph.outputs.map(({ type, shape }) => ({ type, shape }));
  return {
    device,
    program: programFor(device.target, graph, places.length),
    outputs,
    sources,
    others,
    result,
    places,
    key,
  };
}

/** The list itself, where the arguments are tensors. */
const leavesOf = (args: readonly Tree[]): readonly Tensor[] =>
  args.every((arg): arg is Tensor => arg instanceof Tensor)
    ? args
    : args.flatMap((arg, i) => tensorsOf("compile", arg, [`argument ${i}`]));

function areLike(leaves: readonly Tensor[], places: readonly Tensor[]): boolean {
  if (leaves.length !== places.length) return false;
  for (let i = 0; i < leaves.length; i++)
    if (leaves[i].type !== places[i].type || !sameShape(leaves[i].shape, places[i].shape)) return false;
  return true;
}

/**
 * Gives a variable a new value of its shape and type, inside a compiled function. The last assignment to a variable
 * holds.
 */
export function assign(variable: Variable, value: Tensor): void {
  const trace = currentTrace();
  if (!trace)
    throw new TypeError(
      "assign: only inside a function given to compile(); outside, use variable.set(values)",
    );
  const target: unknown = variable;
  if (!(target instanceof Variable))
    throw new TypeError(
      `assign: the first argument is ${said(target)}, expected a variable${target instanceof Tensor ? "; arguments of a compiled function are none" : ""}`,
    );
  if (!(value instanceof Tensor))
    throw new TypeError(`assign: the value is ${said(value)}, expected a tensor`);
  if (String(variable.shape) !== String(value.shape) || variable.type !== value.type)
    throw new TypeError(
      `assign: the variable is ${variable.type} ${show(variable.shape)}, the value ${value.type} ${show(value.shape)}`,
    );
  const known = trace.assignments.findIndex((a) => a.variable === variable);
  if (known >= 0) trace.assignments.splice(known, 1);
  trace.assignments.push({ variable, value });
}

/** The tree's form, without its tensors. */
function outline(tree: Tree): string {
  if (tree instanceof Tensor) return "t";
  if (Array.isArray(tree)) return `[${tree.map(outline)}]`;
  return `{${Object.entries(tree).map(([key, branch]) => `${JSON.stringify(key)}:${outline(branch as Tree)}`)}}`;
}
