/**
 * The arithmetic of windows that slide over pictures, shared by convolution and pooling: sizes, padding, and the
 * view in which each output pixel sees its window.
 */
import { type Affine, scale, sum } from "../compiler/affine.js";
import { said } from "../door/said.js";
import { checkedWhole, checkTensor } from "../tensor/arguments.js";
import { type Shape, ShapeError, show } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { apply, defineOp } from "./define.js";

/** The same for both directions, or [y, x]. */
export type Pair = number | readonly [number, number];

/**
 * "valid": none. "same": so much that a stride of s gives ⌈size / s⌉ windows, the odd pixel at the bottom and the
 * right. A number: on all sides. [[top, bottom], [left, right]]: as given.
 */
export type WindowPadding =
  | "valid"
  | "same"
  | number
  | readonly [readonly [number, number], readonly [number, number]];

export interface WindowPlan {
  readonly size: [number, number];
  readonly stride: [number, number];
  readonly dilation: [number, number];
  /** [top, bottom], [left, right]: what the windows need, not more than was asked for but for ceil mode. */
  readonly padding: [[number, number], [number, number]];
  /** Windows along y and x. */
  readonly output: [number, number];
}

export function planWindows(
  speaker: string,
  x: { readonly shape: Shape },
  options: {
    size: Pair;
    stride: Pair;
    dilation?: Pair;
    padding: WindowPadding;
    ceil?: boolean;
  },
): WindowPlan {
  const size = pair(speaker, "window", options.size, 1);
  const stride = pair(speaker, "stride", options.stride, 1);
  const dilation = pair(speaker, "dilation", options.dilation ?? 1, 1);
  const extent = [x.shape[1], x.shape[2]];
  const reach = [0, 1].map((d) => (size[d] - 1) * dilation[d] + 1);
  const padding = [0, 1].map((d): [number, number] => {
    const asked = checkedPadding(speaker, options.padding);
    if (asked === "valid") return [0, 0];
    if (asked === "same") {
      const total = Math.max(0, (Math.ceil(extent[d] / stride[d]) - 1) * stride[d] + reach[d] - extent[d]);
      return [Math.floor(total / 2), Math.ceil(total / 2)];
    }
    return typeof asked === "number" ? [asked, asked] : [asked[d][0], asked[d][1]];
  });
  const output = [0, 1].map((d) => {
    const room = extent[d] + padding[d][0] + padding[d][1] - reach[d];
    if (room < 0) {
      const padded = padding.flat().some((n) => n > 0) ? ` with padding ${JSON.stringify(padding)}` : "";
      throw new ShapeError(
        `${speaker}: a ${reach.join("×")} window does not fit into x of ${extent.join("×")} pixels${padded} (x is ${show(x.shape)})`,
      );
    }
    if (!options.ceil) return Math.floor(room / stride[d]) + 1;
    const windows = Math.ceil(room / stride[d]) + 1;
    // A last window that would start beyond the picture and its first padding sees nothing.
    return (windows - 1) * stride[d] >= extent[d] + padding[d][0] ? windows - 1 : windows;
  });
  const needed = [0, 1].map((d): [number, number] => {
    const end = (output[d] - 1) * stride[d] + reach[d];
    return [padding[d][0], Math.max(0, end - extent[d] - padding[d][0])];
  });
  return {
    size,
    stride,
    dilation,
    padding: [needed[0], needed[1]],
    output: [output[0], output[1]],
  };
}

export function pair(speaker: string, name: string, value: Pair, least: number): [number, number] {
  if (!Array.isArray(value)) {
    const both = checkedWhole(speaker, name, value as number, least);
    return [both, both];
  }
  if (value.length !== 2)
    throw new ShapeError(
      `${speaker}: ${name} is ${said(value)}, expected one number or two, [along y, along x]`,
    );
  return [checkedWhole(speaker, name, value[0], least), checkedWhole(speaker, name, value[1], least)];
}

/** Padding of whole numbers in one of its forms. */
function checkedPadding(speaker: string, padding: WindowPadding): WindowPadding {
  checkPaddingForm(speaker, padding);
  if (typeof padding === "number") checkedWhole(speaker, "padding", padding, 0);
  else if (typeof padding === "object")
    for (const n of padding.flat()) checkedWhole(speaker, "padding", n, 0);
  return padding;
}

/** What it is made of is checked by those who use it. */
export function checkPaddingForm(speaker: string, padding: WindowPadding): void {
  if (padding === "valid" || padding === "same" || typeof padding === "number") return;
  const sides: readonly unknown[] = Array.isArray(padding) ? padding : [];
  if (sides.length === 2 && sides.every((side) => Array.isArray(side) && side.length === 2)) return;
  const [y, x] = sides;
  const meant =
    sides.length === 2 && typeof y === "number" && typeof x === "number"
      ? `; did you mean [[${y}, ${y}], [${x}, ${x}]]?`
      : "";
  throw new ShapeError(
    `${speaker}: padding is ${said(padding)}, expected "valid", "same", a number or [[top, bottom], [left, right]]${meant}`,
  );
}

/** N×H×W×C, or the caller's name stands in the error. */
export function checkPictures(speaker: string, x: Tensor): void {
  checkTensor(speaker, "x", x);
  if (x.rank !== 4)
    throw new ShapeError(`${speaker}: x is of rank ${x.rank} (${show(x.shape)}), expected N×H×W×C`);
}

/** Steps in pixels, along y and x. */
export type Steps = { stride: [number, number]; dilation: [number, number] };

type Attributes = Steps & { size: [number, number]; output: [number, number] };

/**
 * Every window of x: N×H×W×C as N×H'×W'×kH×kW×C, where windows may overlap. Nothing is copied. For use inside
 * operations that give the gradient themselves.
 */
export function windowsOf(
  x: Tensor,
  { size, stride, output, dilation = [1, 1] }: Omit<Attributes, "dilation"> & { dilation?: [number, number] },
): Tensor {
  return apply(op, [x], { size, stride, dilation, output });
}

const op = defineOp<Attributes>({
  name: "windows",
  shape: ([[n, , , c]], { size, output }) => [n, ...output, ...size, c],
  vjp: () => {
    throw new Error("windows: the gradient belongs to the operation that looks through the windows");
  },
  lowering: ({ stride, dilation }) => ({
    kind: "view",
    index([n, y, x, a, b, c]) {
      const place = (d: number, window: Affine, inside: Affine): Affine =>
        sum(scale(window, stride[d]), scale(inside, dilation[d]));
      return [n, place(0, y, a), place(1, x, b), c];
    },
  }),
});
