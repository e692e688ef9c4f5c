import { type CompileOptions, compile } from "../../src/tensor/compile.js";
import { compute } from "../../src/tensor/compute.js";
import type { Tree, Values } from "../../src/tensor/tree.js";

/** A compiled function of which the numbers alone are of interest: it answers with arrays. */
export function compiled<A extends readonly Tree[], R extends Tree>(
  f: (...args: A) => R,
  options?: CompileOptions,
): (...args: A) => Promise<Values<R>> {
  const run = compile(f, options);
  return async (...args) => (await compute((await run(...args)) as Tree)) as Values<R>;
}
