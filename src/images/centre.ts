/** Where the centre of a picture is, as networks take it. */
import type { ResizeFilter } from "./resize-taps.js";
import { someTaps, type Taps, tapsOf } from "./resize-taps.js";

interface Size {
  readonly height: number;
  readonly width: number;
}

/** What of a preprocessing is about places. */
interface Places {
  readonly enlarge: number;
  readonly filter: ResizeFilter;
}

/** Its shorter side as long as it must be, the other in proportion. */
export function resizedSize(
  { height: h, width: w }: Size,
  [height, width]: readonly [h: number, w: number, ...rest: number[]],
  { enlarge }: Pick<Places, "enlarge">,
): Size {
  const [y, x] = [Math.round(height * enlarge), Math.round(width * enlarge)];
  return y * w >= x * h
    ? { height: y, width: Math.floor((y * w) / h) }
    : { height: Math.floor((x * h) / w), width: x };
}

/** Of which pixels the centre is made; undefined where none is between pixels, or the crop is beyond the picture. */
export function centreTaps(
  size: Size,
  input: readonly [h: number, w: number, ...rest: number[]],
  how: Places,
): { columns: Taps; rows: Taps } | undefined {
  const [height, width] = input;
  const resized = resizedSize(size, input, how);
  const [top, left] = [halfOf(resized.height - height), halfOf(resized.width - width)];
  if (top < 0 || left < 0 || (resized.height === size.height && resized.width === size.width))
    return undefined;
  return {
    columns: someTaps(tapsOf(size.width, resized.width, how.filter), left, width),
    rows: someTaps(tapsOf(size.height, resized.height, how.filter), top, height),
  };
}

/** Offsets as torchvision rounds them: half a pixel to the even side. */
export function halfOf(n: number): number {
  const floor = Math.floor(n / 2);
  return n % 2 === 0 || floor % 2 === 0 ? floor : floor + 1;
}
