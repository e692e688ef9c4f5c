/** Pictures with sentences about them as a data set. */
import { DataError } from "../../data/dataset.js";
import { type Examples, type Field, type FieldValues, printableFields } from "../../data/examples.js";
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { callback, fromOneOn, notNegative, recordOf, required, rule } from "../../door/rules.js";
import type { Picture } from "../../images/picture.js";
import { readImage } from "../../images/read.js";
import type { AnnotatedPicture, Annotations } from "../annotations/annotated.js";
import { someAnnotations } from "../annotations/box-examples.js";
import { fittedPixels } from "../annotations/fitted.js";
import type { ShapePictures } from "../shapes/index.js";
import type { Vocabulary } from "../words/vocabulary.js";
import { captionWords } from "./bleu.js";
import { numbersOf } from "./sentences.js";

/** Pictures with captions: annotations, or what `shapes` gives. */
export type CaptionData = Annotations | ShapePictures;

export const areShapes = (data: CaptionData): data is ShapePictures => "drawn" in data;

/** What must be given as such. */
export const someCaptionData = rule(
  "annotations with captions, or pictures of shapes",
  (value) =>
    someAnnotations.holds(value) ||
    (typeof (value as ShapePictures | null)?.drawn === "function" &&
      typeof (value as ShapePictures).caption === "function"),
);

/** The words of all captions of each picture, in its place. */
export const captionsOf = (data: CaptionData): string[][][] =>
  areShapes(data)
    ? Array.from({ length: data.length }, (_, place) => [captionWords(data.caption(place))])
    : data.pictures.map(({ captions = [] }) => captions.map(captionWords).filter(({ length }) => length > 0));

/** The pixels of an annotated picture. @throws DataError where nobody has them */
export async function pictureOf(
  speaker: string,
  one: AnnotatedPicture,
  { name, read }: { name: string; read?: (picture: AnnotatedPicture) => Picture | Promise<Picture> },
): Promise<Picture> {
  if (read) return read(one);
  if (one.file === undefined)
    throw new DataError(`${speaker}: ${one.name} of ${name} has no file; \`read\` says what its pixels are`);
  return readImage(one.file);
}

/** How large the pictures of {@link captionExamples} are, whose words count, and whence pictures come. */
export interface CaptionExampleOptions {
  /** [height, width], in pixels, to which each axis is stretched. */
  size: readonly [height: number, width: number];
  /** The words that are known, as `captions.vocabularyFor` gives them. */
  vocabulary: Vocabulary;
  /** Captions are cut off behind so many words; 24 if left out. */
  longest?: number;
  /** The pixels of an annotated picture; read from its `file` if left out. */
  read?: (picture: AnnotatedPicture) => Picture | Promise<Picture>;
  /** So many bytes of pixels are kept in memory, the others read in each epoch; 2³⁰ if left out. */
  keep?: number;
}

/** Fields `images` (H×W×3 bytes) and `words` (?, filled up with 0): the numbers of a caption from its beginning to its end. */
export type CaptionExamples = Examples<{ readonly [K in "images" | "words"]: Field }>;

/**
 * An example for each caption: of a picture with five captions there are five.
 * @throws DataError where there is no caption
 */
export function captionExamples(data: CaptionData, options: CaptionExampleOptions): CaptionExamples {
  checkArgument("captionExamples", "what is given", data, someCaptionData);
  const {
    size,
    vocabulary,
    longest = 24,
    read,
    keep = 2 ** 30,
  } = optionsOf("captionExamples", options, {
    size: required(
      rule(
        "[height, width], whole numbers from 1 on",
        (value) => Array.isArray(value) && value.length === 2 && value.every(fromOneOn.holds),
      ),
    ),
    vocabulary: required(recordOf("of words: a vocabulary")),
    longest: fromOneOn,
    read: callback,
    keep: notNegative,
  });
  const { name } = data;
  const sentences = captionsOf(data).flatMap((own, picture) =>
    own.map((words) => ({ picture, words: numbersOf(words, vocabulary, longest) })),
  );
  if (sentences.length === 0) throw new DataError(`${name}: has no captions`);
  const [height, width] = size;
  const bytes = height * width * 3;
  const kept = new Map<number, Uint8Array>();
  const pixelsAt = async (picture: number): Promise<Uint8Array> => {
    const known = kept.get(picture);
    if (known) return known;
    const pixels = fittedPixels(
      areShapes(data)
        ? data.drawn(picture).picture
        : await pictureOf("captionExamples", data.pictures[picture], { name, read }),
      { size, fit: "stretch" },
    );
    if ((kept.size + 1) * bytes <= keep) kept.set(picture, pixels);
    return pixels;
  };
  return printableFields<CaptionExamples>({
    name,
    length: sentences.length,
    fields: {
      images: { shape: [height, width, 3], dtype: "u8", pixels: true },
      words: { shape: [null], dtype: "i32", multiple: 4 },
    },
    fresh: true,
    readsAhead: 3,
    async at(places): Promise<{ readonly [K in "images" | "words"]: FieldValues }> {
      const images = new Uint8Array(places.length * bytes);
      const all = await Promise.all(Array.from(places, (place) => pixelsAt(sentences[place].picture)));
      for (const [n, pixels] of all.entries()) images.set(pixels, n * bytes);
      return { images, words: Array.from(places, (place) => sentences[place].words) };
    },
  });
}
