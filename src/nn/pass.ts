/** One walk through a model: where its layers get their numbers from, who watches, and what an error says. */
import { randomUniform } from "../ops/random-uniform.js";
import { checkTensor } from "../tensor/arguments.js";
import { type Shape, ShapeError, sameShape, show } from "../tensor/shapes.js";
import { placeholder, type Tensor } from "../tensor/tensor.js";
import { traced } from "../tensor/tracing.js";
import { type Initialiser, streamOf } from "./initialisers.js";
import type { Layer, Scope } from "./layer.js";
import type { Mode } from "./model.js";

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
  readonly layer: Layer;
  readonly x: Tensor;
  readonly y: Tensor;
  /** Whether other layers ran inside this one. */
  readonly holdsOthers: boolean;
}

export function runLayer(layer: Layer, x: Tensor, path: string, pass: Pass): Tensor {
  const { numbers, training = false, seed } = pass;
  let holdsOthers = false;
  const scope: Scope = {
    path,
    training,
    parameter: (name, shape, initialiser) => numbers.parameter(`${path}.${name}`, shape, initialiser),
    buffer: (name, shape, initialiser) => numbers.buffer(`${path}.${name}`, shape, initialiser),
    update: (name, value) => numbers.update(`${path}.${name}`, value),
    uniform(shape) {
      if (seed === undefined)
        throw new TypeError(`${path}: draws random numbers: call the model with { training: true, seed }`);
      checkTensor(path, "seed", seed);
      return randomUniform(shape, seed, streamOf(path));
    },
    aside: (output, weight) => pass.aside?.(output, weight, path),
    run(inner, input, name, place = name) {
      holdsOthers = true;
      try {
        return runLayer(inner, input, path === "" ? name : `${path}/${name}`, pass);
      } catch (error) {
        throw error instanceof ShapeError ? LayerShapeError.at(place, inner, error) : error;
      }
    },
  };
  const acting = (path !== "" && pass.instead?.(path, layer)) || layer;
  const y = acting.forward(x, scope);
  pass.ran?.({ path, layer: acting, x, y, holdsOthers });
  if (path !== "") pass.capture?.(path, y, acting, x);
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

  static at(place: string, layer: Layer, error: ShapeError): LayerShapeError {
    if (error instanceof LayerShapeError) return error.within(place);
    // The place names the layer already.
    const spoken = `${layer.type}: `;
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
  input: Shape,
  built: Shape | null,
  walk: () => T,
  question = "",
): T {
  try {
    return walk();
  } catch (error) {
    if (!(error instanceof LayerShapeError)) throw error;
    const other =
      built && !sameShape(built, input)
        ? `; the weights belong to inputs of ${show(built)}, this one is ${show(input)}`
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

/** Walks through a model on a stand-in for pictures: which numbers it asks for, and what its layers do. Runs nothing. */
export function rehearse(
  layer: Layer,
  x: Tensor,
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
  traced(() => runLayer(layer, x, "", { training, seed: placeholder([], "i32"), numbers, ran }));
  return [...asked.values()];
}
