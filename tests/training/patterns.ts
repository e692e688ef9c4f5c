import type { Dataset } from "../../src/data/dataset.js";
import * as nn from "../../src/nn/index.js";
import { RandomStream } from "../../src/random/threefry.js";

/** Pictures of 8×8 pixels in four classes: a bright quarter in noise. Easy, and quick to learn. */
export function patterns(length: number, { seed = 0, noise = 120 } = {}): Dataset {
  const labels = Uint8Array.from({ length }, (_, i) => i % 4);
  const images = new Uint8Array(length * 64);
  for (let n = 0; n < length; n++) {
    const random = new RandomStream(seed, 77, n);
    for (let i = 0; i < 8; i++)
      for (let j = 0; j < 8; j++) {
        const quarter = 2 * Number(i >= 4) + Number(j >= 4);
        images[n * 64 + i * 8 + j] = random.uniform(0, noise) + (quarter === labels[n] ? 255 - noise : 0);
      }
  }
  return { name: "patterns", split: "train", shape: [8, 8, 1], classes: [..."abcd"], length, images, labels };
}

/** A bit of everything that has a state: running statistics, dropout's random numbers, parameters. */
export const smallNet = () =>
  nn.sequential(
    "small",
    nn.conv2d({ filters: 24, kernel: 3, padding: "same" }),
    nn.batchNorm(),
    nn.relu(),
    nn.maxPool2d(2),
    nn.flatten(),
    nn.dropout(0.2),
    nn.dense(4),
  );
