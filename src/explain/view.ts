/** A network of several inputs and outputs, seen from one of its pictures towards one of its answers. */
import { optionsOf } from "../door/options.js";
import { text } from "../door/rules.js";
import { said } from "../door/said.js";
import { suggestion } from "../door/spelling.js";
import type { AnyLayer, AnyNetwork, Mode, Model, Network, Scope } from "../nn/index.js";
import { type LayerRun, rehearse } from "../nn/pass.js";
import { broadcastTo } from "../ops/broadcast-to.js";
import { zeros } from "../ops/fill.js";
import { type Shape, show } from "../tensor/shapes.js";
import { placeholder, settle, Tensor, type TypedArray } from "../tensor/tensor.js";
import { leavesOf, mapTree, shapeLeaves, shapesOf, showShapes, type Tree } from "../tensor/tree.js";
import { checkModel } from "../training/given.js";
import { asInput } from "../training/single-output.js";
import { ExplainError } from "./explain-error.js";
import type { Target } from "./target.js";

/** Of which input an explanation is, and from which output a class is taken, where a network has several. */
export interface Of {
  /** `photo`; may be left out where only one input is pictures. */
  input?: string;
  /** `kind`; may be left out where there is only one output, or the target is a unit of a layer. */
  output?: string;
}

/**
 * A network of several inputs as one that takes pictures alone: the others are what they are in one example. Every
 * method takes such a view, those that make pictures too:
 *
 *     const seen = explain.view(model, { photo, words }, { input: "photo", output: "kind" });
 *     const { images } = await explain.activationMaximisation(seen, { target: 3 });
 *
 * It has the parameters of the network, and its layers by their names.
 *
 * @param example  batches of one example, 1×…; a network that is not built yet is built for it
 * @throws ExplainError where there is no such input or output, or several and none is named
 */
export async function view<I extends Tree>(
  network: Network<I, Tree>,
  example: I,
  of: Of = {},
): Promise<Model> {
  checkModel("view", network);
  optionsOf("view", of, { input: text, output: text });
  const one = await settled("view", example);
  const chosen = choice("view", network, one, of);
  for (const [place, { shape: own }] of leavesOf(one))
    if (own[0] !== 1)
      throw new ExplainError(`view: ${place || "the input"} is ${show(own)}, expected one example, 1×…`);
  return viewOf(network, one, chosen);
}

/** How a network of several inputs is seen by a method that makes pictures, or walks through a data set. */
export interface Seen extends Of {
  /** What the other inputs are: a batch of one example, 1×… of each. Left out where the network takes pictures alone. */
  example?: Tree;
}

type AnyOf<F> = F extends (model: Model, ...rest: infer Rest) => infer R
  ? (network: Model | AnyNetwork, ...rest: WithSeen<Rest>) => R
  : never;

/** The options, which come last, with those of the view. */
type WithSeen<Rest extends readonly unknown[]> = Rest extends readonly [infer O]
  ? [O & Seen]
  : Rest extends readonly [(infer O)?]
    ? [options?: O & Seen]
    : Rest extends readonly [infer A, infer O]
      ? [A, O & Seen]
      : Rest extends readonly [infer A, (infer O)?]
        ? [A, options?: O & Seen]
        : Rest extends readonly [infer A, infer B, (infer O)?]
          ? [A, B, options?: O & Seen]
          : never;

/**
 * A method that makes pictures, or walks through a data set, as one for any network: `{ example, input, output }` say how the
 * network is seen, as `view` does.
 *
 * @param name    as errors call the method: a function loses its own when it is bundled
 * @param before  arguments between the network and the options
 */
export const throughView =
  (name: string, { before = 0 } = {}) =>
  <F extends (model: Model, ...rest: never[]) => unknown>(method: F): AnyOf<F> => {
    const anyOf = async (network: AnyNetwork, ...rest: unknown[]): Promise<unknown> => {
      checkModel(name, network);
      const given = (rest[before] ?? {}) as Seen;
      const run = method as unknown as (model: AnyNetwork, ...rest: unknown[]) => unknown;
      if (!isChoice(network, given) && given.example === undefined) return run(network, ...rest);
      const { example, input, output, ...options } = given;
      const shapes = network.inputShape;
      const only = shapes ? shapeLeaves(shapes) : [];
      if (example === undefined && only.length !== 1)
        throw new ExplainError(
          `${name}: ${network.name} ${shapes ? `takes ${showShapes(shapes)}` : "is not built yet"}: give { example }, a batch of one, 1×… of each input`,
        );
      const one = example ?? asInput(network, zeros([1, ...only[0][1]]));
      const seen = await view(network as never, one as never, { input, output });
      return run(seen as unknown as AnyNetwork, ...rest.slice(0, before), options);
    };
    return Object.defineProperty(anyOf, "name", { value: name }) as unknown as AnyOf<F>;
  };

type Method<Options, R> = (model: Model, images: Tensor, options?: Options) => Promise<R>;

/**
 * A method for pictures as one for any network: of several inputs the others stay what they are in each example.
 * Answers of several examples are put one after the other, as for a batch of pictures.
 *
 * @param name      as errors call the method: a function loses its own when it is bundled
 * @param ofLayers  whether it looks at layers alone, and no output need be named
 */
export const ofAny =
  (name: string, { ofLayers = false } = {}) =>
  <Options extends object, R>(
    method: Method<Options, R>,
  ): (<I extends Tree>(network: Network<I, Tree>, images: I, options?: Options & Of) => Promise<R>) => {
    const anyOf = async (network: Network<never, Tree>, images: Tree, given?: Options & Of): Promise<R> => {
      checkModel(name, network);
      if (!isChoice(network, given)) return method(network as unknown as Model, images as Tensor, given);
      const { input: _, output: __, ...others } = (given ?? {}) as object & Of;
      const options = others as PerExample & Options;
      const whole = await settled(name, images instanceof Tensor ? asInput(network, images) : images);
      const isUnit = typeof options.target === "object" && "layer" in options.target;
      const chosen = choice(name, network, whole, given ?? {}, ofLayers || isUnit);
      if (whole instanceof Tensor) return method(viewOf(network, whole, chosen), whole, options);
      const [[, { shape }]] = leavesOf(whole);
      const answers: R[] = [];
      for (let i = 0; i < shape[0]; i++) {
        const example = mapTree(whole, (leaf) => exampleOf(leaf, i)) as Tree;
        const picture = leavesOf(example).find(([place]) => place === chosen.input)![1];
        answers.push(
          await method(viewOf(network, example, chosen), picture, optionsFor(name, options, i, shape[0])),
        );
      }
      return joined(answers);
    };
    return Object.defineProperty(anyOf, "name", { value: name }) as never;
  };

/** Whether there is anything to choose: layers one after the other are explained as they are. */
const isChoice = (network: AnyNetwork, of?: Of | null): boolean =>
  of?.input !== undefined || of?.output !== undefined || !("layers" in network);

/** Options that are said of each example, if a method has them. */
interface PerExample {
  target?: Target;
  unit?: number | readonly number[];
  onProgress?: (progress: { done: number; count: number }) => void;
}

/** What is said of one example of several. */
function optionsFor<O extends PerExample>(speaker: string, options: O, i: number, count: number): O {
  const { target, unit, onProgress } = options;
  const at = <T>(of: T): T | number => {
    if (!Array.isArray(of)) return of;
    if (of.length === count) return of[i];
    throw new ExplainError(
      `${speaker}: ${of.length} ${of === target ? "classes" : "units"} for ${count} ${count === 1 ? "example" : "examples"}`,
    );
  };
  const own = { ...options };
  if (typeof target === "object" && "layer" in target) own.target = { ...target, unit: at(target.unit) };
  else if (target !== undefined) own.target = at(target);
  if (unit !== undefined) own.unit = at(unit);
  if (onProgress)
    own.onProgress = (part) => onProgress({ done: i * part.count + part.done, count: count * part.count });
  return own;
}

interface Choice {
  readonly input: string;
  readonly output: string | null;
  readonly shape: Shape;
  /** The layers between them at whose ends pixels come in and answers go out. */
  readonly ends: readonly AnyLayer[];
}

/** Which input, and which output; what is built for this is a walk that runs nothing. */
function choice(
  speaker: string,
  network: AnyNetwork,
  example: Tree,
  { input, output }: Of,
  anyOutput = false,
): Choice {
  if (!network.inputShape) network.build(shapesOf(example));
  const inputs = leavesOf(example);
  const pictures = inputs.filter(([, { rank }]) => rank === 4);
  const places = inputs.map(([place]) => place);
  const chosen = input === undefined ? pictures : inputs.filter(([place]) => place === input);
  if (chosen.length !== 1) {
    const listed = inputs.map(([place, { shape }]) => `${place || "x"} (${show(shape)})`).join(", ");
    throw new ExplainError(
      input !== undefined
        ? `${speaker}: ${network.name} has no input "${input}"; there are ${listed}${suggestion(input, places)}`
        : chosen.length === 0
          ? `${speaker}: ${network.name} takes no pictures: its inputs are ${listed}, expected one N×H×W×C`
          : `${speaker}: ${network.name} takes several pictures, ${listed}: name one by { input }`,
    );
  }
  const standIns = mapTree(example, ({ shape, type }) => placeholder([1, ...shape.slice(1)], type)) as never;
  const start = leavesOf(standIns).find(([place]) => place === chosen[0][0])![1];
  const runs: LayerRun[] = [];
  rehearse(network as never, standIns, { training: false, ran: (run) => void runs.push(run) });
  const answers = leavesOf(runs[runs.length - 1].y);
  const named = answers.map(([place]) => place);
  if (output !== undefined && !named.includes(output))
    throw new ExplainError(
      `${speaker}: ${network.name} has no output "${output}"; there are ${named.join(", ") || "no names: it gives one tensor"}${suggestion(output, named)}`,
    );
  if (output === undefined && answers.length > 1 && !anyOutput)
    throw new ExplainError(
      `${speaker}: ${network.name} has several outputs, ${named.join(", ")}: name one by { output }`,
    );
  const [place, end] = answers.find(([name]) => name === output) ?? answers[0];
  const takes = (run: LayerRun): boolean => run.path !== "" && !run.holdsOthers;
  const first = runs.find((run) => takes(run) && run.x === start)?.layer;
  const last = runs.findLast((run) => takes(run) && run.y === end)?.layer;
  return {
    input: chosen[0][0],
    output: place === "" ? null : place,
    shape: chosen[0][1].shape.slice(1),
    ends: [first, last].flatMap((layer) => layer ?? []),
  };
}

/** @param example  of which all but the chosen input stay */
function viewOf(network: AnyNetwork, example: Tree, { input, output, shape, ends }: Choice): Model {
  const full = (x: Tensor): Tree =>
    mapTree(example, (leaf, place) =>
      place === input ? x : broadcastTo(leaf, [x.shape[0], ...leaf.shape.slice(1)]),
    ) as Tree;
  const answer = (given: Tree): Tensor =>
    output === null ? (given as Tensor) : leavesOf(given).find(([place]) => place === output)![1];
  const call = (x: Tensor, mode?: Mode): Tensor => answer(network(full(x) as never, mode));
  const { type, name, parameters, buffers, options } = network;
  const unchanged = (): never => {
    throw new TypeError(`view: ${name} is built already: build the network itself`);
  };
  return Object.assign(Object.defineProperty(call, "name", { value: name }), {
    type,
    options,
    parameters,
    buffers,
    layers: ends,
    layerNames: ends.map((layer) => layer.name ?? layer.type),
    inputShape: shape,
    forward: (x: Tensor, scope: Scope): Tensor => answer(network.forward(full(x) as never, scope)),
    build: unchanged,
    describe: () => network.describe(),
    summary: () => network.summary(),
  }) as unknown as Model;
}

async function settled(speaker: string, tree: Tree): Promise<Tree> {
  const leaves = leavesOf(tree);
  if (leaves.length === 0) throw new TypeError(`${speaker}: the input is ${said(tree)}, expected tensors`);
  await settle(leaves.map(([, leaf]) => leaf));
  return tree;
}

function exampleOf(batch: Tensor, i: number): Tensor {
  const [n, ...shape] = batch.shape;
  const size = batch.size / n;
  return Tensor.from(batch.own!.slice(i * size, (i + 1) * size), [1, ...shape], batch.type);
}

/** Answers to single examples as the one to all: tensors and lists one after the other, what is of none of them once. */
function joined<R>(answers: readonly R[]): R {
  const [first] = answers;
  if (first instanceof Tensor) {
    const all = answers as readonly unknown[] as readonly Tensor[];
    const [, ...shape] = first.shape;
    const rows = all.reduce((sum, t) => sum + t.shape[0], 0);
    return Tensor.from(joinedArrays(all.map((t) => t.own!)), [rows, ...shape], first.type) as R;
  }
  if (ArrayBuffer.isView(first)) return joinedArrays(answers as readonly never[]) as R;
  if (Array.isArray(first)) return (answers as readonly unknown[] as readonly unknown[][]).flat() as R;
  if (typeof first !== "object" || first === null) return first;
  return Object.fromEntries(
    Object.keys(first).map((key) => [key, joined(answers.map((answer) => answer[key as keyof R]))]),
  ) as R;
}

function joinedArrays<A extends TypedArray>(arrays: readonly A[]): A {
  const whole = new (arrays[0].constructor as new (length: number) => A)(
    arrays.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const array of arrays) {
    whole.set(array, at);
    at += array.length;
  }
  return whole;
}
