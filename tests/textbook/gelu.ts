import type { Numbers } from "./numbers.js";

const each = (x: Numbers, f: (v: number) => number): Numbers => ({ shape: x.shape, data: x.data.map(f) });

/** 2/√π · e^(−v²) · Σ_n 2ⁿ · v^(2n+1) / (1 · 3 · 5 ⋯ (2n + 1)): no term takes anything from another. */
function errorFunction(v: number): number {
  let [term, total] = [v, 0];
  for (let n = 0; n < 200; n++) {
    total += term;
    term *= (2 * v * v) / (2 * n + 3);
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-v * v) * total;
}

export const erf = (x: Numbers): Numbers => each(x, errorFunction);

/** x · Φ(x), or its approximation by tanh */
export const gelu = (x: Numbers, { approximate = "none" as "none" | "tanh" } = {}): Numbers =>
  each(x, (v) =>
    approximate === "none"
      ? (v / 2) * (1 + errorFunction(v / Math.SQRT2))
      : (v / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3))),
  );
