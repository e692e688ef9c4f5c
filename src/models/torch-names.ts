/**
 * Where torchvision keeps what our layers have learned, and timm, which took over most of its names. Every model that
 * has a counterpart there has a list of rules in `torch-models.ts`, from the path of a layer to the name of its module.
 */
import type { Shape } from "../tensor/shapes.js";

export interface TorchModule {
  /** What stands before ".weight"; more than one where files differ. */
  readonly names: readonly string[];
  /** C×H×W of the picture that was flattened into a dense layer's inputs: they count it in another order. */
  readonly flattened?: Shape;
}

/**
 * The module of a layer.
 *
 * @param place  where the layer, or the one around it, stands in the model, counted from 0 behind the rescaling
 */
export type TorchNames = (layer: string, place: number) => TorchModule | undefined;

/** A pattern of layer paths and what their modules are called. */
export type TorchRule = readonly [
  layer: RegExp,
  name: (match: readonly string[], place: number) => string | readonly string[],
  flattened?: Shape,
];

/** The first rule that fits gives the name. */
export const torchNames =
  (rules: readonly TorchRule[]): TorchNames =>
  (layer, place) => {
    for (const [pattern, name, flattened] of rules) {
      const match = pattern.exec(layer);
      if (match) return { names: [name(match, place)].flat(), flattened };
    }
    return undefined;
  };

/** What a number of ours is called in its module, and how it lies there. */
export const torchParts: {
  readonly [part: string]: { readonly suffix: string; readonly shape: (own: Shape) => number[] };
} = {
  filters: {
    suffix: "weight",
    shape: ([height, width, inputs, filters]) => [filters, inputs, height, width],
  },
  weights: { suffix: "weight", shape: ([inputs, units]) => [units, inputs] },
  bias: { suffix: "bias", shape: (own) => [...own] },
  scale: { suffix: "weight", shape: (own) => [...own] },
  shift: { suffix: "bias", shape: (own) => [...own] },
  mean: { suffix: "running_mean", shape: (own) => [...own] },
  variance: { suffix: "running_var", shape: (own) => [...own] },
};

/** Counts the batches of a batch normalisation: nothing that a model of ours needs. */
export const isBatchCount = (name: string): boolean => name.endsWith(".num_batches_tracked");

/**
 * Filters F×C×P, with the places of a window or picture as their last axis, as we keep them: P×C×F.
 * A dense layer's weights are filters of one place.
 */
export function placesFirst(
  values: Float32Array,
  [filters, channels, places]: readonly number[],
): Float32Array {
  const turned = new Float32Array(values.length);
  // So many filters at a time, that what is read of each stays in the cache until its neighbours are needed.
  const band = 64;
  for (let begin = 0; begin < filters; begin += band) {
    const end = Math.min(filters, begin + band);
    for (let c = 0; c < channels; c++)
      for (let p = 0; p < places; p++) {
        const to = (p * channels + c) * filters;
        const from = c * places + p;
        for (let f = begin; f < end; f++) turned[to + f] = values[f * channels * places + from];
      }
  }
  return turned;
}
