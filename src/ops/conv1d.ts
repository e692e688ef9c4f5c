import { optionsOf } from "../door/options.js";
import { said } from "../door/said.js";
import { checkedWhole, checkTensor } from "../tensor/arguments.js";
import { ShapeError, show } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { conv2d } from "./conv2d.js";
import { reshape } from "./reshape.js";

/** "valid": none. "same": ⌈length / stride⌉ windows, the odd place at the end. A number: on both sides. [before, after]. */
export type LinePadding = "valid" | "same" | number | readonly [number, number];

/** Stride, padding, dilation and groups of {@link conv1d}; 1, none, 1 and 1 if left out. */
export interface Conv1dOptions {
  /** Step between windows. */
  stride?: number;
  padding?: LinePadding;
  /** Distance between the places that neighbouring weights of the filter see. */
  dilation?: number;
  /** The channels fall into so many groups; a filter sees one of them. */
  groups?: number;
}

/**
 * Convolution along a line: words of a sentence, frames of a sound. The filter is not mirrored.
 *
 *     y[n,i,f] = Σ_{a,c} x[n, i·stride + a·dilation − before, c] · w[a,c,f]
 *
 * with zeros outside.
 *
 * @param x  N×L×C
 * @param w  k×(C/groups)×F
 * @returns  N×L'×F with L' = ⌊(L + before + after − (k − 1)·dilation − 1) / stride⌋ + 1
 * @throws ShapeError where x and w do not fit each other or the window is longer than the line
 */
export function conv1d(x: Tensor, w: Tensor, options: Conv1dOptions = {}): Tensor {
  const {
    stride = 1,
    padding = "valid",
    dilation = 1,
    groups = 1,
  } = optionsOf("conv1d", options, { stride: 1, padding: 1, dilation: 1, groups: 1 });
  checkTensor("conv1d", "x", x);
  checkTensor("conv1d", "the filter", w);
  checkedWhole("conv1d", "groups", groups, 1);
  checkedWhole("conv1d", "stride", stride, 1);
  checkedWhole("conv1d", "dilation", dilation, 1);
  if (x.rank !== 3) throw new ShapeError(`conv1d: x is of rank ${x.rank} (${show(x.shape)}), expected N×L×C`);
  if (w.rank !== 3)
    throw new ShapeError(`conv1d: the filter is of rank ${w.rank} (${show(w.shape)}), expected k×C×F`);
  const [n, length, channels] = x.shape;
  const [k, depth, filters] = w.shape;
  if (channels % groups !== 0 || filters % groups !== 0)
    throw new ShapeError(
      `conv1d: ${groups} groups do not divide the ${channels} channels of x (${show(x.shape)}) and the ${filters} filters (${show(w.shape)})`,
    );
  if (depth !== channels / groups)
    throw new ShapeError(
      `conv1d: x has ${channels} channels (${show(x.shape)}), a filter of ${groups} groups takes ${channels / groups}, this one ${depth} (${show(w.shape)})`,
    );
  const [before, after] = sides(padding);
  const reach = (k - 1) * dilation + 1;
  if (padding !== "same" && length + before + after < reach)
    throw new ShapeError(
      `conv1d: a window of ${reach} does not fit into x of ${length} places${before + after > 0 ? ` with padding ${before} and ${after}` : ""} (x is ${show(x.shape)})`,
    );
  // A line is a picture of height 1.
  const y = conv2d(reshape(x, [n, 1, length, channels]), reshape(w, [1, k, depth, filters]), {
    stride: [1, stride],
    dilation: [1, dilation],
    groups,
    padding:
      padding === "same"
        ? "same"
        : [
            [0, 0],
            [before, after],
          ],
  });
  return reshape(y, [n, y.shape[2], filters]);
}

function sides(padding: LinePadding): readonly [number, number] {
  if (padding === "valid" || padding === "same") return [0, 0];
  const both = Array.isArray(padding)
    ? (padding as readonly number[])
    : [padding as number, padding as number];
  if (both.length !== 2 || typeof padding === "string")
    throw new ShapeError(
      `conv1d: padding is ${said(padding)}, expected "valid", "same", a number or [before, after]`,
    );
  const [before, after] = both.map((n) => checkedWhole("conv1d", "padding", n, 0));
  return [before, after];
}
