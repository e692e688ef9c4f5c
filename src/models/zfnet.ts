import { optionsOf } from "../door/options.js";
import * as nn from "../nn/index.js";
import { imagenetPixels } from "./imagenet.js";

/**
 * ZFNet, N×224×224×3: AlexNet with smaller filters and steps at its beginning, and without groups. Pooling in ceil
 * mode, without which the paper's sizes (55, 13, 6) do not come out. 62,357,608 parameters.
 * Zeiler, Fergus: Visualizing and Understanding Convolutional Networks, arXiv:1311.2901, figure 3.
 */
export function zfnet(given: { classes?: number } = {}): nn.Model {
  const { classes = 1000 } = optionsOf("zfnet", given, { classes: 1 });
  const pool = () => nn.maxPool2d(3, { stride: 2, ceil: true });
  const conv = (filters: number) => [nn.conv2d({ filters, kernel: 3, padding: "same" }), nn.relu()];
  const hidden = () => [nn.dense(4096), nn.relu(), nn.dropout(0.5)];
  return nn.sequential(
    "zfnet",
    imagenetPixels(),
    ...[
      nn.conv2d({ filters: 96, kernel: 7, stride: 2, padding: 1 }),
      nn.relu(),
      pool(),
      nn.localResponseNorm(),
    ],
    ...[nn.conv2d({ filters: 256, kernel: 5, stride: 2 }), nn.relu(), pool(), nn.localResponseNorm()],
    ...[...conv(384), ...conv(384), ...conv(256), pool()],
    ...[nn.flatten(), ...hidden(), ...hidden(), nn.dense(classes)],
  );
}
