import { optionsOf } from "../door/options.js";
import { ShapeError } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { broadcastTo } from "./broadcast-to.js";
import { cast } from "./cast.js";
import { resample, type Weights } from "./resample.js";
import { reshape } from "./reshape.js";
import { checkPictures, type Pair, pair } from "./windows.js";

/** How {@link upsample2d} finds values between pixels. */
export interface UpsampleOptions {
  /** "nearest" if left out. */
  method?: "nearest" | "bilinear";
  /**
   * Of "bilinear": whether the corner pixels of both pictures lie on each other. Left out, their corners do, as in
   * PyTorch, TensorFlow 2 and OpenCV.
   */
  alignCorners?: boolean;
}

/**
 * Pictures enlarged to a given size, with the conventions of PyTorch's `interpolate`. Row i of the result looks at
 *
 *     nearest                   row ⌊i·H/H'⌋
 *     bilinear                  place (i + ½)·H/H' − ½, held within 0 … H − 1
 *     bilinear, alignCorners    place i·(H − 1)/(H' − 1)
 *
 * and columns likewise; between rows and columns it is linear. Smaller sizes are taken too, without smoothing.
 *
 * @param x     N×H×W×C
 * @param size  of the result, in pixels: its edge, or [height, width]
 * @returns     N×H'×W'×C
 */
export function upsample2d(x: Tensor, size: Pair, given: UpsampleOptions = {}): Tensor {
  const { method = "nearest", alignCorners = false } = optionsOf("upsample2d", given, {
    method: 1,
    alignCorners: 1,
  });
  checkPictures("upsample2d", x);
  const [height, width] = pair("upsample2d", "size", size, 1);
  if (method !== "nearest" && method !== "bilinear")
    throw new ShapeError(`upsample2d: there is no method "${method}", expected "nearest" or "bilinear"`);
  if (method === "nearest" && alignCorners)
    throw new ShapeError('upsample2d: alignCorners belongs to the method "bilinear"');
  const [, h, w] = x.shape;
  if (method === "nearest" && height % h === 0 && width % w === 0) return repeated(x, height / h, width / w);
  const along = method === "nearest" ? nearest : alignCorners ? linearAligned : linear;
  return resample(cast(x, "f32"), along(h, height), along(w, width));
}

/** Each pixel as a block of pixels: nothing is computed. */
function repeated(x: Tensor, rows: number, columns: number): Tensor {
  const [n, h, w, c] = x.shape;
  const blocks = broadcastTo(reshape(x, [n, h, 1, w, 1, c]), [n, h, rows, w, columns, c]);
  return reshape(blocks, [n, h * rows, w * columns, c]);
}

const nearest = (from: number, to: number): Weights[] =>
  Array.from({ length: to }, (_, i) => [[Math.floor((i * from) / to), 1]]);

const linear = (from: number, to: number): Weights[] =>
  Array.from({ length: to }, (_, i) => between(((i + 0.5) * from) / to - 0.5, from));

const linearAligned = (from: number, to: number): Weights[] =>
  Array.from({ length: to }, (_, i) => between(to === 1 ? 0 : (i * (from - 1)) / (to - 1), from));

function between(place: number, extent: number): Weights {
  const held = Math.min(extent - 1, Math.max(0, place));
  const before = Math.min(Math.floor(held), extent - 1);
  const after = Math.min(before + 1, extent - 1);
  return [
    [before, 1 - (held - before)],
    [after, held - before],
  ];
}
