/** Pictures with a class for each pixel as a data set: what networks for pixels are trained on. */
import { DataError, type Draw } from "../../data/dataset.js";
import { type Examples, type Field, printableFields } from "../../data/examples.js";
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { callback, fromOneOn, list, notNegative, oneOf, required, rule } from "../../door/rules.js";
import type { Picture } from "../../images/picture.js";
import { readImage } from "../../images/read.js";
import { ofEpoch, tiles } from "../../random/streams.js";
import { RandomStream } from "../../random/threefry.js";
import type { AnnotatedPicture, Annotations } from "./annotated.js";
import { someAnnotations } from "./box-examples.js";
import { fittedPixels } from "./fitted.js";
import { notCounted, type PixelLabelOptions, type PixelLabels, pixelLabels } from "./pixel-labels.js";
import { type Corner, type WindowFit, wholeLabels, windowLabels, windowPixels } from "./windows.js";

/** How large the pictures of {@link maskExamples} are, and whence they come. */
export interface MaskExampleOptions extends PixelLabelOptions {
  /** [height, width], in pixels. */
  size: readonly [height: number, width: number];
  /**
   * "contain", so if left out: the whole picture in its own proportions, the rest grey; "stretch": each axis by itself; or
   * "tiles": a part of this size, of the picture as large as it is, in training drawn anew in each epoch, else the middle.
   */
  fit?: WindowFit["fit"];
  /** The pixels of a picture; read from its `file` if left out. */
  read?: (picture: AnnotatedPicture) => Picture | Promise<Picture>;
  /** So many bytes of pixels are kept in memory, the others read in each epoch; 2³⁰ if left out. */
  keep?: number;
}

/** Fields `images` (H×W×3 bytes) and `map` (H×W bytes): the class of each pixel, 255 where it does not count. */
export interface MaskExamples extends Examples<{ readonly [K in "images" | "map"]: Field }> {
  readonly classes: readonly string[];
  /** Red, green and blue of each class. */
  readonly colours: Uint8Array;
}

/** Sizes that options may have. */
export const someSize = rule(
  "[height, width], whole numbers from 1 on",
  (value) => Array.isArray(value) && value.length === 2 && value.every(fromOneOn.holds),
);

/**
 * Annotated pictures with maps of labels, or with masks of objects, as examples of one size, to be trained on: of masks the
 * ground is the first class, and smaller objects lie over larger ones. What is filled up around a picture does not count.
 * `data.augmented` changes pictures and maps alike.
 *
 *     const { train } = await annotations.openAnnotations("camvid");
 *     const examples = await annotations.maskExamples(train, { size: [360, 480], ignore: [11] });
 *     const changed = data.augmented(examples, data.compose(data.randomFlip(), data.colourJitter()));
 *
 * @throws DataError  one line: neither maps nor masks, a picture without a file that nobody reads; and when it is read, a map of
 *     another size than its picture, or a label that is none of the classes
 */
export async function maskExamples(
  annotations: Annotations,
  options: MaskExampleOptions,
): Promise<MaskExamples> {
  checkArgument("maskExamples", "what is given", annotations, someAnnotations);
  const {
    size,
    fit = "contain",
    read,
    keep = 2 ** 30,
    ...labelling
  } = optionsOf("maskExamples", options, {
    size: required(someSize),
    fit: oneOf("contain", "stretch", "tiles"),
    read: callback,
    keep: notNegative,
    classes: list("names"),
    ignore: list("labels"),
  });
  const labels = await pixelLabels(annotations, labelling);
  return examplesBy(annotations.name, labels, { size, fit, read, keep });
}

/** A picture and its map as they are. */
interface Whole {
  readonly picture: Picture;
  readonly map: Uint8Array;
}

/** The examples of pictures whose labels are at hand. */
export function examplesBy(
  name: string,
  { classes, colours, pictures, of }: PixelLabels,
  { size, fit, read, keep = 2 ** 30 }: Pick<MaskExampleOptions, "size" | "read" | "keep"> & WindowFit,
): MaskExamples {
  const [height, width] = size;
  const lost = read ? undefined : pictures.find(({ file }) => file === undefined);
  if (lost)
    throw new DataError(
      `maskExamples: ${lost.name} of ${name} has no file; \`read\` says what its pixels are`,
    );
  const wholeAt = async (place: number): Promise<Whole> => {
    const one = pictures[place];
    const picture = await pictureOf(one, read);
    return { picture, map: await of(one) };
  };
  const kept = new Map<number, Whole>();
  let bytes = 0;
  /** What is kept: of tiles the whole picture, of which parts are cut anew. */
  const at = async (place: number): Promise<Whole> => {
    const known = kept.get(place);
    if (known) return known;
    const whole = await wholeAt(place);
    const one =
      fit === "tiles"
        ? whole
        : {
            picture: {
              width,
              height,
              channels: 3 as const,
              pixels: fittedPixels(whole.picture, { size, fit }),
            },
            map: wholeLabels(whole.map, whole.picture, { size, fit }, notCounted),
          };
    bytes += one.picture.pixels.length + one.map.length;
    if (bytes <= keep) kept.set(place, one);
    else bytes -= one.picture.pixels.length + one.map.length;
    return one;
  };
  const examples = printableFields<MaskExamples>({
    name,
    length: pictures.length,
    classes,
    colours,
    fields: {
      images: { shape: [height, width, 3], dtype: "u8", pixels: true },
      map: { shape: [height, width], dtype: "u8", holds: "mask" },
    },
    fresh: true,
    readsAhead: 3,
    async at(places: Int32Array, draw?: Draw) {
      const images = new Uint8Array(places.length * height * width * 3);
      const map = new Uint8Array(places.length * height * width);
      const all = await Promise.all(Array.from(places, at));
      for (const [n, { picture, map: own }] of all.entries()) {
        const corner = fit === "tiles" ? cornerOf(picture, size, places[n], draw) : undefined;
        images.set(corner ? windowPixels(picture, corner, size) : picture.pixels, n * height * width * 3);
        map.set(corner ? windowLabels(own, picture, corner, size, notCounted) : own, n * height * width);
      }
      return { images, map };
    },
  });
  return examples;
}

/** The pixels of an annotated picture. @throws DataError where they are not as large as the annotations say */
export async function pictureOf(one: AnnotatedPicture, read?: MaskExampleOptions["read"]): Promise<Picture> {
  const picture = read ? await read(one) : await readImage(one.file!);
  if (picture.width !== one.width || picture.height !== one.height)
    throw new DataError(
      `${one.file ?? one.name}: is ${picture.width}×${picture.height} pixels, its annotations are of ${one.width}×${one.height}`,
    );
  return picture;
}

/** Where the part of a picture begins: anywhere in training, else in the middle. */
function cornerOf(
  { width, height }: { width: number; height: number },
  size: WindowFit["size"],
  place: number,
  draw?: Draw,
): Corner {
  const [down, across] = [height - size[0], width - size[1]];
  if (!draw) return { top: down >> 1, left: across >> 1 };
  const random = new RandomStream(draw.seed, ofEpoch(tiles, draw.epoch), place);
  const drawn = (room: number): number => (room > 0 ? random.integer(room + 1) : room >> 1);
  return { top: drawn(down), left: drawn(across) };
}
