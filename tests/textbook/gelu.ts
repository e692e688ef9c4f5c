import type { Numbers } from "./numbers.js";

const each = (x: Numbers, f: (v: number) => number): Numbers => ({ shape: x.shape, data: x.data.map(f) });

/** 2/√π · Σ_n (−1)ⁿ · v^(2n+1) / (n! · (2n + 1)); from 6 on it is 1 but for the last bits of float64. */
function errorFunction(v: number): number {
  if (Math.abs(v) >= 6) return Math.sign(v);
  let [power, total] = [v, 0];
  for (let n = 0; n < 150; n++) {
    total += power / (2 * n + 1);
    power *= -(v * v) / (n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
}

export const erf = (x: Numbers): Numbers => each(x, errorFunction);

/** x · Φ(x), or its approximation by tanh */
export const gelu = (x: Numbers, { approximate = "none" as "none" | "tanh" } = {}): Numbers =>
  each(x, (v) =>
    approximate === "none"
      ? (v / 2) * (1 + errorFunction(v / Math.SQRT2))
      : (v / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3))),
  );
