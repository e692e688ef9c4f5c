/** Pictures with boxes as a data set: what detectors are trained on. */
import { DataError } from "../../data/dataset.js";
import { type Examples, type Field, type FieldValues, printableFields } from "../../data/examples.js";
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { callback, fromOneOn, notNegative, oneOf, required, rule } from "../../door/rules.js";
import type { Picture } from "../../images/picture.js";
import { readImage } from "../../images/read.js";
import type { AnnotatedPicture, Annotations } from "./annotated.js";
import { boxWithin, fittedPixels, type PictureFit, placeOf } from "./fitted.js";

/** How large the pictures of {@link boxExamples} are, and whence they come. */
export interface BoxExampleOptions {
  /** [height, width], in pixels. */
  size: readonly [height: number, width: number];
  /**
   * "contain", so if left out: the whole picture in its own proportions, the rest grey ("letterbox"); or "stretch", each axis
   * by itself.
   */
  fit?: PictureFit["fit"];
  /** The pixels of a picture; read from its `file` if left out. */
  read?: (picture: AnnotatedPicture) => Picture | Promise<Picture>;
  /** So many bytes of pixels are kept in memory, the others read in each epoch; 2³⁰ if left out. */
  keep?: number;
}

/**
 * Fields `images` (H×W×3 bytes), `boxes` (?×4, [top, left, bottom, right] in pixels of these), `labels` (?, −1 where a batch
 * is filled up) and `ignored` (?, 1 where a box is difficult or a crowd, which nobody is to find).
 */
export type BoxExamples = Examples<{
  readonly [K in "images" | "boxes" | "labels" | "ignored"]: Field;
}>;

/** What must be given as annotations. */
export const someAnnotations = rule(
  "annotations, as openAnnotations and annotationsOf give them",
  (value) => {
    const { pictures, classes } = (value ?? {}) as Partial<Annotations>;
    return Array.isArray(pictures) && Array.isArray(classes);
  },
);

/**
 * Annotated pictures as examples of one size, to be trained on: pictures are read when they are asked for, and boxes go with
 * them. `data.augmented` changes both alike.
 *
 *     const { train } = await annotations.openAnnotations("bccd", { skipBad: true });
 *     const examples = annotations.boxExamples(train, { size: [256, 320] });
 *     const changed = data.augmented(examples, data.compose(data.randomFlip(), data.colourJitter()));
 *
 * @throws DataError where a picture has no file and nobody reads it, or it is not as large as its annotations say
 */
export function boxExamples(annotations: Annotations, options: BoxExampleOptions): BoxExamples {
  checkArgument("boxExamples", "what is given", annotations, someAnnotations);
  const {
    size,
    fit = "contain",
    read,
    keep = 2 ** 30,
  } = optionsOf("boxExamples", options, {
    size: required(
      rule(
        "[height, width], whole numbers from 1 on",
        (value) => Array.isArray(value) && value.length === 2 && value.every(fromOneOn.holds),
      ),
    ),
    fit: oneOf("contain", "stretch"),
    read: callback,
    keep: notNegative,
  });
  const { name, pictures, classes } = annotations;
  const lost = read ? undefined : pictures.find(({ file }) => file === undefined);
  if (lost)
    throw new DataError(
      `boxExamples: ${lost.name} of ${name} has no file; \`read\` says what its pixels are`,
    );
  const how: PictureFit = { size, fit };
  const bytes = size[0] * size[1] * 3;
  const kept = new Map<number, Uint8Array>();
  const pixelsAt = async (place: number): Promise<Uint8Array> => {
    const known = kept.get(place);
    if (known) return known;
    const one = pictures[place];
    const picture = read ? await read(one) : await readImage(one.file!);
    if (picture.width !== one.width || picture.height !== one.height)
      throw new DataError(
        `${one.file ?? one.name}: is ${picture.width}×${picture.height} pixels, its annotations are of ${one.width}×${one.height}`,
      );
    const pixels = fittedPixels(picture, how);
    if ((kept.size + 1) * bytes <= keep) kept.set(place, pixels);
    return pixels;
  };
  return printableFields<BoxExamples>({
    name,
    length: pictures.length,
    classes,
    fields: {
      images: { shape: [...size, 3], dtype: "u8", pixels: true },
      boxes: { shape: [null, 4], dtype: "f32", holds: "boxes", multiple: 8 },
      labels: { shape: [null], dtype: "i32", along: "boxes", pad: -1, multiple: 8 },
      ignored: { shape: [null], dtype: "u8", along: "boxes", multiple: 8 },
    },
    fresh: true,
    readsAhead: 3,
    async at(places): Promise<{ readonly [K in keyof BoxExamples["fields"]]: FieldValues }> {
      const images = new Uint8Array(places.length * bytes);
      const all = await Promise.all(Array.from(places, pixelsAt));
      for (const [n, pixels] of all.entries()) images.set(pixels, n * bytes);
      const objects = Array.from(places, (place) => pictures[place].objects);
      return {
        images,
        boxes: objects.map((own, n) => {
          const picture = pictures[places[n]];
          const place = placeOf(picture, how);
          return Float32Array.from(own.flatMap(({ box }) => [...boxWithin(box, picture, place)]));
        }),
        labels: objects.map((own) => Int32Array.from(own, ({ label }) => label)),
        ignored: objects.map((own) =>
          Uint8Array.from(own, (one) => Number(one.difficult || one.crowd || false)),
        ),
      };
    },
  });
}
