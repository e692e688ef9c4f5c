/** A trained network with all that it needs to label pixels: what a page or a server has of this task. */
import { batches } from "../../data/batches.js";
import { DataError } from "../../data/dataset.js";
import { type Examples, isExamples } from "../../data/examples.js";
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { signal as aSignal, callback, flag, fromOneOn, rule } from "../../door/rules.js";
import { said } from "../../door/said.js";
import type { FetchOptions } from "../../formats/fetch-options.js";
import type { FileSource } from "../../formats/given-source.js";
import type { Picture } from "../../images/picture.js";
import { readImage } from "../../images/read.js";
import { pixelLayers } from "../../nn/pixel-layers.js";
import { Turns } from "../../platform/turns.js";
import { compile } from "../../tensor/compile.js";
import { printedAs } from "../../tensor/printing.js";
import { Tensor } from "../../tensor/tensor.js";
import { type Checkpoint, checkpointOf, modelOf } from "../../training/checkpoint.js";
import { load as loadCheckpoint, save } from "../../training/opened-checkpoint.js";
import type { AnnotatedPicture, Annotations } from "../annotations/annotated.js";
import { someAnnotations } from "../annotations/box-examples.js";
import { fittedPixels, placeOf } from "../annotations/fitted.js";
import type { LabelMap } from "../annotations/labels.js";
import { pictureOf, someSize } from "../annotations/mask-examples.js";
import { notCounted, type PixelLabels, pixelLabels } from "../annotations/pixel-labels.js";
import { type WindowFit, windowPixels } from "../annotations/windows.js";
import { keptNotes } from "../kept-notes.js";
import { ConfusionMatrix, type SegmentationScores } from "./confusion.js";
import type { SegmentationNetwork } from "./networks/nodes.js";
import { Blend, beginnings, labelRows, labelsAt } from "./tiling.js";

/** How {@link Segmenter.predict} looks at a picture. */
export interface SegmentationOptions {
  /**
   * In parts that overlap, as large as it is, instead of whole and fitted to what the network sees: for pictures that are much
   * larger. As it was trained if left out.
   */
  tiles?: boolean;
}

/** Pictures of {@link Segmenter.evaluate}, and whence they come. */
export interface SegmentationEvaluationOptions extends SegmentationOptions {
  /** Of examples so many at once; 4 if left out. */
  batchSize?: number;
  /** The pixels of an annotated picture; read from its `file` if left out. */
  read?: (picture: AnnotatedPicture) => Picture | Promise<Picture>;
  signal?: AbortSignal;
  /** Is told after each picture how many are done. */
  onProgress?: (progress: { done: number; count: number }) => void;
}

/** How well pixels are labelled. */
export interface SegmentationEvaluation extends SegmentationScores {
  readonly count: number;
  /** Classes that occur in neither truth nor answer, which the means leave out. */
  readonly absent: readonly string[];
  /** confusion[t][a]: pixels of class t that were labelled a. */
  readonly confusion: readonly (readonly number[])[];
  /** Of each picture the share of its pixels that is labelled rightly; NaN where none counts. */
  readonly pictures: readonly { readonly name: string; readonly accuracy: number }[];
}

/** Pictures with classes for pixels: annotations, or examples with the fields `images` and `map`, such as `shapes` are. */
export type SegmentationData = Annotations | Examples;

/** What must be given as such. */
export const someSegmentationData = rule(
  "annotations, or examples with images and map",
  (value) =>
    someAnnotations.holds(value) ||
    (isExamples(value) && ["images", "map"].every((name) => Object.hasOwn(value.fields, name))),
);

/** A class for each pixel of a picture: what `annotations.labelPng` writes. */
export interface SegmentedPicture extends LabelMap {
  readonly palette: Uint8Array;
}

/** What a {@link Segmenter} knows beside its network. */
export interface SegmenterSetting {
  /** As what it sees pictures. */
  readonly sees: WindowFit;
  readonly classes: readonly string[];
  /** Red, green and blue of each class. */
  readonly colours: Uint8Array;
  /** Labels of maps that do not count, beside 255. */
  readonly ignore: readonly number[];
  /** The name of what it was trained on. */
  readonly trainedOn: string;
}

/** Parts of a picture share a quarter of the network's shorter edge. */
const sharedBy = 4;
/** So many parts, or pictures, are computed at once. */
const atOnce = 4;

/** Says the class of each pixel. Made by `segmentation.train` and `segmentation.load`. */
export class Segmenter implements SegmenterSetting {
  readonly network: SegmentationNetwork;
  readonly sees: WindowFit;
  readonly classes: readonly string[];
  readonly colours: Uint8Array;
  readonly ignore: readonly number[];
  readonly trainedOn: string;
  readonly #scores: (images: Tensor) => Promise<Tensor>;

  constructor(network: SegmentationNetwork, { sees, classes, colours, ignore, trainedOn }: SegmenterSetting) {
    this.network = network;
    this.sees = sees;
    this.classes = classes;
    this.colours = colours;
    this.ignore = ignore;
    this.trainedOn = trainedOn;
    this.#scores = compile((images: Tensor) => network(images));
    const [height, width] = sees.size;
    printedAs(
      this,
      () =>
        `segmenter of ${classes.length} classes (${classes.slice(0, 12).join(", ")}${classes.length > 12 ? ", …" : ""}) in pictures of ${height}×${width} pixels, trained on ${trainedOn}`,
      () => ({ classes, sees, trainedOn }),
    );
  }

  /**
   * The class of each pixel of a picture, at the picture's own size, or of several. A picture is a decoded one, or what
   * `readImage` reads: in Node a path; a Blob, a File, an address, or bytes.
   *
   *     const { labels, width, height } = await segmenter.predict("street.jpg");
   *     segmenter.classes[labels[0]]; // "Sky": the upper left pixel
   *
   * @throws PictureError where a file is no picture
   */
  predict(picture: Picture | FileSource, options?: SegmentationOptions): Promise<SegmentedPicture>;
  predict(
    pictures: readonly (Picture | FileSource)[],
    options?: SegmentationOptions,
  ): Promise<SegmentedPicture[]>;
  async predict(
    given: Picture | FileSource | readonly (Picture | FileSource)[],
    options: SegmentationOptions = {},
  ): Promise<SegmentedPicture | SegmentedPicture[]> {
    const { tiles = this.sees.fit === "tiles" } = optionsOf("predict", options, { tiles: flag });
    const list = Array.isArray(given) ? (given as readonly (Picture | FileSource)[]) : [given as Picture];
    const found: SegmentedPicture[] = [];
    for (const one of list) {
      const picture = isPicture(one) ? one : await readImage(one as FileSource);
      const labels = await this.#labelsOf(picture, tiles);
      found.push({ width: picture.width, height: picture.height, labels, palette: this.colours });
    }
    return Array.isArray(given) ? found : found[0];
  }

  /** The scores of N pictures as the network sees them, N×H×W×K. */
  async #run(pixels: Uint8Array, count: number): Promise<Float32Array> {
    const scores = await this.#scores(Tensor.from(pixels, [count, ...this.sees.size, 3], "u8"));
    return (await scores.data()) as Float32Array;
  }

  #labelsOf(picture: Picture, tiles: boolean): Promise<Uint8Array> {
    return tiles ? this.#tiled(picture) : this.#whole(picture);
  }

  async #whole(picture: Picture): Promise<Uint8Array> {
    const { size } = this.sees;
    const how = { size, fit: this.sees.fit === "stretch" ? ("stretch" as const) : ("contain" as const) };
    const scores = await this.#run(fittedPixels(picture, how), 1);
    const part = placeOf(picture, how);
    return labelsAt(scores, { width: size[1], classes: this.classes.length, part }, picture);
  }

  async #tiled(picture: Picture): Promise<Uint8Array> {
    const { size } = this.sees;
    const [height, width] = size;
    const overlap = Math.floor(Math.min(height, width) / sharedBy);
    const classes = this.classes.length;
    const blend = new Blend(picture, { tile: size, classes, overlap });
    const corners = beginnings(picture.height, height, overlap).flatMap((top) =>
      beginnings(picture.width, width, overlap).map((left) => ({ top, left })),
    );
    const pixels = height * width;
    for (let at = 0; at < corners.length; at += atOnce) {
      const some = corners.slice(at, at + atOnce);
      const images = new Uint8Array(some.length * pixels * 3);
      some.forEach((corner, n) => void images.set(windowPixels(picture, corner, size), n * pixels * 3));
      const scores = await this.#run(images, some.length);
      some.forEach((corner, n) => {
        blend.add(scores.subarray(n * pixels * classes, (n + 1) * pixels * classes), size, corner);
      });
    }
    return blend.end();
  }

  /**
   * How well it labels the pixels of pictures whose classes are known: of annotated pictures at the size of their maps, of
   * examples at that which they have. One confusion matrix counts the pixels of all pictures.
   * @throws DataError where a class is none of its own, there are no pictures, or examples are of another size than it sees
   */
  async evaluate(
    data: SegmentationData,
    options: SegmentationEvaluationOptions = {},
  ): Promise<SegmentationEvaluation> {
    checkArgument("evaluate", "what is given", data, someSegmentationData);
    const {
      tiles = this.sees.fit === "tiles",
      batchSize = atOnce,
      read,
      signal,
      onProgress,
    } = optionsOf("evaluate", options, {
      tiles: flag,
      batchSize: fromOneOn,
      read: callback,
      signal: aSignal,
      onProgress: callback,
    });
    const labels = isExamples(data) ? undefined : await labelsFor(data, this);
    const count = labels ? labels.pictures.length : (data as Examples).length;
    if (count === 0) throw new DataError(`${data.name}: has no pictures`);
    const matrix = new ConfusionMatrix(this.classes.length, { ignore: notCounted });
    const pictures: { name: string; accuracy: number }[] = [];
    const turns = new Turns();
    const source = labels
      ? this.#inAnnotations(data as Annotations, labels, { tiles, read })
      : this.#inExamples(data as Examples, batchSize);
    for await (const { name, truth, answer } of source) {
      signal?.throwIfAborted();
      matrix.add(truth, answer);
      pictures.push({ name, accuracy: shareOfRight(truth, answer) });
      onProgress?.({ done: pictures.length, count });
      await turns.give();
    }
    const { scores } = matrix;
    const { length } = this.classes;
    return printedAs(
      {
        ...scores,
        count,
        absent: this.classes.filter((_, c) => Number.isNaN(scores.IoU[c])),
        confusion: Array.from({ length }, (_, t) =>
          Array.from(matrix.counts.subarray(t * length, (t + 1) * length)),
        ),
        pictures,
      },
      () =>
        `${count} pictures: mIoU ${scores.mIoU.toFixed(4)}, ${(100 * scores.accuracy).toFixed(1)} % of the pixels`,
    );
  }

  async *#inAnnotations(
    { name }: Annotations,
    { pictures, of }: PixelLabels,
    { tiles, read }: { tiles: boolean; read?: SegmentationEvaluationOptions["read"] },
  ): AsyncGenerator<LabelledPicture> {
    for (const one of pictures) {
      if (!read && one.file === undefined)
        throw new DataError(
          `evaluate: ${one.name} of ${name} has no file; \`read\` says what its pixels are`,
        );
      const picture = await pictureOf(one, read);
      const truth = await of(one);
      yield { name: one.name, truth, answer: await this.#labelsOf(picture, tiles) };
    }
  }

  async *#inExamples(examples: Examples, batchSize: number): AsyncGenerator<LabelledPicture> {
    const { name, fields } = examples;
    const [height, width] = this.sees.size;
    if (String(fields.images.shape) !== String([height, width, 3]))
      throw new DataError(
        `${name}: its images are ${fields.images.shape.join("×")}, the segmenter sees ${height}×${width}×3`,
      );
    const classes = this.classes.length;
    const pixels = height * width;
    let done = 0;
    for await (const { fields: batch } of batches(examples, { batchSize })) {
      const scores = (await (await this.#scores(batch.images as Tensor)).data()) as Float32Array;
      const truths = await (batch.map as Tensor).data();
      for (let n = 0; n < truths.length / pixels; n++) {
        const answer = new Uint8Array(pixels);
        labelRows(scores.subarray(n * pixels * classes, (n + 1) * pixels * classes), classes, answer);
        yield {
          name: String(done++),
          truth: Array.prototype.slice.call(truths, n * pixels, (n + 1) * pixels) as number[],
          answer,
        };
      }
    }
  }

  /** All of it as a checkpoint: the network, and in its notes what else it knows. */
  async checkpoint(): Promise<Checkpoint> {
    const data = { name: this.trainedOn, classes: [...this.classes] };
    const checkpoint = await checkpointOf(this.network, { input: inputOf(this.sees), data });
    return { ...checkpoint, notes: notesOf(this) };
  }

  /**
   * Writes it to a file, which `segmentation.load` reads.
   *
   * @param place  as of `save`: in Node a path
   * @throws WeightsError  one line: nothing can be written there
   */
  async save(place: string | URL): Promise<void> {
    await save(place, this.checkpoint());
  }
}

/** The labels of annotated pictures in the numbers of these classes. @throws DataError where a class is none of them */
export async function labelsFor(
  annotations: Annotations,
  { classes, ignore }: Pick<SegmenterSetting, "classes" | "ignore">,
): Promise<PixelLabels> {
  const { name, pictures } = annotations;
  const isUnnamed = annotations.classes.length === 0 && pictures.some(({ labels }) => labels !== undefined);
  const labels = await pixelLabels(annotations, { ignore, ...(isUnnamed ? { classes } : {}) });
  if (String(labels.classes) === String(classes)) return labels;
  const own = labels.classes.map((one) => {
    const label = classes.indexOf(one);
    if (label < 0)
      throw new DataError(`${name}: the class ${one} is none of those trained on, ${classes.join(", ")}`);
    return label;
  });
  return {
    ...labels,
    of: async (picture) => (await labels.of(picture)).map((label) => own[label] ?? notCounted),
  };
}

interface LabelledPicture {
  readonly name: string;
  readonly truth: ArrayLike<number>;
  readonly answer: Uint8Array;
}

function shareOfRight(truth: ArrayLike<number>, answer: Uint8Array): number {
  let [right, all] = [0, 0];
  for (let i = 0; i < answer.length; i++) {
    if (truth[i] === notCounted) continue;
    all++;
    if (truth[i] === answer[i]) right++;
  }
  return right / all;
}

const isPicture = (value: unknown): value is Picture =>
  typeof value === "object" && value !== null && "pixels" in value && "channels" in value;

export const inputOf = ({ size: [height, width] }: WindowFit): [number, number, number] => [height, width, 3];

export const notesOf = ({ sees: { size, fit }, colours, ignore }: SegmenterSetting) => ({
  task: "segmentation",
  size: [...size],
  fit,
  colours: Array.from(colours),
  ignore: [...ignore],
});

/**
 * Reads a segmenter from a file that `save` of one, or `receptive segment train`, has written.
 *
 * @param source  in Node a path; an address, a Blob, a File, a Response, or bytes
 * @throws WeightsError or SafetensorsError, one line that names the file
 */
export async function load(source: FileSource, options: FetchOptions = {}): Promise<Segmenter> {
  return segmenterOf(await loadCheckpoint(source, options));
}

const someBytes = (value: unknown, length?: number): value is number[] =>
  Array.isArray(value) &&
  (length === undefined || value.length === length) &&
  value.every((one) => Number.isInteger(one) && one >= 0 && one <= 255);

/** The segmenter of a checkpoint. @throws WeightsError where it is of something else */
export function segmenterOf(checkpoint: Checkpoint): Segmenter {
  const { data, input } = checkpoint;
  const { notes, damaged } = keptNotes<ReturnType<typeof notesOf>>(checkpoint, {
    task: "segmentation",
    what: "segmenter of pictures",
    from: "segmentation.train and segment train",
  });
  const { size, fit, colours, ignore } = notes;
  if (fit !== "contain" && fit !== "stretch" && fit !== "tiles")
    throw damaged(`pictures fit into it by ${said(fit)}`);
  if (!someSize.holds(size)) throw damaged(`it sees ${said(size)}, expected [height, width]`);
  const sees: WindowFit = { size: [size![0], size![1]], fit };
  if (String(inputOf(sees)) !== String(input))
    throw damaged(`it sees ${inputOf(sees).join("×")}, and its network takes ${said(input)}`);
  const { classes, name } = data;
  if (!someBytes(colours, 3 * classes.length))
    throw damaged(`its colours are not three numbers of 0 to 255 for each of its ${classes.length} classes`);
  if (!someBytes(ignore)) throw damaged(`its ignored labels are ${said(ignore)}`);
  return new Segmenter(modelOf<SegmentationNetwork>(checkpoint, pixelLayers), {
    sees,
    classes,
    colours: Uint8Array.from(colours),
    ignore,
    trainedOn: name,
  });
}
