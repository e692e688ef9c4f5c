/** What happens inside a model: outputs of its layers by name, and the scores behind its probabilities. */

import { suggestion } from "../door/spelling.js";
import type { AnyLayer, Mode, Model } from "../nn/index.js";
import { rehearse } from "../nn/pass.js";
import { type Field, ReceptiveFields } from "../nn/receptive-field.js";
import { reshape } from "../ops/reshape.js";
import { type Shape, show } from "../tensor/shapes.js";
import { placeholder, Tensor } from "../tensor/tensor.js";
import type { Tree } from "../tensor/tree.js";
import { leavesOf } from "../tensor/tree.js";
import { asInput, outputFor } from "../training/single-output.js";
import { ExplainError } from "./explain-error.js";
import { inputOf } from "./pictures.js";

/** A layer where it stands. */
export interface Place {
  readonly path: string;
  readonly layer: AnyLayer;
  /** Of what comes out, for one picture. */
  readonly output: Shape;
  /** Whether other layers ran inside it. */
  readonly holdsOthers: boolean;
  /** What a unit of it sees. */
  readonly field: Field;
}

/** A walk through a model on a stand-in for a picture. */
export interface Walk {
  readonly input: Tensor;
  readonly output: Tensor;
  /** In the order in which they end, each with what it made. */
  readonly places: readonly (Place & { readonly y: Tensor })[];
}

/** For pictures of the model's own size. Nothing is run. */
export function walkThrough(model: Model, speaker: string): Walk {
  const input = placeholder([1, ...inputOf(speaker, model)], "f32");
  const fields = new ReceptiveFields(input);
  const places: (Place & { readonly y: Tensor })[] = [];
  let output = input;
  rehearse<Tree>(model, asInput(model, input), {
    training: false,
    ran(run) {
      const { path, layer, holdsOthers } = run;
      const field = fields.after(run);
      for (const [part, y] of leavesOf(run.y, path))
        if (path === "") output = y;
        else places.push({ path: part, layer, output: y.shape.slice(1), holdsOthers, field, y });
    },
  });
  return { input, output, places };
}

/** The layers of a model in the order in which they end, for pictures of its own size. Nothing is run. */
export const placesOf = (model: Model, speaker = "explain"): readonly Place[] =>
  walkThrough(model, speaker).places;

/** @throws ExplainError that lists the layers there are */
export function placeOf(model: Model, layer: string, speaker: string): Place {
  const places = placesOf(model, speaker);
  const found = places.find(({ path }) => path === layer);
  if (found) return found;
  const names = places.map(({ path }) => path);
  throw new ExplainError(
    `${speaker}: ${model.name} has no layer "${layer}"; its layers are ${names.join(", ")}${suggestion(layer, names)}`,
  );
}

/** A layer whose output is a stack of maps. @throws ExplainError if it has no height and width */
export function mapsOf(model: Model, layer: string, speaker: string): Place {
  const place = placeOf(model, layer, speaker);
  if (place.output.length === 3) return place;
  const others = placesOf(model).flatMap(({ path, output }) => (output.length === 3 ? [path] : []));
  throw new ExplainError(
    `${speaker}: ${layer} of ${model.name} has no height and width (${show(place.output)}); layers with maps are ${others.join(", ")}`,
  );
}

/** Leaves a walk through the model when all that was wanted is known. */
class Enough extends Error {}

/**
 * The outputs of layers for pictures of any size. What comes after the last of them is not run: a network whose
 * dense layers belong to one size shows its convolutions at every size.
 */
export function outputsAt(
  model: Model,
  x: Tensor,
  layers: readonly string[],
  mode: Mode = {},
): Map<string, Tensor> {
  const found = new Map<string, Tensor>();
  const wanted = new Set(layers);
  try {
    outputFor(model, x, {
      ...mode,
      capture(path, output, layer, input) {
        mode.capture?.(path, output, layer, input);
        if (wanted.has(path)) found.set(path, output);
        if (found.size === wanted.size) throw new Enough();
      },
    });
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  }
  return found;
}

/** The output of one layer. */
export const outputAt = (model: Model, x: Tensor, layer: string, mode?: Mode): Tensor =>
  outputsAt(model, x, [layer], mode).get(layer)!;

/**
 * The scores of the classes, N×classes: what goes into the softmax where the model ends in one.
 * Probabilities rise when other classes fall, scores do not.
 */
export function scoresOf(model: Model, x: Tensor, mode: Mode = {}): Tensor {
  let softmax: { input: Tree; output: Tensor } | undefined;
  const y = outputFor(model, x, {
    ...mode,
    capture(path, output, layer, input) {
      mode.capture?.(path, output, layer, input);
      if (layer.type === "softmax") softmax = { input, output };
    },
  });
  const scores = softmax?.output === y && softmax.input instanceof Tensor ? softmax.input : y;
  const [n] = scores.shape;
  const classes = scores.size / n;
  if (scores.shape[scores.rank - 1] !== classes)
    throw new ExplainError(
      `${model.name} answers ${show(scores.shape.slice(1))} for a picture, not one score for each class; name a layer and a unit`,
    );
  return reshape(scores, [n, classes]);
}

/** The layers whose units are the classes: the last one, and what goes into a softmax that ends the model. */
export function classLayers(model: Model): string[] {
  const { places, output } = walkThrough(model, "explain");
  const ends = new Set([output]);
  for (const { y, layer } of places)
    if (y === output && layer.type === "softmax")
      for (const input of sourceOf(output, places)) ends.add(input);
  return places.flatMap(({ path, y }) => (ends.has(y) ? [path] : []));
}

/** The nearest outputs of layers that a tensor was computed from. */
function sourceOf(y: Tensor, places: Walk["places"]): Tensor[] {
  const made = new Set(places.map((place) => place.y));
  const found: Tensor[] = [];
  const open = [...y.inputs];
  for (let next = open.pop(); next; next = open.pop()) {
    if (made.has(next)) found.push(next);
    else open.push(...next.inputs);
  }
  return found;
}

/** Layers whose output is a stack of maps, in the model's order. */
export const layersWithMaps = (model: Model): string[] =>
  placesOf(model).flatMap(({ path, output }) => (output.length === 3 ? [path] : []));

/** Filters or neurons of a layer. @throws ExplainError where there is no such layer */
export const unitCount = (model: Model, layer: string): number =>
  placeOf(model, layer, "explain").output.at(-1)!;
