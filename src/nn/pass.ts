/** One walk through a model: where its layers get their numbers from, who watches, and what an error says. */
import { randomUniform } from "../ops/random-uniform.js";
import { checkTensor } from "../tensor/arguments.js";
import { inLayer } from "../tensor/layer-now.js";
import { type Shape, ShapeError } from "../tensor/shapes.js";
import { placeholder, type Tensor } from "../tensor/tensor.js";
import { traced } from "../tensor/tracing.js";
import type { Tree } from "../tensor/tree.js";
import { leavesOf, type ShapeTree, sameShapes, showShapes } from "../tensor/tree.js";
import { type Initialiser, streamOf } from "./initialisers.js";
import type { AnyLayer, Layer, Scope } from "./layer.js";
import type { Mode } from "./mode.js";

/** Where a walk gets parameters and buffers from, by path. */
export interface Numbers {
  parameter(path: string, shape: Shape, initialiser: Initialiser): Tensor;
  buffer(path: string, shape: Shape, initialiser: Initialiser): Tensor;
  update(path: string, value: Tensor): void;
}

export interface Pass extends Mode {
  readonly numbers: Numbers;
  /** Is shown every layer that ran, inner ones first. */
  readonly ran?: (run: LayerRun) => void;
}

export interface LayerRun {
  readonly path: string;
  readonly layer: AnyLayer;
  readonly x: Tree;
  readonly y: Tree;
  /** Whether other layers ran inside this one. */
  readonly holdsOthers: boolean;
}

const below = (path: string, name: string): string => (path === "" ? name : `${path}/${name}`);

/**
 * Lets a layer do its part, and those inside it.
 * @param home  where its parameters are: its own path, or that of a layer that it shares them with
 */
export function runLayer<I extends Tree, O extends Tree>(
  layer: Layer<I, O>,
  x: I,
  pass: Pass,
  path = "",
  home = path,
): O {
  const { numbers, training = false, seed } = pass;
  let holdsOthers = false;
  const still = pass.still?.(home) ?? false;
  const scope: Scope = {
    path,
    training,
    still,
    parameter: (name, shape, initialiser) => numbers.parameter(`${home}.${name}`, shape, initialiser),
    buffer: (name, shape, initialiser) => numbers.buffer(`${home}.${name}`, shape, initialiser),
    update(name, value) {
      if (!still) numbers.update(`${home}.${name}`, value);
    },
    uniform(shape) {
      if (seed === undefined)
        throw new TypeError(`${path}: draws random numbers: call the model with { training: true, seed }`);
      checkTensor(path, "seed", seed);
      return randomUniform(shape, seed, streamOf(path));
    },
    aside: (output, weight) => pass.aside?.(output, weight, path),
    run(inner, input, name, { place = name, shared = name } = {}) {
      holdsOthers = true;
      try {
        return runLayer(inner, input, pass, below(path, name), below(home, shared));
      } catch (error) {
        throw error instanceof ShapeError ? LayerShapeError.at(place, inner.type, error) : error;
      }
    },
  };
  const acting = ((path !== "" && pass.instead?.(path, layer as AnyLayer)) || layer) as Layer<I, O>;
  const y = path === "" ? acting.forward(x, scope) : inLayer(path, () => acting.forward(x, scope));
  const run: LayerRun = { path, layer: acting as AnyLayer, x, y, holdsOthers };
  pass.ran?.(run);
  if (path !== "" && pass.capture)
    for (const [place, output] of leavesOf(y, path)) pass.capture(place, output, run.layer, x);
  return y;
}

/** What does not fit a layer, with the places that lead to it. */
class LayerShapeError extends ShapeError {
  readonly #places: readonly string[];
  readonly #reason: string;

  constructor(places: readonly string[], reason: string) {
    super(`${places.join(" › ")}: ${reason}`);
    this.#places = places;
    this.#reason = reason;
  }

  /** The same, further out, and with what is known there. */
  within(place: string, more = ""): LayerShapeError {
    return new LayerShapeError([place, ...this.#places], this.#reason + more);
  }

  static at(place: string, type: string, error: ShapeError): LayerShapeError {
    if (error instanceof LayerShapeError) return error.within(place);
    // The place names the layer already.
    const spoken = `${type}: `;
    const { message } = error;
    return new LayerShapeError([place], message.startsWith(spoken) ? message.slice(spoken.length) : message);
  }
}

/**
 * Runs a model's walk; an error says in which model, and whether the input is of another size than it was built for.
 * @param question  what is asked of the input if something does not fit
 */
export function inModel<T>(
  model: string,
  input: ShapeTree,
  built: ShapeTree | null,
  walk: () => T,
  question = "",
): T {
  try {
    return walk();
  } catch (error) {
    if (!(error instanceof LayerShapeError)) throw error;
    const other =
      built && !sameShapes(built, input)
        ? `; the weights belong to inputs of ${showShapes(built)}, this one is ${showShapes(input)}`
        : "";
    throw error.within(model, other + question);
  }
}

export interface PlannedNumbers {
  readonly path: string;
  readonly kind: "parameter" | "buffer";
  readonly shape: Shape;
  readonly initialiser: Initialiser;
}

/** Walks through a model on a stand-in for its input: which numbers it asks for, and what its layers do. Runs nothing. */
export function rehearse<I extends Tree>(
  layer: Layer<I, Tree>,
  x: I,
  { training, ran }: { training: boolean; ran?: (run: LayerRun) => void },
): PlannedNumbers[] {
  const asked = new Map<string, PlannedNumbers>();
  const noted =
    (kind: PlannedNumbers["kind"]) =>
    (path: string, shape: Shape, initialiser: Initialiser): Tensor => {
      if (!asked.has(path)) asked.set(path, { path, kind, shape: [...shape], initialiser });
      return placeholder(asked.get(path)!.shape, "f32");
    };
  const numbers: Numbers = { parameter: noted("parameter"), buffer: noted("buffer"), update: () => {} };
  // In a trace of its own: what a layer assigns here must not reach a compiled function that is being recorded.
  traced(() => runLayer(layer, x, { training, seed: placeholder([], "i32"), numbers, ran }));
  return [...asked.values()];
}
