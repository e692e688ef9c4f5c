import { optionsOf } from "../../../door/options.js";
import { flag, fromOneOn, oneOf, required, rule } from "../../../door/rules.js";
import * as nn from "../../../nn/index.js";
import { convolved, Nodes, type SegmentationNetwork } from "./nodes.js";

/** A {@link unet} in numbers; what is left out is as published. */
export interface UnetOptions {
  classes: number;
  /** Of each level, the finest first; [64, 128, 256, 512, 1024] if left out. */
  filters?: readonly number[];
  /**
   * "valid", as published and if left out: the result is smaller, of 572×572 pixels the middle 388×388; or "same": as large as
   * the picture, whatever its size.
   */
  padding?: "valid" | "same";
  /** Convolutions are normalised by the batch; if left out they are not. */
  normalise?: boolean;
}

/** Of each level. */
const convolutions = 2;

/**
 * U-Net: levels of two 3×3 convolutions, each pooled for the next; on the way back up each is enlarged by a 2×2 transposed
 * convolution and joined with the level of that size, cropped to it. Input N×H×W×C, pixels of 0 to 255.
 *
 * As published, with one channel and two classes, it has 31,030,658 parameters. With "valid" convolutions a level must be even
 * before it is pooled, or the joined levels are half a pixel apart.
 *
 * Ronneberger, Fischer, Brox: U-Net: Convolutional Networks for Biomedical Image Segmentation, arXiv:1505.04597, figure 1.
 */
export function unet(given: UnetOptions): SegmentationNetwork {
  const {
    classes,
    filters = [64, 128, 256, 512, 1024],
    padding = "valid",
    normalise = false,
  } = optionsOf("unet", given, {
    classes: required(fromOneOn),
    filters: rule(
      "a list of at least two whole numbers from 1 on",
      (value) => Array.isArray(value) && value.length > 1 && value.every(fromOneOn.holds),
    ),
    padding: oneOf("valid", "same"),
    normalise: flag,
  });
  const level = (count: number): nn.Layer =>
    nn.sequential(
      ...Array.from({ length: convolutions }, () => convolved(count, { padding, normalise })).flat(),
    );
  const nodes = new Nodes();
  let at = nodes.add("pixels", nn.rescale(), "images");
  filters.forEach((count, i) => {
    if (i > 0) at = nodes.add(`pool${i}`, nn.maxPool2d(2, { ceil: padding === "same" }), at);
    at = nodes.add(`down${i + 1}`, level(count), at);
  });
  for (let i = filters.length - 1; i >= 1; i--) {
    const skip = `down${i}`;
    const larger = nn.conv2dTranspose({ filters: filters[i - 1], kernel: 2, stride: 2 });
    at = nodes.add(`enlarged${i}`, larger, at);
    // Of a level that was odd the enlarged one has a row too many.
    const [fits, other] =
      padding === "same"
        ? [nodes.add(`cropped${i}`, nn.cropTo({ offset: 0 }), [at, skip]), skip]
        : [at, nodes.add(`cropped${i}`, nn.cropTo(), [skip, at])];
    nodes.add(`joined${i}`, nn.concatenate(), [other, fits]);
    at = nodes.add(`up${i}`, level(filters[i - 1]), `joined${i}`);
  }
  return nodes.network("unet", nodes.add("scores", nn.conv2d({ filters: classes, kernel: 1 }), at));
}
