import { optionsOf } from "../door/options.js";
import { add, mul } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { tensor } from "../tensor/creation.js";
import { ShapeError, show } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkedNumber } from "./checks.js";
import type { Layer, Named } from "./layer.js";
import { printable } from "./printable.js";

/** y = (x · scale + offset − mean) / deviation; 1/255, 0, 0 and 1 if left out. */
export interface RescaleOptions {
  scale?: number;
  offset?: number;
  /** Taken off after scaling: one number, or one for each channel. */
  mean?: number | readonly number[];
  /** Divided by at the end: one number, or one for each channel. */
  deviation?: number | readonly number[];
  /** Floats are taken as they are, for they are scaled already; only bytes (u8) are pixels of 0 to 255. */
  bytesOnly?: boolean;
}

/**
 * Pixels as the model wants them: (x · scale + offset − mean) / deviation, f32. It is part of the model, so that a
 * checkpoint carries its own preprocessing and pictures are given as they are: N×H×W×C, u8, 0 to 255. The shape stays.
 */
export function rescale(given: RescaleOptions & Named = {}): Layer {
  const { name, ...options } = optionsOf("rescale", given, {
    scale: 1,
    offset: 1,
    mean: 1,
    deviation: 1,
    bytesOnly: 1,
    name: 1,
  });
  const { bytesOnly = false, ...scaling } = options;
  const scaled = scalingOf(scaling);
  return printable({
    type: "rescale",
    name,
    options,
    forward: (x) => (bytesOnly && x.type === "f32" ? x : scaled(x)),
  });
}

/** The same as a function, for floats too. */
export function scalingOf({
  scale = 1 / 255,
  offset = 0,
  mean = 0,
  deviation = 1,
}: Omit<RescaleOptions, "bytesOnly">): (x: Tensor) => Tensor {
  const channels = [mean, deviation].map((v) => (typeof v === "number" ? 1 : v.length));
  const count = Math.max(...channels);
  if (channels.some((n) => n !== 1 && n !== count))
    throw new ShapeError(
      `rescale: ${channels[0]} means and ${channels[1]} deviations, expected as many of both`,
    );
  for (const [option, value] of Object.entries({ scale, offset, mean, deviation }))
    for (const number of [value].flat()) checkedNumber("rescale", option, number);
  if ([deviation].flat().includes(0))
    throw new RangeError("rescale: deviation is 0, by which nothing can be divided");
  const at = (v: number | readonly number[], c: number): number =>
    typeof v === "number" ? v : v[v.length === 1 ? 0 : c];
  const perChannel = Array.from({ length: count }, (_, c) => c);
  const factors = perChannel.map((c) => scale / at(deviation, c));
  const shifts = perChannel.map((c) => (offset - at(mean, c)) / at(deviation, c));
  const given = (values: number[]): number | Tensor => (count === 1 ? values[0] : tensor(values));
  return (x) => {
    if (count > 1 && x.shape[x.rank - 1] !== count)
      throw new ShapeError(
        `rescale: x has ${x.shape[x.rank - 1]} channels (${show(x.shape)}), expected ${count}`,
      );
    const scaled = mul(cast(x, "f32"), given(factors));
    return shifts.every((b) => b === 0) ? scaled : add(scaled, given(shifts));
  };
}
