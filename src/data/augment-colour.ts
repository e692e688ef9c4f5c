import { optionsOf } from "../door/options.js";
import type { Augment } from "./batches.js";
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
  return eachPicture(1003, (picture, changed, [, , c], random) => {
    changed.set(picture);
    const factors = [light, contrast, saturation].map((amount) => random.uniform(1 - amount, 1 + amount));
    for (const step of random.permutation(3)) {
      const grey = step === 0 ? undefined : greyOf(changed, c);
      const mean = step === 1 ? grey!.reduce((sum, value) => sum + value, 0) / grey!.length : 0;
      for (let i = 0; i < changed.length; i++) {
        const towards = step === 2 ? grey![Math.floor((i / c) * (c === 3 ? 1 : c))] : mean;
        changed[i] = Math.min(255, Math.max(0, towards + factors[step] * (changed[i] - towards)));
      }
    }
  });
}

/** Brightness of every pixel (ITU-R BT.601, luma). */
function greyOf(picture: Float32Array, channels: number): Float32Array {
  if (channels !== 3) return picture.slice();
  const pixel = (i: number) => 0.299 * picture[i] + 0.587 * picture[i + 1] + 0.114 * picture[i + 2];
  return Float32Array.from({ length: picture.length / 3 }, (_, i) => pixel(3 * i));
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
  return eachPicture(1004, (picture, changed, [, , c], random) => {
    const amounts = variances.map((variance) => random.normal(0, deviation) * variance);
    const added = [0, 1, 2].map((k) => amounts.reduce((sum, a, i) => sum + a * directions[i][k], 0));
    for (let i = 0; i < changed.length; i++) changed[i] = picture[i] + (c === 3 ? added[i % 3] : 0);
  });
}
