/** Pictures as models take them. */
import { said } from "../door/said.js";
import type { PixelScaling } from "../models/pixel-scaling.js";
import { scalingOf } from "../nn/rescale.js";
import { flip } from "../ops/slice.js";
import { tensor } from "../tensor/creation.js";
import { ShapeError, show } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Picture } from "./picture.js";
import type { PictureRegion } from "./reading.js";
import { partOf } from "./turn.js";
import { checkedPicture } from "./write.js";

/**
 * A picture, or several of one size, as the models of `receptive/models` take them.
 *
 * @returns  N×H×W×C, u8 of 0 to 255
 * @throws RangeError where there is none, or they are of several sizes
 */
export function tensorOf(pictures: Picture | readonly Picture[]): Tensor {
  const all = Array.isArray(pictures) ? (pictures as readonly Picture[]) : [pictures as Picture];
  if (all.length === 0) throw new RangeError("tensorOf: the list has no pictures");
  for (const picture of all) checkedPicture("tensorOf", picture);
  const [first] = all;
  const shape = ({ height, width, channels }: Picture) => [height, width, channels];
  const other = all.find((picture) => show(shape(picture)) !== show(shape(first)));
  if (other)
    throw new RangeError(
      `tensorOf: the pictures are ${show(shape(first))} and ${show(shape(other))}; prepareImage makes them alike`,
    );
  const bytes = new Uint8Array(all.length * first.pixels.length);
  all.forEach(({ pixels }, i) => {
    bytes.set(pixels, i * pixels.length);
  });
  return tensor(bytes, [all.length, ...shape(first)]);
}

/** ImageNet's mean and deviation, of its training pictures: for networks trained as torchvision and timm train theirs. */
export const imagenetScaling: PixelScaling = {
  order: "rgb",
  mean: [123.675, 116.28, 103.53],
  deviation: [58.395, 57.12, 57.375],
};

/**
 * Pixels as weights from elsewhere want them, where the model does not scale them itself: (pixel − mean) / deviation,
 * the channels in that order. The models of `receptive/models` do it themselves, and take pixels as they are.
 *
 * @param x        N×H×W×3, red, green, blue of 0 to 255
 * @param scaling  such as `imagenetScaling`, or `preprocessings.caffe.pixels`
 * @returns        of the same shape, f32
 * @throws ShapeError where x has not three channels
 */
export function scaledPixels(x: Tensor, { order, mean, deviation }: PixelScaling = imagenetScaling): Tensor {
  if (x.shape.at(-1) !== 3)
    throw new ShapeError(`scaledPixels: x is ${show(x.shape)}, expected three channels at the end`);
  if (order !== "rgb" && order !== "bgr")
    throw new TypeError(`scaledPixels: the order is ${said(order)}, expected "rgb" or "bgr"`);
  return scalingOf({ scale: 1, mean, deviation })(order === "bgr" ? flip(x, -1) : x);
}

/**
 * A rectangle of a picture, in pixels from the upper left.
 * @throws RangeError where it does not lie within the picture
 */
export function crop(picture: Picture, { left, top, width, height }: PictureRegion): Picture {
  checkedPicture("crop", picture);
  const whole = [left, top, width, height].every(Number.isInteger);
  const within = left >= 0 && top >= 0 && width > 0 && height > 0;
  if (!(whole && within && left + width <= picture.width && top + height <= picture.height))
    throw new RangeError(
      `crop: ${said(height)}×${said(width)} pixels from row ${said(top)} and column ${said(left)} on are no part of ${picture.height}×${picture.width}`,
    );
  return partOf(picture, { left, top, width, height });
}
