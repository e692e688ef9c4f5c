import { optionsOf } from "../door/options.js";
import type { Tensor } from "../tensor/tensor.js";
import { add, mul } from "./arithmetic.js";
import { cast } from "./cast.js";
import { tanh } from "./elementary.js";
import { erf } from "./erf.js";

/** Whether {@link gelu} is computed exactly or by its approximation. */
export interface GeluOptions {
  /** "tanh": x/2 · (1 + tanh(√(2/π) · (x + 0.044715·x³))); "none" if left out. */
  approximate?: "none" | "tanh";
}

/**
 * The Gaussian error linear unit x · Φ(x) = x/2 · (1 + erf(x/√2)), element by element, where Φ is the normal
 * distribution.
 * Hendrycks, Gimpel: Gaussian Error Linear Units, arXiv:1606.08415, section 2.
 */
export function gelu(x: Tensor, given: GeluOptions = {}): Tensor {
  const { approximate = "none" } = optionsOf("gelu", given, { approximate: 1 });
  const value = cast(x, "f32");
  const bent =
    approximate === "tanh"
      ? tanh(mul(add(value, mul(mul(mul(value, value), value), 0.044715)), Math.sqrt(2 / Math.PI)))
      : erf(mul(value, Math.SQRT1_2));
  return mul(mul(value, 0.5), add(bent, 1));
}
