import { oneOf } from "../door/rules.js";
import { add } from "../ops/arithmetic.js";
import { sqrt, square } from "../ops/elementary.js";
import { compute } from "../tensor/compute.js";
import { Tensor } from "../tensor/tensor.js";
import { type FilterOptions, filterTensor } from "./filter.js";
import { kernels, type Matrix } from "./kernels.js";
import { grey, type Plane, type Raster } from "./raster.js";
import { aBorder, settingsOf } from "./settings.js";

/** The gradient of brightness at each pixel, as four planes of the picture's size. */
export interface Gradient {
  /** Change of brightness to the right and downwards, in the kernel's units. */
  readonly gx: Plane;
  readonly gy: Plane;
  /** √(gx² + gy²) */
  readonly magnitude: Plane;
  /** atan2(gy, gx) in radians, −π to π: the direction in which the picture brightens, clockwise from the right as seen. */
  readonly orientation: Plane;
}

/** Pairs of kernels that answer to what brightens to the right and downwards. */
export const gradientKernels = {
  sobel: [kernels.sobelX, kernels.sobelY],
  prewitt: [kernels.prewittX, kernels.prewittY],
  scharr: [kernels.scharrX, kernels.scharrY],
} as const satisfies { [name: string]: readonly [Matrix, Matrix] };

/** The masks of a gradient, Sobel's if left out, and what they see beyond the border. */
export interface GradientOptions extends Pick<FilterOptions, "padding"> {
  operator?: keyof typeof gradientKernels;
}

/** What {@link GradientOptions} may be. */
export const gradient = { padding: aBorder, operator: oneOf(...Object.keys(gradientKernels)) };

/**
 * The gradient of brightness by Sobel's masks (or Prewitt's, or Scharr's), not divided by their weight of 8.
 *
 *     gx = x ∗ [−1 0 1; −2 0 2; −1 0 1],   gy = x ∗ [−1 −2 −1; 0 0 0; 1 2 1]
 *
 * @param picture  grey, or red, green and blue: then its brightness counts
 * Sobel, Feldman: A 3×3 isotropic gradient operator for image processing, 1968; Duda, Hart: Pattern Classification
 * and Scene Analysis, 1973, section 7.3.
 */
export async function sobel(picture: Raster, options: GradientOptions = {}): Promise<Gradient> {
  const { operator = "sobel", padding = "reflect" } = settingsOf("sobel", options, gradient);
  const { width, height, values } = grey(picture);
  const x = Tensor.from(values, [1, height, width, 1], "f32");
  const [gx, gy] = gradientKernels[operator].map((kernel) => filterTensor(x, kernel, { padding }));
  const magnitude = sqrt(add(square(gx), square(gy)));
  const [dx, dy, size] = (await compute([gx, gy, magnitude])) as Float32Array[];
  const plane = (numbers: Float32Array): Plane => ({
    width: gx.shape[2],
    height: gx.shape[1],
    values: numbers,
  });
  const angle = new Float32Array(dx.length);
  for (let i = 0; i < angle.length; i++) angle[i] = Math.atan2(dy[i], dx[i]);
  return { gx: plane(dx), gy: plane(dy), magnitude: plane(size), orientation: plane(angle) };
}
