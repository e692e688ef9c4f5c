import { type From, referencesIn } from "../nn/graph-order.js";
import type { AnyNetwork } from "../nn/index.js";
import { type RescaleOptions, scalingOf } from "../nn/rescale.js";
import { mul } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { checkTensor } from "../tensor/arguments.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkModel } from "./given.js";

/** What can stand first in a network: a layer, or a network again. */
export interface First {
  readonly type: string;
  readonly options?: object;
  /** Of layers one after the other. */
  readonly layers?: readonly First[];
  /** Of a graph. */
  readonly nodes?: readonly { readonly layer: unknown; readonly from: From }[];
}

/**
 * Pixels of 0 to 255, bytes or (where they were augmented) floats, as a network takes them: as they are where it begins
 * by rescaling them itself, or by looking up words, which they are then; otherwise 0 to 1. Floats that its rescaling would
 * leave alone are rescaled here.
 *
 * @param pixels  N×H×W×C
 * @param input   which one, of a network of several
 * @throws TypeError where one way into the network rescales them and another one does not
 */
export function pixelsFor(network: AnyNetwork, pixels: Tensor, input?: string): Tensor {
  checkModel("pixelsFor", network);
  checkTensor("pixelsFor", "the pixels", pixels);
  const firsts = firstLayers(network as First, input);
  const rescaling = firsts.filter(({ type }) => type === "rescale");
  if (rescaling.length === 0)
    return firsts.some(({ type }) => type === "embedding") ? pixels : mul(cast(pixels, "f32"), 1 / 255);
  if (rescaling.length < firsts.length)
    throw new TypeError(
      `${network.name}: ${input ?? "its input"} goes to ${firsts.map(({ type }) => type).join(", ")}: either all of them rescale pixels or none`,
    );
  const { bytesOnly, ...scaling } = rescaling[0].options as RescaleOptions;
  return bytesOnly && pixels.type === "f32" ? scalingOf(scaling)(pixels) : pixels;
}

/** The layers of a network that see an input first. */
export function firstLayers(layer: First, input?: string): First[] {
  if (layer.type === "sequential" && layer.layers?.length) return firstLayers(layer.layers[0]);
  if (layer.type !== "graph" || !layer.nodes) return [layer];
  const { inputs } = layer.options as { inputs: string | readonly string[] };
  const [only, ...others] = typeof inputs === "string" ? [inputs] : inputs;
  const name = others.length === 0 ? only : input;
  return layer.nodes
    .filter(({ from }) => name !== undefined && referencesIn(from).includes(name))
    .flatMap(({ layer: inner }) =>
      typeof inner === "object" || typeof inner === "function" ? firstLayers(inner as First) : [],
    );
}
