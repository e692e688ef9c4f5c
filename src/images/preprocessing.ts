/** How published networks were shown their pictures: resized, cropped, and with pixels as they want them. */

import { brightnessBySimd } from "#pictures";
import { suggestion } from "../door/spelling.js";
import type { PixelScaling } from "../models/pixel-scaling.js";
import { centreTaps, halfOf, resizedSize } from "./centre.js";
import { brightness, type Picture } from "./picture.js";
import { checkSize, type ResizeFilter, resize, resizedBy, wholeOf } from "./resize.js";
import { partOf } from "./turn.js";

/** How a published network was shown its pictures: resizing, crop, scale of pixels. */
export interface Preprocessing {
  readonly description: string;
  /** The shorter side becomes this multiple of the crop's, 256 / 224 for instance. */
  readonly enlarge: number;
  readonly filter: ResizeFilter;
  /** How the model scales pixels; as it does by itself if left out. */
  readonly pixels?: PixelScaling;
}

/** The preprocessings of published weights, by name. */
export const preprocessings = {
  imagenet: {
    description:
      "torchvision's: shorter side 256, centre 224, bilinear; RGB by ImageNet's mean and deviation",
    enlarge: 256 / 224,
    filter: "bilinear",
  },
  "imagenet-bicubic": {
    description: "timm's: shorter side 235 for 224, bicubic; RGB by ImageNet's mean and deviation",
    enlarge: 235 / 224,
    filter: "bicubic",
  },
  centre: {
    description:
      "the middle of the picture in the size of the network, as networks of small pictures take it",
    enlarge: 1,
    filter: "bilinear",
  },
  inception: {
    description: "as imagenet, but RGB from −1 to 1",
    enlarge: 256 / 224,
    filter: "bilinear",
    pixels: { order: "rgb", mean: [127.5, 127.5, 127.5], deviation: [127.5, 127.5, 127.5] },
  },
  caffe: {
    description: "Caffe's: shorter side 256, centre 224; BGR of 0 to 255 without the mean 104, 117, 123",
    enlarge: 256 / 224,
    filter: "bilinear",
    pixels: { order: "bgr", mean: [104, 117, 123], deviation: [1, 1, 1] },
  },
  bgr: {
    description: "the middle of the picture; BGR of 0 to 255 (SqueezeNet of ONNX and OpenVINO)",
    enlarge: 1,
    filter: "bilinear",
    pixels: { order: "bgr", mean: [0, 0, 0], deviation: [1, 1, 1] },
  },
} as const satisfies { [name: string]: Preprocessing };

/** The preprocessings that have a name, such as `imagenet`. */
export type PreprocessingName = keyof typeof preprocessings;

/** A preprocessing that there is not. */
export class PreprocessingError extends Error {
  override readonly name = "PreprocessingError";
}

/**
 * The preprocessing of this name.
 *
 * @throws PreprocessingError, which names the nearest one
 */
export function preprocessingOf(name: string): Preprocessing {
  const names = Object.keys(preprocessings);
  if (!Object.hasOwn(preprocessings, name))
    throw new PreprocessingError(
      `there is no preprocessing "${name}" (there are ${names.join(", ")})${suggestion(name, names)}`,
    );
  return preprocessings[name as PreprocessingName];
}

/** The pictures that a model takes: H×W×C. */
export type PictureInput = readonly [h: number, w: number, c: number];

/** What a network of this input was most likely shown, where nobody says. */
export const usualPreprocessing = ([height, width]: PictureInput): PreprocessingName =>
  Math.min(height, width) >= 128 ? "imagenet" : "centre";

/**
 * The centre of the picture, as the network of this input takes it.
 *
 * @param input  H×W×C of the network, C being 1 or 3
 * @param how    such as `preprocessings.imagenet`
 * @returns      of that size, bytes of 0 to 255; what scales them is the model's part, or `scaledPixels`
 * @throws RangeError where C is another number, or the size is not of whole numbers from 1 on
 */
export function centreCrop(picture: Picture, input: PictureInput, how: Preprocessing): Picture {
  checkSize("preprocessing", { height: input[0], width: input[1] });
  const source = withChannels(picture, input[2]);
  const taps = centreTaps(picture, input, how);
  if (taps) {
    const [height, width, channels] = [input[0], input[1], source.channels];
    return { height, width, channels, pixels: resizedBy(source, wholeOf(source), taps.columns, taps.rows) };
  }
  const resized = resizedFor(source, input, how);
  const [height, width] = input;
  return cropped(
    resized,
    { top: halfOf(resized.height - height), left: halfOf(resized.width - width) },
    input,
  );
}

/**
 * Ten views of one picture, over which probabilities are averaged: the four corners and the centre, and their mirror
 * images. Krizhevsky, Sutskever, Hinton: ImageNet Classification with Deep Convolutional Neural Networks, NIPS 2012,
 * section 4.1.
 *
 * @returns  ten pictures of the input's size
 * @throws RangeError as `centreCrop`
 */
export function tenCrop(picture: Picture, input: PictureInput, how: Preprocessing): Picture[] {
  const resized = resizedFor(picture, input, how);
  const [bottom, right] = [resized.height - input[0], resized.width - input[1]];
  const places = [
    [0, 0],
    [0, right],
    [bottom, 0],
    [bottom, right],
    [halfOf(bottom), halfOf(right)],
  ];
  return [resized, mirrored(resized)].flatMap((picture) =>
    places.map(([top, left]) => cropped(picture, { top, left }, input)),
  );
}

/** The picture with the network's channels, its shorter side as long as it must be, the other in proportion. */
function resizedFor(picture: Picture, [height, width, channels]: PictureInput, how: Preprocessing): Picture {
  checkSize("preprocessing", { height, width });
  const source = withChannels(picture, channels);
  const size = resizedSize(picture, [height, width], how);
  return size.height === picture.height && size.width === picture.width
    ? source
    : resize(source, size, how.filter);
}

/**
 * Grey is repeated into red, green and blue; colour becomes brightness.
 * @throws RangeError where channels is neither 1 nor 3
 */
export function withChannels(picture: Picture, channels: number): Picture {
  if (channels !== 1 && channels !== 3)
    throw new RangeError(`a picture has 1 or 3 channels, the network expects ${channels}`);
  if (picture.channels === channels) return picture;
  const { width, height } = picture;
  if (channels === 1)
    return {
      ...{ width, height, channels },
      pixels: brightnessBySimd(picture.pixels) ?? rounded(brightness(picture)),
    };
  const pixels = new Uint8Array(width * height * 3);
  for (let i = 0, at = 0; i < picture.pixels.length; i++, at += 3)
    pixels[at] = pixels[at + 1] = pixels[at + 2] = picture.pixels[i];
  return { width, height, channels, pixels };
}

/** A loop of its own: `Uint8Array.from` calls a function for each pixel, which takes longer than decoding it. */
function rounded(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.round(values[i]);
  return bytes;
}

const cropped = (
  picture: Picture,
  { top, left }: { top: number; left: number },
  [height, width]: PictureInput,
): Picture => partOf(picture, { top, left, height, width });

function mirrored({ width, height, channels, pixels: from }: Picture): Picture {
  const pixels = new Uint8Array(from.length);
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++)
      for (let c = 0; c < channels; c++)
        pixels[(i * width + j) * channels + c] = from[(i * width + width - 1 - j) * channels + c];
  return { width, height, channels, pixels };
}
