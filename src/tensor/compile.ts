/** Functions recorded once and then run as programs: the way of a training step. */
import { linearise } from "../compiler/graph.js";
import { programFor } from "../compiler/plan.js";
import { optionsOf } from "../door/options.js";
import { kindOfArray, said } from "../door/said.js";
import type { Device, Given, OutputKind } from "../runtime/device.js";
import type { Program } from "../runtime/program.js";
import { recording } from "../runtime/recording.js";
import { show } from "./shapes.js";
import { checkNumbers, deviceOf, given, placeholder, Result, Tensor, Variable } from "./tensor.js";
import { currentTrace, traced } from "./tracing.js";
import { mapTree, type Tree } from "./tree.js";

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
  const run: Compiled<A, R> = async (...args) => {
    const leaves = args.flatMap((arg, i) => tensorsOf("compile", arg, [`argument ${i}`]));
    const key = `${args.map(outline)} ${leaves.map((t) => `${t.type} ${t.shape}`)}`;
    let record = recorded.get(key);
    if (!record || record.device !== deviceOf("compile", leaves, record.others, wanted)) {
      const from = performance.now();
      record = recordFunction(f, args, leaves, wanted);
      recording()?.add({ kind: "compile", name: "compile", thread: -1, from, to: performance.now() });
      recorded.set(key, record);
    }
    const { device, program, sources, result } = record;
    const { outputs, done } = device.run(
      program,
      sources.map((source, i) => (i < leaves.length ? argumentGiven(leaves[i], i) : given(source))),
      record.outputs,
    );
    await done;
    let next = 0;
    return mapTree(result, ({ shape }) => new Result(outputs[next++], shape)) as Results<R>;
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
}

function recordFunction<A extends readonly Tree[], R extends Tree>(
  f: (...args: A) => R,
  args: A,
  leaves: readonly Tensor[],
  wanted: Device | null,
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
  };
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

/**
 * Every tensor of what a caller gave, in the tree's order.
 *
 * @param path  what the tree is called, in the words of an error
 * @throws TypeError where something else is in it
 */
export function tensorsOf(speaker: string, tree: Tree, path: readonly string[]): Tensor[] {
  if (tree instanceof Tensor) return [tree];
  if (Array.isArray(tree))
    return tree.flatMap((branch, i) => tensorsOf(speaker, branch, [...path, String(i)]));
  if (!isPlain(tree))
    throw new TypeError(
      `${speaker}: ${path.join(".")} is ${said(tree)}, ${expected(tree, speaker === "compile" ? "a compiled function is recorded and cannot wait" : "await it first")}`,
    );
  return Object.entries(tree).flatMap(([key, branch]) => tensorsOf(speaker, branch as Tree, [...path, key]));
}

/** What has its tensors in its properties. A Map or a promise would count as an object without any. */
const isPlain = (tree: unknown): tree is object =>
  typeof tree === "object" && tree !== null && Object.prototype.toString.call(tree) === "[object Object]";

/** @param waits  what there is to say to a promise */
function expected(tree: unknown, waits: string): string {
  const tensors = "expected a tensor, or lists and objects of them";
  if (typeof tree === "number" || typeof tree === "boolean") return `${tensors}: tensor(${tree}) is one`;
  if (kindOfArray(tree)) return `${tensors}: tensor(…) makes one of it`;
  const isPromise = typeof tree === "object" && tree !== null && "then" in tree;
  return isPromise ? `${tensors}: ${waits}` : tensors;
}

/** The tree's form, without its tensors. */
function outline(tree: Tree): string {
  if (tree instanceof Tensor) return "t";
  if (Array.isArray(tree)) return `[${tree.map(outline)}]`;
  return `{${Object.entries(tree).map(([key, branch]) => `${JSON.stringify(key)}:${outline(branch as Tree)}`)}}`;
}
