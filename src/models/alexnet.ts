import { optionsOf } from "../door/options.js";
import * as nn from "../nn/index.js";
import { imagenetPixels } from "./imagenet.js";

/** How many classes an AlexNet has: 1000 if left out. */
export type AlexnetOptions = { classes?: number };

const pool = () => nn.maxPool2d(3, { stride: 2 });

/**
 * AlexNet, N×227×227×3: two groups, as on the two graphics cards of the paper, local response normalisation and
 * overlapping pooling. 60,965,224 parameters.
 * Krizhevsky, Sutskever, Hinton: ImageNet Classification with Deep Convolutional Neural Networks, NIPS 2012, section 3.
 */
export function alexnet(given: AlexnetOptions = {}): nn.Model {
  const { classes = 1000 } = optionsOf("alexnet", given, { classes: 1 });
  const conv = (filters: number, kernel: number, groups = 1) => [
    nn.conv2d({ filters, kernel, padding: "same", groups }),
    nn.relu(),
  ];
  const hidden = () => [nn.dense(4096), nn.relu(), nn.dropout(0.5)];
  return nn.sequential(
    "alexnet",
    imagenetPixels(),
    ...[nn.conv2d({ filters: 96, kernel: 11, stride: 4 }), nn.relu(), nn.localResponseNorm(), pool()],
    ...[...conv(256, 5, 2), nn.localResponseNorm(), pool()],
    ...[...conv(384, 3), ...conv(384, 3, 2), ...conv(256, 3, 2), pool()],
    ...[nn.flatten(), ...hidden(), ...hidden(), nn.dense(classes)],
  );
}

/**
 * AlexNet as torchvision has it, N×224×224×3: a single tower, no normalisation. 61,100,840 parameters.
 * Krizhevsky: One Weird Trick for Parallelizing Convolutional Neural Networks, arXiv:1404.5997.
 */
export function alexnetTorchvision(given: AlexnetOptions = {}): nn.Model {
  const { classes = 1000 } = optionsOf("alexnetTorchvision", given, { classes: 1 });
  const conv = (filters: number, kernel: number) => [
    nn.conv2d({ filters, kernel, padding: "same" }),
    nn.relu(),
  ];
  const hidden = () => [nn.dropout(0.5), nn.dense(4096), nn.relu()];
  return nn.sequential(
    "alexnet_torchvision",
    imagenetPixels(),
    ...[nn.conv2d({ filters: 64, kernel: 11, stride: 4, padding: 2 }), nn.relu(), pool()],
    ...[...conv(192, 5), pool()],
    ...[...conv(384, 3), ...conv(256, 3), ...conv(256, 3), pool()],
    ...[nn.flatten(), ...hidden(), ...hidden(), nn.dense(classes)],
  );
}
