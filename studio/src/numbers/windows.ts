/** Where a window stands, and how often it fits. */
/** [[above, below], [left, right]], in pixels of zeros. */
export type Border = readonly [readonly [number, number], readonly [number, number]];

export type Padding = "0" | "1" | "same";

/** Places along one axis, of `length` pixels and zeros together. */
export const places = (length: number, window: number, stride: number): number =>
  window > length ? 0 : Math.floor((length - window) / stride) + 1;

/** Pixels at the end that no window reaches. */
export const leftOver = (length: number, window: number, stride: number): number =>
  length - window - (places(length, window, stride) - 1) * stride;

/** Zeros before and after; of "same" as many as make ⌈length / stride⌉ places, an odd one behind. */
export function zerosAround(
  length: number,
  window: number,
  stride: number,
  padding: Padding,
): [number, number] {
  if (padding !== "same") return [Number(padding), Number(padding)];
  const missing = Math.max((Math.ceil(length / stride) - 1) * stride + window - length, 0);
  return [Math.floor(missing / 2), Math.ceil(missing / 2)];
}

export const borderOf = (
  [height, width]: readonly [number, number],
  [rows, columns]: readonly [number, number],
  stride: number,
  padding: Padding,
): Border => [zerosAround(height, rows, stride, padding), zerosAround(width, columns, stride, padding)];
