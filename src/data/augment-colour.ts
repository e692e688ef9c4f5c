import { optionsOf } from "../door/options.js";
import { jitters, lights } from "../random/streams.js";
import { madeBy } from "./augment-steps.js";
import type { Augment } from "./augmentation.js";
import { checkedAmount, eachPicture } from "./each-picture.js";

/**
 * Changes brightness, contrast and saturation of each picture in random order, each by a factor from 1 − amount to
 * 1 + amount: of 0 for brightness, of the picture's mean brightness for contrast, of the pixel's own for saturation.
 * Values stay within 0 to 255. Grey pictures have no saturation.
 *
 * Howard: Some Improvements on Deep Convolutional Neural Network Based Image Classification, arXiv:1312.5402, section 2.
 */
export function colourJitter(
  options: { brightness?: number; contrast?: number; saturation?: number } = {},
): Augment {
  const {
    brightness: light = 0.4,
    contrast = 0.4,
    saturation = 0.4,
  } = optionsOf("colourJitter", options, { brightness: 1, contrast: 1, saturation: 1 });
  for (const [name, amount] of Object.entries({ brightness: light, contrast, saturation }))
    checkedAmount("colourJitter", name, amount, { most: 1 });
  return madeBy(
    eachPicture(jitters, (picture, changed, [, , c], random) => {
      changed.set(picture);
      const factors = [light, contrast, saturation].map((amount) => random.uniform(1 - amount, 1 + amount));
      for (const step of random.permutation(3)) {
        const factor = factors[step];
        if (step === 2) {
          const grey = greyOf(changed, c);
          const colours = changed.length / grey.length;
          for (let i = 0, at = 0; i < grey.length; i++)
            for (const end = at + colours; at < end; at++)
              changed[at] = between(grey[i], changed[at], factor);
        } else {
          const mean = step === 1 ? meanOf(greyOf(changed, c)) : 0;
          for (let i = 0; i < changed.length; i++) changed[i] = between(mean, changed[i], factor);
        }
      }
    }),
    { name: "colourJitter", given: [options] },
  );
}

/** A value moved away from another one, or nearer to it. */
const between = (towards: number, value: number, factor: number): number =>
  Math.min(255, Math.max(0, towards + factor * (value - towards)));

function meanOf(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/** Brightness of every pixel (ITU-R BT.601, luma). */
function greyOf(picture: Float32Array, channels: number): Float32Array {
  if (channels !== 3) return picture.slice();
  const grey = new Float32Array(picture.length / 3);
  for (let i = 0, at = 0; i < grey.length; i++, at += 3)
    grey[i] = 0.299 * picture[at] + 0.587 * picture[at + 1] + 0.114 * picture[at + 2];
  return grey;
}

/** Variances of the colours of ImageNet's pixels (0 to 255) along their main directions, and these. */
const imagenetColours = {
  variances: [0.2175 * 255, 0.0188 * 255, 0.0045 * 255],
  directions: [
    [-0.5675, -0.5808, -0.5836],
    [0.7192, -0.0045, -0.6948],
    [0.4009, -0.814, 0.4203],
  ],
};

/**
 * Changes the light that falls on each picture: adds Σ αᵢ λᵢ pᵢ to every pixel, pᵢ and λᵢ being the main directions of
 * the colours of ImageNet and their weights, αᵢ normal with the given deviation. Pictures of one channel stay as they are.
 *
 * Krizhevsky, Sutskever, Hinton: ImageNet Classification with Deep Convolutional Neural Networks, NIPS 2012, section 4.1.
 */
export function pcaLighting(options: { deviation?: number } = {}): Augment {
  const { deviation = 0.1 } = optionsOf("pcaLighting", options, { deviation: 1 });
  checkedAmount("pcaLighting", "deviation", deviation);
  const { variances, directions } = imagenetColours;
  return madeBy(
    eachPicture(lights, (picture, changed, [, , c], random) => {
      const amounts = variances.map((variance) => random.normal(0, deviation) * variance);
      const added = [0, 1, 2].map((k) => amounts.reduce((sum, a, i) => sum + a * directions[i][k], 0));
      for (let i = 0; i < changed.length; i++) changed[i] = picture[i] + (c === 3 ? added[i % 3] : 0);
    }),
    { name: "pcaLighting", given: [options] },
  );
}
