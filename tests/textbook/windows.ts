/** A number for both axes, or [vertical, horizontal]. */
export type Pair = number | [number, number];
export type Padding = "valid" | "same" | number | [[number, number], [number, number]];

export const pairOf = (value: Pair): [number, number] => (typeof value === "number" ? [value, value] : value);

/** Where the windows of one axis stand: window i covers low-padded places i·stride + 0, dilation, 2·dilation … */
export interface Axis {
  extent: number;
  size: number;
  stride: number;
  dilation: number;
  /** pixels of padding before and after */
  low: number;
  high: number;
  /** number of windows */
  count: number;
}

/**
 * "same" is TensorFlow's: ⌈extent / stride⌉ windows, the odd pixel of padding below and to the right.
 * Else ⌊(extent + low + high − span) / stride⌋ + 1 windows; with ceil ⌈…⌉ + 1, but as in PyTorch the last one must
 * start inside the picture or the padding before it.
 */
export function axisOfWindows(
  which: 0 | 1,
  extent: number,
  size: number,
  stride: number,
  { padding = "valid" as Padding, dilation = 1, ceil = false },
): Axis {
  const span = (size - 1) * dilation + 1;
  let [low, high] = [0, 0];
  if (typeof padding === "number") [low, high] = [padding, padding];
  else if (typeof padding !== "string") [low, high] = padding[which];
  else if (padding === "same") {
    const total = Math.max((Math.ceil(extent / stride) - 1) * stride + span - extent, 0);
    low = Math.floor(total / 2);
    high = total - low;
  }
  const steps = (extent + low + high - span) / stride;
  let count = (ceil ? Math.ceil(steps) : Math.floor(steps)) + 1;
  if (ceil && (count - 1) * stride >= extent + low) count -= 1;
  return { extent, size, stride, dilation, low, high, count };
}

/** The place in the picture that cell a of window i looks at; below 0 or past the extent it is padding. */
export const placeOf = ({ stride, dilation, low }: Axis, i: number, a: number): number =>
  i * stride + a * dilation - low;
export const inside = (axis: Axis, place: number): boolean => place >= 0 && place < axis.extent;
