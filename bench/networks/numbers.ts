/** The numbers in which all contenders compute: a function of seed and place, the same in every language. */
import type { Parameter } from "./step.js";

/** Number i of a seed, evenly spread over 0 ≤ u < 1. `peers/pytorch.py` has the same in numpy. */
function spread(seed: number, i: number): number {
  let h = Math.imul(i + 1, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return ((h ^ (h >>> 15)) >>> 0) / 2 ** 32;
}

export function uniform(seed: number, size: number, low = 0, high = 1): Float32Array {
  const values = new Float32Array(size);
  for (let i = 0; i < size; i++) values[i] = low + (high - low) * spread(seed, i);
  return values;
}

export const numbersOf = ({ seed, shape, low, high }: Parameter): Float32Array =>
  uniform(
    seed,
    shape.reduce((n, d) => n * d, 1),
    low,
    high,
  );

/** Seeds that no parameter has. */
export const seeds = { pictures: 1_000_001, left: 1_000_002, right: 1_000_003 } as const;

/** Pixels of a batch, N×H×W×C, 0 ≤ v < 1. */
export const pictures = (batch: number, input: readonly number[]): Float32Array =>
  uniform(
    seeds.pictures,
    input.reduce((n, d) => n * d, batch),
  );

export const labels = (batch: number): Int32Array => Int32Array.from({ length: batch }, (_, i) => i % 10);

/** Of plain stochastic gradient descent: w ← w − rate · v with v ← momentum · v + g. */
export const descent = { rate: 0.001, momentum: 0.9 } as const;
