/** Layers of networks for pixels, which descriptions name, too, but which only those know that have such networks. */
import type { UpsampleOptions } from "../ops/upsample2d.js";
import { type CropToOptions, cropTo } from "./crop-to.js";
import type { AnyOwnLayers } from "./description.js";
import type { AnyLayer } from "./layer.js";
import type { MaxPool2dOptions } from "./max-pool2d.js";
import { maxUnpool2d } from "./max-unpool2d.js";
import { upsampleTo } from "./upsample-to.js";

/**
 * How `nn.cropTo`, `nn.maxUnpool2d` and `nn.upsampleTo` are made again: `nn.fromDescription(description, nn.pixelLayers)`. A page
 * that has no such networks does without them.
 */
export const pixelLayers: AnyOwnLayers = {
  cropTo: (options: CropToOptions) => cropTo(options) as AnyLayer,
  maxUnpool2d: ({ size, ...options }: MaxPool2dOptions) => maxUnpool2d(size, options) as AnyLayer,
  upsampleTo: (options: UpsampleOptions) => upsampleTo(options) as AnyLayer,
};
