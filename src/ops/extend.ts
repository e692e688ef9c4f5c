import { said } from "../door/said.js";
import { ShapeError, show } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { broadcastTo } from "./broadcast-to.js";
import { concat } from "./concat.js";
import { checkPairs } from "./pad.js";
import { flip, slice } from "./slice.js";

/**
 * What lies beyond the edge of a b c d:
 *
 *     reflect    d c b | a b c d | c b a    mirrored in the outermost value, which is not repeated
 *     symmetric  c b a | a b c d | d c b    mirrored in the edge
 *     replicate  a a a | a b c d | d d d
 *     wrap       b c d | a b c d | a b c    as if it went round
 */
export type Extension = "reflect" | "symmetric" | "replicate" | "wrap";

/** The ways in which {@link extend} goes on beyond a border. */
export const extensions = [
  "reflect",
  "symmetric",
  "replicate",
  "wrap",
] as const satisfies readonly Extension[];

/**
 * x and around it values of its own: `pairs` gives, for each axis, how many before and how many after. Said with
 * slices of x, so that its gradient adds up at every value what all of its copies receive.
 *
 * @throws ShapeError where more is asked for than x has along an axis (one less for "reflect")
 */
export function extend(x: Tensor, pairs: readonly (readonly [number, number])[], mode: Extension): Tensor {
  checkPairs("extend", x, pairs);
  if (!extensions.includes(mode))
    throw new ShapeError(`extend: mode is ${said(mode)}, expected one of ${extensions.join(", ")}`);
  pairs.forEach((pair, axis) => {
    const most = mostBeyond(mode, x.shape[axis]);
    for (const n of pair) {
      if (n > most)
        throw new ShapeError(
          `extend: ${mode} has ${most} of the ${n} values asked for beyond axis ${axis} of x (${show(x.shape)})`,
        );
    }
  });
  return pairs.reduce((y, pair, axis) => along(y, axis, pair, mode), x);
}

function mostBeyond(mode: Extension, extent: number): number {
  if (mode === "replicate") return extent > 0 ? Number.POSITIVE_INFINITY : 0;
  return mode === "reflect" ? Math.max(0, extent - 1) : extent;
}

function along(x: Tensor, axis: number, [before, after]: readonly [number, number], mode: Extension): Tensor {
  const extent = x.shape[axis];
  const part = (from: number, to: number): Tensor =>
    slice(
      x,
      x.shape.map((_, d) => (d === axis ? from : 0)),
      x.shape.map((e, d) => (d === axis ? to : e)),
    );
  const turned = (from: number, to: number): Tensor => flip(part(from, to), axis);
  const repeated = (at: number, times: number): Tensor =>
    broadcastTo(part(at, at + 1), x.shape.with(axis, times));
  const sides: { [M in Extension]: () => [Tensor, Tensor] } = {
    reflect: () => [turned(1, before + 1), turned(extent - 1 - after, extent - 1)],
    symmetric: () => [turned(0, before), turned(extent - after, extent)],
    replicate: () => [repeated(0, before), repeated(extent - 1, after)],
    wrap: () => [part(extent - before, extent), part(0, after)],
  };
  if (before === 0 && after === 0) return x;
  const [low, high] = sides[mode]();
  return concat([...(before > 0 ? [low] : []), x, ...(after > 0 ? [high] : [])], { axis });
}
