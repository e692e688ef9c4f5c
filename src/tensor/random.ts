/** Tensors of random numbers: the same for the same seed and stream, on every target and with any number of threads. */

import { optionsOf } from "../door/options.js";
import { said } from "../door/said.js";
import { RandomStream } from "../random/threefry.js";
import { checkedNumber } from "./arguments.js";
import { checkedShape, type Shape, sizeOf } from "./shapes.js";
import { Tensor } from "./tensor.js";

/** From which random numbers follow: the same seed and stream give the same numbers on every target. */
export interface RandomOptions {
  seed: number;
  /** Another line of numbers of the same seed. */
  stream?: number;
}

/** Numbers of this shape, evenly spread over min ≤ x < max. */
export function uniform(shape: Shape, given: RandomOptions & { min?: number; max?: number }): Tensor {
  const {
    seed,
    stream = 0,
    min = 0,
    max = 1,
  } = optionsOf("random.uniform", given, { seed: 1, stream: 1, min: 1, max: 1 });
  const random = new RandomStream(seed, stream);
  return filled("random.uniform", shape, { seed, stream, min, max }, () => random.uniform(min, max));
}

/** Numbers of this shape, normally distributed. */
export function normal(shape: Shape, given: RandomOptions & { mean?: number; deviation?: number }): Tensor {
  const {
    seed,
    stream = 0,
    mean = 0,
    deviation = 1,
  } = optionsOf("random.normal", given, { seed: 1, stream: 1, mean: 1, deviation: 1 });
  const random = new RandomStream(seed, stream);
  return filled("random.normal", shape, { seed, stream, mean, deviation }, () =>
    random.normal(mean, deviation),
  );
}

function filled(
  speaker: string,
  shape: Shape,
  numbers: { readonly [name: string]: number },
  next: () => number,
): Tensor {
  const to = checkedShape(speaker, shape);
  for (const [name, value] of Object.entries(numbers)) checkedNumber(speaker, name, value);
  for (const name of ["seed", "stream"])
    if (!Number.isInteger(numbers[name]))
      throw new RangeError(`${speaker}: ${name} is ${said(numbers[name])}, expected a whole number`);
  return Tensor.from(Float32Array.from({ length: sizeOf(to) }, next), to, "f32");
}
