/**
 * Random numbers without a state: a number is a function of its key and its place, so that the same seed gives
 * the same numbers in any order, on any engine and with any number of threads. Only integer arithmetic and the
 * four operations that IEEE 754 rounds exactly are used: Math.log and Math.cos differ between engines in the last bit.
 * Salmon, Moraes, Dror, Shaw: Parallel Random Numbers: As Easy as 1, 2, 3, SC 2011.
 */

import { cosTurn, ln } from "./elementary.js";
import { anything } from "./streams.js";

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;

/** Threefry-2x32 with 20 rounds: two random 32-bit words for the key (k0, k1) at the place (c0, c1). */
export function threefry2x32(k0: number, k1: number, c0: number, c1: number): [number, number] {
  const keys = [k0 | 0, k1 | 0, 0x1bd11bda ^ k0 ^ k1];
  let x0 = (c0 + keys[0]) | 0;
  let x1 = (c1 + keys[1]) | 0;
  for (let round = 0; round < 20; round++) {
    const by = rotations[round & 7];
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << by) | (x1 >>> (32 - by))) ^ x0;
    if ((round & 3) === 3) {
      const injection = (round >> 2) + 1;
      x0 = (x0 + keys[injection % 3]) | 0;
      x1 = (x1 + keys[(injection + 1) % 3] + injection) | 0;
    }
  }
  return [x0 >>> 0, x1 >>> 0];
}

/** A word as a number in [0, 1) with 24 bits, which f32 holds exactly: f32 and f64 agree on every draw. */
export const unit = (word: number): number => (word >>> 8) / 0x1000000;

/** Two words as a number of the standard normal distribution (Box, Muller 1958). */
export function normalOf(word0: number, word1: number): number {
  return Math.sqrt(-2 * ln(1 - unit(word0))) * cosTurn(unit(word1));
}

/** One line of numbers: those of the key (seed, stream) from the place (row, 0) on. */
export class RandomStream {
  readonly #seed: number;
  readonly #stream: number;
  readonly #row: number;
  #column = 0;
  #spare: number | undefined;

  constructor(seed: number, stream = anything, row = 0) {
    this.#seed = seed;
    this.#stream = stream;
    this.#row = row;
  }

  /** 0 ≤ word < 2^32 */
  word(): number {
    if (this.#spare !== undefined) {
      const word = this.#spare;
      this.#spare = undefined;
      return word;
    }
    const [first, second] = threefry2x32(this.#seed, this.#stream, this.#row, this.#column++);
    this.#spare = second;
    return first;
  }

  /** min ≤ x < max */
  uniform(min = 0, max = 1): number {
    return min + (max - min) * unit(this.word());
  }

  normal(mean = 0, deviation = 1): number {
    return mean + deviation * normalOf(this.word(), this.word());
  }

  /** 0 ≤ i < below; numbers differ in probability by less than below / 2^32. */
  integer(below: number): number {
    return Math.floor((this.word() * below) / 0x100000000);
  }

  /** The numbers 0 to n − 1 in random order (Fisher, Yates; Durstenfeld 1964). */
  permutation(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const held = order[i];
      order[i] = order[j];
      order[j] = held;
    }
    return order;
  }
}
