import { optionsOf } from "../door/options.js";
import { rule } from "../door/rules.js";
import { padWith } from "../ops/cut.js";
import { type Extension, extend, extensions } from "../ops/extend.js";
import { checkPictures } from "../ops/windows.js";
import type { Layer, Named } from "./layer.js";
import { printable } from "./printable.js";

/** How many values come before and after: above and below, left and right, before and after the channels. */
export interface PadOptions {
  rows?: readonly [number, number];
  columns?: readonly [number, number];
  channels?: readonly [number, number];
  /** What the border shows: one value, or the picture itself (see `extend`). "constant" if left out. */
  mode?: "constant" | Extension;
  /** Of a constant border: 0 if left out. */
  value?: number;
}

const pair = rule("[before, after]", (value) => Array.isArray(value) && value.length === 2);

/** A border around pictures, N×H×W×C, or further channels. */
export function pad(given: PadOptions & Named): Layer {
  const { name, ...options } = optionsOf("pad", given, {
    rows: pair,
    columns: pair,
    channels: pair,
    mode: 1,
    value: 1,
    name: 1,
  });
  const { rows = [0, 0], columns = [0, 0], channels = [0, 0], mode = "constant", value = 0 } = options;
  if (mode !== "constant" && !extensions.includes(mode))
    throw new RangeError(`pad: mode is "${mode}", expected "constant", "${extensions.join('", "')}"`);
  for (const n of [...rows, ...columns, ...channels])
    if (!Number.isInteger(n) || n < 0)
      throw new RangeError(
        `pad: ${n} values are to be put around pictures, expected a whole number of at least 0`,
      );
  return printable({
    type: "pad",
    name,
    options,
    forward(x) {
      checkPictures("pad", x);
      const ends = [rows, columns, channels];
      if (mode !== "constant") return extend(x, [[0, 0], ...ends], mode);
      const at = (side: 0 | 1) => [0, ...ends.map((pair) => pair[side])];
      return padWith(x, { low: at(0), high: at(1), interior: [0, 0, 0, 0], value });
    },
    sees: () => ({ size: [1, 1], stride: [1, 1], before: [rows[0], columns[0]] }),
  });
}
