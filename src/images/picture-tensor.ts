/** Pictures of every kind that a page or a program has, made into one tensor. Loaded with the first of them. */
import { optionsOf } from "../door/options.js";
import { oneOf, rule } from "../door/rules.js";
import { kindOfArray, said } from "../door/said.js";
import { tensor } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Drawable, drawn, sizeOf } from "./drawn.js";
import type { Picture } from "./picture.js";
import type { PictureFromOptions, PictureSource, PixelData } from "./picture-from.js";
import { prepareImage } from "./prepare-image.js";
import { withChannels } from "./preprocessing.js";
import { onWhite } from "./turn.js";

/** What `pictureFrom` does. */
export async function pictureTensor(
  source: PictureSource | readonly PictureSource[],
  options: PictureFromOptions = {},
): Promise<Tensor> {
  const {
    channels = 3,
    size,
    fit,
  } = optionsOf("data.pictureFrom", options, {
    channels: 1,
    size: rule("[height, width] in pixels", (value) => Array.isArray(value)),
    fit: oneOf("cover", "contain", "stretch"),
  });
  if (channels !== 1 && channels !== 3)
    throw new RangeError(`data.pictureFrom: channels is ${said(channels)}, expected 1 or 3`);
  if (size && !(size.length === 2 && size.every((edge) => Number.isInteger(edge) && edge > 0)))
    throw new RangeError(`data.pictureFrom: size is ${said(size)}, expected [height, width] in pixels`);
  const sources = Array.isArray(source) ? (source as readonly PictureSource[]) : [source as PictureSource];
  if (sources.length === 0) throw new RangeError("data.pictureFrom: the list has no pictures");
  const pictures = await Promise.all(
    sources.map(async (one) => {
      const picture = await pixelsOf(one);
      return size ? prepareImage(picture, [...size, channels], { fit }) : withChannels(picture, channels);
    }),
  );
  const [{ height, width }] = pictures;
  const other = pictures.find((picture) => picture.height !== height || picture.width !== width);
  if (other)
    throw new RangeError(
      `data.pictureFrom: the pictures have ${height}×${width} and ${other.height}×${other.width} pixels; size: [height, width] makes them alike`,
    );
  const length = height * width * channels;
  const bytes = new Uint8Array(pictures.length * length);
  pictures.forEach(({ pixels }, i) => {
    bytes.set(pixels, i * length);
  });
  return tensor(bytes, [pictures.length, height, width, channels]);
}

async function pixelsOf(source: PictureSource): Promise<Picture> {
  const kind = Object.prototype.toString.call(source).slice("[object ".length, -1);
  if (kind === "Blob" || kind === "File") {
    const { name, arrayBuffer } = source as File;
    return decoded(new Uint8Array(await arrayBuffer.call(source)), name || "the Blob");
  }
  if (kind === "ArrayBuffer") return decoded(new Uint8Array(source as ArrayBuffer), "the bytes");
  if (kindOfArray(source) === "Uint8Array") return decoded(source as Uint8Array, "the bytes");
  if (isPixelData(source)) return fromPixelData(source);
  if (sizeOf(source) !== undefined) return drawn(source as Drawable);
  throw new TypeError(
    `data.pictureFrom: the source is ${said(source)}, expected ImageData, a canvas, an image, a video frame, or a picture file as Blob or bytes${advice(source, kind)}`,
  );
}

function advice(source: unknown, kind: string): string {
  if (typeof source === "string") return "; read the file first, its bytes are a source";
  return kind === "Promise" ? "; await it first" : "";
}

async function decoded(bytes: Uint8Array, name: string): Promise<Picture> {
  // Decoders are loaded by those who need them.
  const { decodePicture } = await import("#pictures");
  try {
    return await decodePicture(bytes, name);
  } catch (error) {
    throw new TypeError(`data.pictureFrom: ${(error as Error).message}`, { cause: error });
  }
}

const isPixelData = (source: unknown): source is PixelData =>
  typeof source === "object" &&
  source !== null &&
  "data" in source &&
  kindOfArray(source.data) !== undefined &&
  "width" in source &&
  "height" in source;

function fromPixelData({ width, height, data }: PixelData): Picture {
  const values = data.length / (width * height);
  if (values !== 4)
    throw new TypeError(
      `data.pictureFrom: the source has ${width}×${height} pixels and ${data.length} numbers, expected 4 for each pixel: red, green, blue, opacity`,
    );
  // Float16 has 0 to 1.
  const isFloat = kindOfArray(data)!.startsWith("Float");
  const pixels = Uint8Array.from(
    isFloat ? Uint8ClampedArray.from(data, (value) => 255 * value) : Uint8ClampedArray.from(data),
  );
  return onWhite({ width, height, channels: 4, pixels });
}
