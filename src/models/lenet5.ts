import { optionsOf } from "../door/options.js";
import * as nn from "../nn/index.js";

/**
 * LeNet-5 as it is built today: ReLU, max pooling, softmax. 61,706 parameters. Takes N×28×28×1, pixels 0 to 255,
 * light on dark.
 * After LeCun, Bottou, Bengio, Haffner: Gradient-Based Learning Applied to Document Recognition, Proc. IEEE 1998,
 * section II.B; the first convolution pads 28×28 where the paper took 32×32.
 */
export function lenet5(given: { classes?: number } = {}): nn.Model {
  const { classes = 10 } = optionsOf("lenet5", given, { classes: 1 });
  return nn.sequential(
    "lenet5",
    nn.rescale({ name: "rescale" }),
    ...[nn.conv2d({ filters: 6, kernel: 5, padding: "same" }), nn.relu(), nn.maxPool2d(2)],
    ...[nn.conv2d({ filters: 16, kernel: 5 }), nn.relu(), nn.maxPool2d(2)],
    nn.flatten(),
    ...[nn.dense(120), nn.relu()],
    ...[nn.dense(84), nn.relu()],
    nn.dense(classes),
  );
}
