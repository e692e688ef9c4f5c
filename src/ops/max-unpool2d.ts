import { optionsOf } from "../door/options.js";
import { ShapeError, sameShape, show } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { cast } from "./cast.js";
import type { PoolOptions } from "./max-pool2d.js";
import { slice } from "./slice.js";
import { spread } from "./window-sums.js";
import { checkPictures, type Pair, pair, planWindows } from "./windows.js";

/**
 * Max unpooling: each value goes back to the pixel that won its window, all others are 0.
 *
 *     y[n, i·stride + a − top, j·stride + b − left, c] = x[n,i,j,c]   with a·kW + b = switches[n,i,j,c]
 *
 * A pixel that won several overlapping windows gets the sum of their values, as in the gradient of maxPool2d, of which
 * this is the linear part.
 *
 * @param x         N×H'×W'×C
 * @param switches  of maxPool2dSwitches, i32 of the shape of x
 * @param size      of the windows, in pixels, as the pooling had it
 * @param given     stride, padding and ceil of the pooling, and `pixels`, the [height, width] of what it pooled
 * @returns         N×H×W×C
 * @throws ShapeError where pooling a picture of these pixels does not give the shape of x
 * Zeiler, Fergus: Visualizing and Understanding Convolutional Networks, ECCV 2014, section 2.1.
 */
export function maxUnpool2d(
  x: Tensor,
  switches: Tensor,
  size: Pair,
  given: PoolOptions & { pixels: Pair },
): Tensor {
  const {
    pixels,
    stride = size,
    padding = 0,
    ceil = false,
  } = optionsOf("maxUnpool2d", given, { pixels: 1, stride: 1, padding: 1, ceil: 1 });
  checkPictures("maxUnpool2d", x);
  if (!sameShape(x.shape, switches.shape))
    throw new ShapeError(`maxUnpool2d: x is ${show(x.shape)}, the switches are ${show(switches.shape)}`);
  if (switches.type !== "i32")
    throw new ShapeError(`maxUnpool2d: the switches are ${switches.type}, expected i32`);
  const [n, h, w, c] = x.shape;
  const [height, width] = pair("maxUnpool2d", "pixels", pixels, 1);
  const plan = planWindows("maxUnpool2d", { shape: [n, height, width, c] }, { size, stride, padding, ceil });
  if (plan.output[0] !== h || plan.output[1] !== w)
    throw new ShapeError(
      `maxUnpool2d: pooling ${height}×${width} pixels gives ${plan.output.join("×")}, x is ${show(x.shape)}`,
    );
  const [[top, bottom], [left, right]] = plan.padding;
  const windows = {
    size: plan.size,
    stride: plan.stride,
    output: plan.output,
    pixels: [height + top + bottom, width + left + right] as [number, number],
  };
  const padded = spread(cast(x, "f32"), windows, switches);
  return slice(padded, [0, top, left, 0], [n, top + height, left + width, c]);
}
