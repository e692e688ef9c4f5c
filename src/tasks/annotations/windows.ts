/** Pictures and maps of labels as a network for pixels sees them: fitted in, or by windows of their own size. */
import type { Picture } from "../../images/picture.js";
import { withChannels } from "../../images/preprocessing.js";
import { type PictureFit, placeOf, surround } from "./fitted.js";

/** As what a network for pixels sees pictures: what a checkpoint keeps of it. */
export interface WindowFit {
  /** In pixels. */
  readonly size: PictureFit["size"];
  /**
   * "contain" and "stretch": the whole picture, enlarged or shrunk. "tiles": parts of this size, of the picture as large as it
   * is; all of it in parts that overlap, in training one of them, drawn at random.
   */
  readonly fit: PictureFit["fit"] | "tiles";
}

/** Where a window begins: the place of its first pixel in the picture, negative where it is larger than that. */
export interface Corner {
  readonly top: number;
  readonly left: number;
}

/** A part of a picture H×W×3, with grey where it reaches beyond. */
export function windowPixels(
  picture: Picture,
  { top, left }: Corner,
  [height, width]: WindowFit["size"],
): Uint8Array {
  const { pixels, ...whole } = withChannels(picture, 3);
  const part = new Uint8Array(height * width * 3).fill(surround);
  copyRows(pixels, whole, { part, size: [height, width], top, left, channels: 3 });
  return part;
}

/** The same part of its map, with `beyond` where it reaches beyond. */
export function windowLabels(
  map: Uint8Array,
  whole: { width: number; height: number },
  { top, left }: Corner,
  [height, width]: WindowFit["size"],
  beyond: number,
): Uint8Array {
  const part = new Uint8Array(height * width).fill(beyond);
  copyRows(map, whole, { part, size: [height, width], top, left, channels: 1 });
  return part;
}

function copyRows(
  from: Uint8Array,
  whole: { width: number; height: number },
  to: { part: Uint8Array; size: WindowFit["size"]; top: number; left: number; channels: number },
): void {
  const { part, size, top, left, channels } = to;
  const [first, end] = [Math.max(0, left), Math.min(whole.width, left + size[1])];
  if (end <= first) return;
  for (let i = Math.max(0, top); i < Math.min(whole.height, top + size[0]); i++)
    part.set(
      from.subarray((i * whole.width + first) * channels, (i * whole.width + end) * channels),
      ((i - top) * size[1] + first - left) * channels,
    );
}

/** Its map with the picture: each pixel has the label of the nearest, `beyond` where the picture is not. */
export function wholeLabels(
  map: Uint8Array,
  whole: { width: number; height: number },
  how: PictureFit,
  beyond: number,
): Uint8Array {
  const [height, width] = how.size;
  const { top, left, ...inner } = placeOf(whole, how);
  const labels = new Uint8Array(height * width).fill(beyond);
  const columns = Array.from({ length: inner.width }, (_, j) =>
    Math.min(whole.width - 1, Math.floor(((j + 0.5) * whole.width) / inner.width)),
  );
  for (let i = 0; i < inner.height; i++) {
    const row =
      Math.min(whole.height - 1, Math.floor(((i + 0.5) * whole.height) / inner.height)) * whole.width;
    const at = (top + i) * width + left;
    for (let j = 0; j < inner.width; j++) labels[at + j] = map[row + columns[j]];
  }
  return labels;
}
