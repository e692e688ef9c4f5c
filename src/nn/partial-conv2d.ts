import { optionsOf } from "../door/options.js";
import { list, required } from "../door/rules.js";
import { add } from "../ops/arithmetic.js";
import { concat } from "../ops/concat.js";
import { conv2d as convolution } from "../ops/conv2d.js";
import { gather } from "../ops/gather.js";
import { pad } from "../ops/pad.js";
import { reshape } from "../ops/reshape.js";
import { checkPictures, type Pair, pair, planWindows, type WindowPadding } from "../ops/windows.js";
import { tensor } from "../tensor/creation.js";
import { ShapeError, show } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Initialiser } from "./initialisers.js";
import type { Layer, Named } from "./layer.js";
import { printable } from "./printable.js";

/** Filters of {@link partialConv2d}, and the channels that each of them sees. */
export interface PartialConv2dOptions {
  /** For each filter the channels that it sees, counted from 0. */
  connections: readonly (readonly number[])[];
  /** Edge of the filters in pixels, or [height, width]. */
  kernel: Pair;
  stride?: Pair;
  padding?: WindowPadding;
  bias?: boolean;
  /** Of the filters; biases begin at 0. */
  initialiser?: Initialiser;
}

/**
 * Convolution in which each filter sees some of the channels only, by a table of connections: LeNet-5's C3.
 * N×H×W×C to N×H'×W'×F, with F as many filters as the table has rows.
 *
 * Only connections that exist are parameters. Filters that see equally many channels lie in one of them, so that
 * their fan-in is right: `filters3` is kH×kW×3×(filters that see three channels), in the table's order.
 *
 * @throws ShapeError if a row is empty, names a channel twice, or one that x does not have
 * LeCun, Bottou, Bengio, Haffner: Gradient-Based Learning Applied to Document Recognition, Proc. IEEE 1998, table I.
 */
export function partialConv2d(given: PartialConv2dOptions & Named): Layer {
  const { name, ...options } = optionsOf("partialConv2d", given, {
    connections: required(list("the channels that each filter sees")),
    kernel: 1,
    stride: 1,
    padding: 1,
    bias: 1,
    initialiser: 1,
    name: 1,
  });
  const { connections, stride = 1, padding = "valid", bias = true, initialiser = "heUniform" } = options;
  const size = pair("partialConv2d", "kernel", options.kernel, 1);
  checkTable(connections);
  const filters = connections.length;
  const kernels = connections.reduce((sum, seen) => sum + seen.length, 0);
  const highest = Math.max(...connections.flat());
  const widths = [...new Set(connections.map((seen) => seen.length))].sort((a, b) => a - b);
  const ofWidth = (width: number): number[] =>
    connections.flatMap((seen, f) => (seen.length === width ? [f] : []));

  /** Where in the row of all kernels that of a channel and a filter stands; past its end where there is none. */
  const places = (channels: number): Tensor => {
    const table = new Int32Array(channels * filters).fill(kernels);
    let before = 0;
    for (const width of widths) {
      const group = ofWidth(width);
      group.forEach((f, column) => {
        connections[f].forEach((c, row) => {
          table[c * filters + f] = before + row * group.length + column;
        });
      });
      before += width * group.length;
    }
    return tensor(table);
  };

  return printable({
    type: "partialConv2d",
    name,
    options,
    forward(x, scope) {
      checkPictures("partialConv2d", x);
      const channels = x.shape[3];
      if (highest >= channels)
        throw new ShapeError(
          `partialConv2d: the table names channel ${highest}, x has ${channels} (${show(x.shape)})`,
        );
      const own = widths.map((width) => {
        const count = ofWidth(width).length;
        const shape = [...size, width, count];
        return reshape(scope.parameter(`filters${width}`, shape, initialiser), [...size, width * count]);
      });
      // Kernels that do not exist are zeros, from a place behind the last one.
      const row = pad(concat(own, { axis: 2 }), [
        [0, 0],
        [0, 0],
        [0, 1],
      ]);
      const w = reshape(gather(row, places(channels), { axis: 2 }), [...size, channels, filters]);
      const y = convolution(x, w, { stride, padding });
      return bias ? add(y, scope.parameter("bias", [filters], "zeros")) : y;
    },
    macs: (_, y) => (y.size / filters) * size[0] * size[1] * kernels,
    sees(x) {
      const plan = planWindows("partialConv2d", x, { size, stride, padding });
      return { ...plan, before: [plan.padding[0][0], plan.padding[1][0]] };
    },
  });
}

function checkTable(connections: readonly (readonly number[])[]): void {
  if (connections.length === 0) throw new ShapeError("partialConv2d: the table of connections is empty");
  connections.forEach((seen, f) => {
    if (seen.length === 0) throw new ShapeError(`partialConv2d: filter ${f} sees no channel`);
    for (const c of seen)
      if (!Number.isInteger(c) || c < 0)
        throw new ShapeError(
          `partialConv2d: filter ${f} sees channel ${c}, expected a whole number of at least 0`,
        );
    if (new Set(seen).size !== seen.length)
      throw new ShapeError(`partialConv2d: filter ${f} sees a channel twice (${seen.join(", ")})`);
  });
}
