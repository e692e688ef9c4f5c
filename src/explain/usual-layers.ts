/** The layers that methods look at where none is named: found in how a model is built, whatever it is. */
import { optionsOf } from "../door/options.js";
import { text } from "../door/rules.js";
import type { Model } from "../nn/index.js";
import type { Tensor } from "../tensor/tensor.js";
import { ExplainError } from "./explain-error.js";
import { aTarget } from "./rules.js";
import { isUnit, type Target } from "./target.js";
import { type Place, type Walk, walkThrough } from "./walk.js";

/**
 * The last maps before they are pooled away: the output of the last layer or block with height and width through which
 * all goes that leads to the classes (or to the unit that is the target). So of branches and of a dense block it is
 * what they make together, of a residual block the sum. What pools, pads or enlarges has no maps of its own: of a VGG it
 * is the last rectified convolution, of a DenseNet the last normalisation, rectified.
 *
 * @throws ExplainError where there are no maps, or none through which all goes
 */
export function lastMaps(model: Model, options: { speaker?: string; target?: Target } = {}): string {
  const { speaker = "explain", target } = optionsOf("lastMaps", options, { speaker: text, target: aTarget });
  const walk = walkThrough(model, speaker);
  const end =
    target !== undefined && isUnit(target)
      ? walk.places.find(({ path }) => path === target.layer)?.y
      : walk.output;
  const before = upstreamOf(end ?? walk.output);
  const maps = mapsIn(walk).filter(({ y }) => y !== end && before.has(y));
  const made = maps.filter(({ layer }) => !passing.has(layer.type));
  const found = (made.length > 0 ? made : maps).findLast(
    ({ y }) => !isReached(walk.input, end ?? walk.output, y),
  );
  if (found)
    return (walk.places.find(({ y, layer }) => y === found.y && blocks.has(layer.type)) ?? found).path;
  throw new ExplainError(
    maps.length === 0
      ? `${speaker}: ${model.name} has no layer with height and width to look at`
      : `${speaker}: no single layer of ${model.name} holds all that leads to its answer: name one of ${maps.map(({ path }) => path).join(", ")}`,
  );
}

/** Which layers say what is in a picture, and which how it is painted. */
export interface StyleLayers {
  readonly content: readonly string[];
  readonly style: readonly string[];
}

/**
 * The paper's choice on VGG: the first rectified convolution at each size of the maps for the style, the second at
 * the last but one for the content (relu1_1 to relu5_1, relu4_2). On other networks the same of their rectified
 * layers and blocks (fire modules, residual stages, branches), of which it is the whole, not what is inside them.
 *
 * @throws ExplainError where there are none
 */
export function usualLayers(model: Model): StyleLayers {
  const maps = wholes(walkThrough(model, "style"));
  const bySize = new Map<number, string[]>();
  for (const { path, output } of maps) bySize.set(output[0], [...(bySize.get(output[0]) ?? []), path]);
  const sizes = [...bySize.values()];
  if (sizes.length === 0)
    throw new ExplainError(
      `style: ${model.name} has no rectified maps to look at: name content and style layers`,
    );
  const middle = sizes[Math.max(0, sizes.length - 2)];
  return { content: [middle[Math.min(1, middle.length - 1)]], style: sizes.map(([first]) => first) };
}

/**
 * What dreams: at two thirds of the rectified layers and blocks, where there are eyes and wheels, no longer lines and not
 * yet whole animals.
 *
 * @throws ExplainError where there are no maps
 */
export function dreamLayer(model: Model): string {
  const maps = wholes(walkThrough(model, "deepDream"));
  return maps.length === 0
    ? lastMaps(model, { speaker: "deepDream" })
    : maps[Math.min(Math.floor((2 / 3) * maps.length), maps.length - 1)].path;
}

/** Whether what the one layer makes has a part in what the other makes. */
export function leadsTo(model: Model, from: string, to: string | undefined, speaker: string): boolean {
  const { places, output } = walkThrough(model, speaker);
  const made = (layer: string) => places.find(({ path }) => path === layer)?.y;
  const [begin, end] = [made(from), to === undefined ? output : made(to)];
  return begin !== undefined && end !== undefined && upstreamOf(end).has(begin);
}

/** Layers that choose, average, move or enlarge what others have made. */
const passing: ReadonlySet<string> = new Set([
  "maxPool2d",
  "avgPool2d",
  "adaptiveAvgPool2d",
  "dropout",
  "spatialDropout",
  "pad",
  "rescale",
  "unflatten",
  "upsample2d",
]);

const rectifying: ReadonlySet<string> = new Set([
  ...[
    "relu",
    "leakyRelu",
    "prelu",
    "elu",
    "selu",
    "gelu",
    "silu",
    "softplus",
    "sigmoid",
    "tanh",
    "scaledTanh",
  ],
  "maxout",
]);

/** Are called by their own name, not by that of the layer in them that ends them. */
const blocks: ReadonlySet<string> = new Set(["residual", "branches", "denseBlock"]);

type Made = Walk["places"][number];

/** What makes maps of more than a pixel, which say nothing of where; of layers that hand on the same maps the innermost. */
function mapsIn({ places }: Walk): Made[] {
  const seen = new Set<Tensor>();
  return places.filter(({ output, y }) => {
    const isNew = !seen.has(y);
    seen.add(y);
    return isNew && output.length === 3 && output[0] * output[1] > 1;
  });
}

/**
 * Rectified layers and blocks through which all goes, at the upper levels of the model's paths: of a fire module or a
 * stage the whole, but where all layers stand in one holder, those in it.
 */
function wholes(walk: Walk): Place[] {
  const upstream = upstreamOf(walk.output);
  const found = mapsIn(walk).filter(
    ({ layer, holdsOthers, y, output }) =>
      (rectifying.has(layer.type) || holdsOthers) &&
      !passing.has(layer.type) &&
      output[0] > 1 &&
      y !== walk.output &&
      upstream.has(y) &&
      !isReached(walk.input, walk.output, y),
  );
  const depth = ({ path }: Place) => path.split("/").length;
  const atLevel = (level: number) =>
    found.flatMap(({ y }) => {
      const named = walk.places.filter((place) => place.y === y && depth(place) <= level);
      return named.length === 0 ? [] : [named.reduce((a, b) => (depth(b) > depth(a) ? b : a))];
    });
  const sizes = (places: readonly Place[]) => new Set(places.map(({ output }) => output[0])).size;
  let level = 1;
  while (sizes(atLevel(level)) < sizes(found)) level++;
  return atLevel(level);
}

/** What a tensor was computed from, and itself. */
function upstreamOf(end: Tensor): Set<Tensor> {
  const found = new Set<Tensor>();
  const open = [end];
  for (let next = open.pop(); next; next = open.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    open.push(...next.inputs);
  }
  return found;
}

/** Whether a way leads from the end back to the beginning that does not pass this tensor. */
function isReached(begin: Tensor, end: Tensor, around: Tensor): boolean {
  const visited = new Set([around]);
  const open = [end];
  for (let next = open.pop(); next; next = open.pop()) {
    if (visited.has(next)) continue;
    if (next === begin) return true;
    visited.add(next);
    open.push(...next.inputs);
  }
  return false;
}
