/** Normalisation of each example by itself; batch normalisation has a file of its own. */
import { optionsOf } from "../door/options.js";
import { add, mul } from "../ops/arithmetic.js";
import { normalise } from "../ops/normalise.js";
import { reshape } from "../ops/reshape.js";
import { type Shape, ShapeError, show, sizeOf } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkedCount, checkedNumber, checkedWord } from "./checks.js";
import type { Layer, Named, Scope } from "./layer.js";
import { printable } from "./printable.js";

/** What normalisations by example have in common. */
export interface NormalisationOptions {
  /** Added to the variance, 1e-5 if left out. */
  epsilon?: number;
  /** Whether a trained scale and shift follow; they do if left out. */
  affine?: boolean;
}

/** What {@link layerNorm} goes over, epsilon, scale and shift. */
export interface LayerNormOptions extends NormalisationOptions {
  /**
   * What is normalised together: the "channels" of each pixel, or all values of an "example". Left out, the channels.
   * Scale and shift are of the same shape: C, or H×W×C.
   */
  over?: "channels" | "example";
}

/**
 * Layer normalisation: y = (x − mean) / √(variance + epsilon) · scale + shift, over the channels of each place or over
 * the whole example of N×…×C, in training as in evaluation. The shape stays.
 * Ba, Kiros, Hinton: Layer Normalization, arXiv:1607.06450, equation 4.
 */
export function layerNorm(given: LayerNormOptions & Named = {}): Layer {
  const { name, ...options } = optionsOf("layerNorm", given, { over: 1, epsilon: 1, affine: 1, name: 1 });
  const { over = "channels", epsilon = 1e-5 } = options;
  checkedNumber("layerNorm", "epsilon", epsilon, 0);
  checkedWord("layerNorm", "over", over, ["channels", "example"]);
  return printable({
    type: "layerNorm",
    name,
    options,
    forward(x, scope) {
      const axes = x.shape.map((_, d) => d).slice(over === "example" ? 1 : -1);
      const y = normalise(x, { axis: axes, epsilon });
      return scaled(y, x.shape.slice(axes[0]), scope, options);
    },
    ...(over === "example" ? { sees: () => "everything" as const } : {}),
  });
}

/** Groups, epsilon, scale and shift of {@link groupNorm}. */
export interface GroupNormOptions extends NormalisationOptions {
  /** The channels fall into so many groups of neighbours. */
  groups: number;
}

/**
 * Group normalisation: mean and variance of each example and group of channels, over all pixels; scale and shift for
 * each channel. One group is layer normalisation over the example but for the shape of scale and shift.
 * Wu, He: Group Normalization, ECCV 2018, equation 7.
 *
 * @throws ShapeError where the groups do not divide the channels
 */
export function groupNorm(groups: number, given: Omit<GroupNormOptions, "groups"> & Named = {}): Layer {
  const { name, ...options } = optionsOf("groupNorm", given, { epsilon: 1, affine: 1, name: 1 });
  checkedCount("groupNorm", "groups", groups);
  checkedNumber("groupNorm", "epsilon", options.epsilon ?? 0, 0);
  return printable({
    type: "groupNorm",
    name,
    options: { groups, ...options },
    forward(x, scope) {
      const channels = x.shape[x.rank - 1];
      if (channels % groups !== 0)
        throw new ShapeError(
          `groupNorm: ${groups} groups do not divide the ${channels} channels of x (${show(x.shape)})`,
        );
      return scaled(inGroups(x, groups, options), [channels], scope, options);
    },
    sees: () => "everything",
  });
}

/**
 * Instance normalisation of N×…×C: mean and variance of each example and channel, over all pixels; scale and shift for
 * each channel, as style transfer has them.
 * Ulyanov, Vedaldi, Lempitsky: Instance Normalization, arXiv:1607.08022, equation 4.
 *
 * @throws ShapeError where a channel has a single value, which has no variance
 */
export function instanceNorm(given: NormalisationOptions & Named = {}): Layer {
  const { name, ...options } = optionsOf("instanceNorm", given, { epsilon: 1, affine: 1, name: 1 });
  checkedNumber("instanceNorm", "epsilon", options.epsilon ?? 0, 0);
  return printable({
    type: "instanceNorm",
    name,
    options,
    forward(x, scope) {
      const channels = x.shape[x.rank - 1];
      if (pixelsOf(x) === 1)
        throw new ShapeError(`instanceNorm: one value for each channel (${show(x.shape)}) has no variance`);
      return scaled(inGroups(x, channels, options), [channels], scope, options);
    },
    sees: () => "everything",
  });
}

/** Of one example; not by dividing, since a batch may have none. */
const pixelsOf = (x: Tensor): number => sizeOf(x.shape.slice(1, -1));

function inGroups(x: Tensor, groups: number, { epsilon }: NormalisationOptions): Tensor {
  const [n, channels] = [x.shape[0], x.shape[x.rank - 1]];
  const split = reshape(x, [n, pixelsOf(x), groups, channels / groups]);
  return reshape(normalise(split, { axis: [1, 3], epsilon }), x.shape);
}

function scaled(y: Tensor, shape: Shape, scope: Scope, { affine = true }: NormalisationOptions): Tensor {
  if (!affine) return y;
  const scale = scope.parameter("scale", shape, { constant: 1 });
  return add(mul(y, scale), scope.parameter("shift", shape, "zeros"));
}
