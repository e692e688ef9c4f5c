import { optionsOf } from "../door/options.js";
import * as nn from "../nn/index.js";
import { digitCodes } from "./digit-codes.js";

/** The maps of S2 that each map of C3 sees: table I of the paper. */
const connections = [
  ...[
    [0, 1, 2],
    [1, 2, 3],
    [2, 3, 4],
    [3, 4, 5],
    [0, 4, 5],
    [0, 1, 5],
  ],
  ...[
    [0, 1, 2, 3],
    [1, 2, 3, 4],
    [2, 3, 4, 5],
    [0, 3, 4, 5],
    [0, 1, 4, 5],
    [0, 1, 2, 5],
  ],
  ...[
    [0, 1, 3, 4],
    [1, 2, 4, 5],
    [0, 2, 3, 5],
    [0, 1, 2, 3, 4, 5],
  ],
];

/**
 * LeNet-5 as published: trained sub-sampling, a third layer that sees the second by a table, scaled tanh, and an
 * output of radial basis functions around pictures of the digits. 60,000 parameters. Takes N×28×28×1, pixels 0 to
 * 255, light on dark; a border of background makes them 32×32. Its loss is `losses.maximumAPosteriori()`.
 *
 * @throws RangeError if there are more classes than digits
 * LeCun, Bottou, Bengio, Haffner: Gradient-Based Learning Applied to Document Recognition, Proc. IEEE 1998, section II.B.
 */
export function lenet5Of1998(given: { classes?: number } = {}): nn.Model {
  const { classes = 10 } = optionsOf("lenet5Of1998", given, { classes: 1 });
  if (classes > digitCodes.length)
    throw new RangeError(
      `lenet5_1998: its output has a picture for each of ${digitCodes.length} digits, ${classes} classes are asked for`,
    );
  const initialiser = { uniformOverFanIn: 2.4 };
  const border = [2, 2] as const;
  return nn.sequential(
    "lenet5_1998",
    // Background at −0.1 and ink at 1.175: of mean 0 and variance 1, roughly.
    nn.rescale({ scale: 1.275 / 255, offset: -0.1, name: "rescale" }),
    nn.pad({ rows: border, columns: border, value: -0.1 }),
    ...[nn.conv2d({ filters: 6, kernel: 5, initialiser, name: "c1" }), nn.scaledTanh()],
    ...[nn.subsampling2d(2, { name: "s2" }), nn.scaledTanh()],
    ...[nn.partialConv2d({ connections, kernel: 5, initialiser, name: "c3" }), nn.scaledTanh()],
    ...[nn.subsampling2d(2, { name: "s4" }), nn.scaledTanh()],
    ...[nn.conv2d({ filters: 120, kernel: 5, initialiser, name: "c5" }), nn.scaledTanh()],
    nn.flatten(),
    ...[nn.dense(84, { initialiser, name: "f6" }), nn.scaledTanh()],
    nn.rbf({ centres: digitCodes.slice(0, classes), name: "output" }),
  );
}
