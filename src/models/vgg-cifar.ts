import { optionsOf } from "../door/options.js";
import * as nn from "../nn/index.js";

const plan = [64, 64, "pool", 128, 128, "pool", 256, 256, "pool"] as const;

/**
 * A small network in VGG's manner for CIFAR's pictures, N×32×32×3, pixels 0 to 255: the one our benchmarks measure.
 * After Simonyan, Zisserman, arXiv:1409.1556.
 */
export function vggCifar(given: { classes?: number } = {}): nn.Model {
  const { classes = 10 } = optionsOf("vggCifar", given, { classes: 1 });
  const features = plan.flatMap((step) =>
    step === "pool"
      ? [nn.maxPool2d(2)]
      : [nn.conv2d({ filters: step, kernel: 3, padding: "same" }), nn.relu()],
  );
  return nn.sequential(
    "vgg_cifar",
    nn.rescale({ name: "rescale" }),
    ...features,
    nn.flatten(),
    ...[nn.dense(256), nn.relu()],
    nn.dense(classes),
  );
}
