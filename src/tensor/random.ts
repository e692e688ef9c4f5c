/** Tensors of random numbers: the same for the same seed and stream, on every target and with any number of threads. */
import { RandomStream } from "../random/threefry.js";
import { checkedShape, type Shape, sizeOf } from "./shapes.js";
import { Tensor } from "./tensor.js";

export interface RandomOptions {
  seed: number;
  /** Another line of numbers of the same seed. */
  stream?: number;
}

/** Evenly spread over min ≤ x < max. */
export function uniform(
  shape: Shape,
  { seed, stream = 0, min = 0, max = 1 }: RandomOptions & { min?: number; max?: number },
): Tensor {
  const random = new RandomStream(seed, stream);
  return filled("random.uniform", shape, () => random.uniform(min, max));
}

/** Normally distributed. */
export function normal(
  shape: Shape,
  { seed, stream = 0, mean = 0, deviation = 1 }: RandomOptions & { mean?: number; deviation?: number },
): Tensor {
  const random = new RandomStream(seed, stream);
  return filled("random.normal", shape, () => random.normal(mean, deviation));
}

function filled(speaker: string, shape: Shape, next: () => number): Tensor {
  const to = checkedShape(speaker, shape);
  return Tensor.from(Float32Array.from({ length: sizeOf(to) }, next), to, "f32");
}
