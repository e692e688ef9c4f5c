import { type Numbers, type Shape, sizeOf } from "../textbook/numbers.js";

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The values an f32 can hold, so that the engine and the textbook compute with the same. */
const held = (shape: Shape, value: () => number): Numbers => ({
  shape,
  data: Float64Array.from({ length: sizeOf(shape) }, () => Math.fround(value())),
});

export function uniform(shape: Shape, { seed = 1, low = -1, high = 1 } = {}): Numbers {
  const next = generator(seed);
  return held(shape, () => low + (high - low) * next());
}

/** Whole numbers from low to high, high left out. */
export function integers(shape: Shape, { seed = 1, low = 0, high = 10 } = {}): Numbers {
  const next = generator(seed);
  return held(shape, () => Math.floor(low + (high - low) * next()));
}

/** The step of the finite differences. In f64 both its errors, step² and 1e-16 / step, are far below what f32 loses. */
export const step = 1e-5;

/**
 * Values in −1..1, no two of them closer than twice the step and none that near to 0: a step in one of them changes no
 * winner and no sign. (max has no slope at a tie, and relu none at 0.)
 */
export function distinct(shape: Shape, { seed = 1 } = {}): Numbers {
  const next = generator(seed);
  const count = sizeOf(shape);
  if (0.5 / count <= 2 * step) throw new Error(`${count} values do not keep a distance of ${2 * step}`);
  const order = Array.from({ length: count }, (_, k) => k);
  for (let k = count - 1; k > 0; k--) {
    const other = Math.floor(next() * (k + 1));
    [order[k], order[other]] = [order[other], order[k]];
  }
  let k = 0;
  return held(shape, () => (2 * order[k++] + 0.5) / count - 1);
}
