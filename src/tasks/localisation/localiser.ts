/** A trained network with all that it needs to say what a picture is of and where that is. */

import { batches } from "../../data/batches.js";
import { DataError } from "../../data/dataset.js";
import { type Examples, isExamples } from "../../data/examples.js";
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { signal as aSignal, callback, fromOneOn, withinOne } from "../../door/rules.js";
import { said } from "../../door/said.js";
import type { FetchOptions } from "../../formats/fetch-options.js";
import type { FileSource } from "../../formats/given-source.js";
import type { Picture } from "../../images/picture.js";
import { readImage } from "../../images/read.js";
import { matmul } from "../../ops/matmul.js";
import { softmax } from "../../ops/softmax.js";
import { Turns } from "../../platform/turns.js";
import { compile } from "../../tensor/compile.js";
import { numbersOf } from "../../tensor/compute.js";
import { printedAs } from "../../tensor/printing.js";
import { Tensor } from "../../tensor/tensor.js";
import { type Checkpoint, checkpointOf, modelOf } from "../../training/checkpoint.js";
import type { Corners } from "../../training/objectives/average-precision.js";
import { load as loadCheckpoint, save } from "../../training/opened-checkpoint.js";
import type { AnnotatedPicture } from "../annotations/annotated.js";
import { boxOutOf, fittedPixels, type PictureFit, placeOf } from "../annotations/fitted.js";
import { trueBoxesOf } from "../detection/boxes.js";
import { type DetectionData, someDetectionData } from "../detection/detector.js";
import { keptNotes } from "../kept-notes.js";
import { placePixels, sizesBy } from "../places-encoder.js";
import { boxOfMap, usualShare } from "./cam.js";
import { type LocalisationErrors, type Located, localisationErrors } from "./errors.js";
import { type LocalisationNetwork, toldBox } from "./model.js";

/** What {@link Localiser.predict} says of a picture. */
export interface Localisation {
  /** The name of its class, and its place among the classes. */
  readonly class: string;
  readonly label: number;
  /** How sure it is of the class, 0 to 1. */
  readonly probability: number;
  /** [top, left, bottom, right] in pixels of the picture. */
  readonly box: Corners;
  /** The likeliest classes, five at most, with what the weak form makes of each. */
  readonly guesses: readonly LocalisationGuess[];
}

/** A class that a picture may be of. */
export interface LocalisationGuess {
  readonly class: string;
  readonly label: number;
  readonly probability: number;
  /** Around where the class's activation map has most, for which no box was ever needed; in pixels of the picture. */
  readonly weakBox: Corners;
}

/** How {@link Localiser.predict} looks. */
export interface LocalisationOptions {
  /** A class is seen where its map has more than this share of its greatest value; 0.2 if left out. */
  share?: number;
}

/** Batches of {@link Localiser.evaluate}, and whence its pictures come. */
export interface LocalisationEvaluationOptions extends LocalisationOptions {
  batchSize?: number;
  /** The pixels of an annotated picture; read from its `file` if left out. */
  read?: (picture: AnnotatedPicture) => Picture | Promise<Picture>;
  signal?: AbortSignal;
  /** Is told after each batch how many pictures are done. */
  onProgress?: (progress: { done: number; count: number }) => void;
}

/** How well objects are told and found. */
export interface LocalisationEvaluation {
  /** How many pictures were judged, and how many were left out, for nothing is in them. */
  readonly count: number;
  readonly skipped: number;
  /** Of the class and the one box. */
  readonly errors: LocalisationErrors;
  /** Of the class and the box around its activation map. */
  readonly weak: LocalisationErrors;
}

/** The network's numbers of a batch. */
interface Run {
  readonly [name: string]: ArrayLike<number>;
}

/** Says what pictures are of and where that is. Made by `localisation.train` and `localisation.load`. */
export class Localiser {
  readonly classes: readonly string[];
  readonly network: LocalisationNetwork;
  /** As what it sees pictures. */
  readonly sees: PictureFit;
  /** The name of what it was trained on. */
  readonly trainedOn: string;
  readonly #run: (images: Tensor) => Promise<Run>;

  constructor(network: LocalisationNetwork, sees: PictureFit, classes: readonly string[], trainedOn: string) {
    this.network = network;
    this.sees = sees;
    this.classes = classes;
    this.trainedOn = trainedOn;
    const run = compile((images: Tensor) => {
      const { maps, scores, places } = network(images);
      return {
        probabilities: softmax(scores),
        box: toldBox(places),
        // What each place adds to the score of each class, but for its share in the mean.
        seen: matmul(maps, network.parameters.get("scores.weights")!),
      };
    });
    this.#run = async (images) => (await numbersOf(run(images))) as Run;
    const [height, width] = sees.size;
    printedAs(
      this,
      () =>
        `localiser of ${classes.length} classes (${classes.slice(0, 12).join(", ")}${classes.length > 12 ? ", …" : ""}) in pictures of ${height}×${width} pixels, trained on ${trainedOn}`,
      () => ({ classes, sees, trainedOn }),
    );
  }

  /**
   * What a picture is of, or several, and where that is. A picture is a decoded one, or what `readImage` reads: in Node a path; a
   * Blob, a File, an address, or bytes.
   *
   *     const { class: name, box, guesses } = await localiser.predict("dog.jpg");
   *
   * @throws PictureError where a file is no picture
   */
  predict(picture: Picture | FileSource, options?: LocalisationOptions): Promise<Localisation>;
  predict(
    pictures: readonly (Picture | FileSource)[],
    options?: LocalisationOptions,
  ): Promise<Localisation[]>;
  async predict(
    given: Picture | FileSource | readonly (Picture | FileSource)[],
    options: LocalisationOptions = {},
  ): Promise<Localisation | Localisation[]> {
    const { share = usualShare } = optionsOf("predict", options, { share: withinOne });
    const list = Array.isArray(given) ? (given as readonly (Picture | FileSource)[]) : [given as Picture];
    const found: Localisation[] = [];
    for (let at = 0; at < list.length; at += 16) {
      const pictures = await Promise.all(
        list.slice(at, at + 16).map((one) => (isPicture(one) ? one : readImage(one as FileSource))),
      );
      found.push(...(await this.#found(pictures, share)));
    }
    return Array.isArray(given) ? found : found[0];
  }

  /** In pictures of any size, in their own pixels. */
  async #found(pictures: readonly Picture[], share: number): Promise<Localisation[]> {
    const [height, width] = this.sees.size;
    const length = height * width * 3;
    const images = new Uint8Array(pictures.length * length);
    pictures.forEach((picture, n) => {
      images.set(fittedPixels(picture, this.sees), n * length);
    });
    const run = await this.#run(Tensor.from(images, [pictures.length, height, width, 3], "u8"));
    return pictures.map((picture, n) => {
      const place = placeOf(picture, this.sees);
      return this.#told(run, n, share, (box) => boxOutOf(box, picture, place));
    });
  }

  /** @param out  from pixels of what the network sees into those that are told */
  #told(
    { probabilities, box, seen }: Run,
    n: number,
    share: number,
    out: (box: Corners) => Corners,
  ): Localisation {
    const [height, width] = this.sees.size.map((edge) => edge / placePixels);
    const count = this.classes.length;
    const guesses = Array.from({ length: count }, (_, label) => ({
      label,
      probability: probabilities[n * count + label],
    }))
      .sort((a, b) => b.probability - a.probability)
      .slice(0, 5)
      .map(({ label, probability }): LocalisationGuess => {
        const values = Float32Array.from(
          { length: height * width },
          (_, at) => seen[(n * height * width + at) * count + label],
        );
        const [top, left, bottom, right] = boxOfMap({ height, width, values }, share);
        const inPixels = [top, left, bottom, right].map((side) => side * placePixels);
        return {
          class: this.classes[label],
          label,
          probability,
          weakBox: out(inPixels as unknown as Corners),
        };
      });
    const [{ class: name, label, probability }] = guesses;
    const corners = [0, 1, 2, 3].map((side) => box[4 * n + side]) as unknown as Corners;
    return { class: name, label, probability, box: out(corners), guesses };
  }

  /**
   * How often the class and the box are wrong (ILSVRC's second task), by pictures in which objects are known: what a picture is of
   * is its largest object, and of that class all boxes are right ones. Pictures without objects are left out.
   * @throws DataError where a class is none of its own, or examples are of another size than it sees
   */
  async evaluate(
    data: DetectionData,
    options: LocalisationEvaluationOptions = {},
  ): Promise<LocalisationEvaluation> {
    checkArgument("evaluate", "what is given", data, someDetectionData);
    const {
      batchSize = 16,
      read,
      signal,
      onProgress,
      share = usualShare,
    } = optionsOf("evaluate", options, {
      share: withinOne,
      batchSize: fromOneOn,
      read: callback,
      signal: aSignal,
      onProgress: callback,
    });
    const count = isExamples(data) ? data.length : data.pictures.length;
    if (count === 0) throw new DataError(`${data.name}: has no pictures`);
    const [told, weak, truths]: [Located[][], Located[][], Located[][]] = [[], [], []];
    let [done, skipped] = [0, 0];
    const turns = new Turns();
    for await (const batch of this.#judged(data, { batchSize, read, share })) {
      signal?.throwIfAborted();
      for (const { found, objects } of batch) {
        done++;
        const own = ofLargest(objects);
        if (own.length === 0) {
          skipped++;
          continue;
        }
        truths.push(own);
        told.push(found.guesses.map(({ label }) => ({ label, box: found.box })));
        weak.push(found.guesses.map(({ label, weakBox }) => ({ label, box: weakBox })));
      }
      onProgress?.({ done, count });
      await turns.give();
    }
    if (truths.length === 0) throw new DataError(`${data.name}: has no objects`);
    const errors = localisationErrors(told, truths);
    return printedAs(
      { count: truths.length, skipped, errors, weak: localisationErrors(weak, truths) },
      () =>
        `${truths.length} pictures: top-1 error ${(100 * errors.top1).toFixed(1)} %, top-5 ${(100 * errors.top5).toFixed(1)} %`,
    );
  }

  async *#judged(
    data: DetectionData,
    {
      batchSize,
      read,
      share,
    }: { batchSize: number; share: number; read?: LocalisationEvaluationOptions["read"] },
  ): AsyncGenerator<{ found: Localisation; objects: Located[] }[]> {
    if (isExamples(data)) {
      const own = data.classes ? this.#labelsOf(data.name, data.classes) : this.classes.map((_, i) => i);
      checkSize(data, this.sees);
      for await (const { fields } of batches(data, { batchSize })) {
        const run = await this.#run(fields.images as Tensor);
        const all = await trueBoxesOf(fields as { readonly [field: string]: Tensor });
        yield all.map((truths, n) => ({
          found: this.#told(run, n, share, (box) => within(box, this.sees.size)),
          objects: truths
            .filter(({ difficult }) => !difficult)
            .map(({ label, box }) => ({ label: own[label], box })),
        }));
      }
      return;
    }
    const own = this.#labelsOf(data.name, data.classes);
    for (let at = 0; at < data.pictures.length; at += batchSize) {
      const some = data.pictures.slice(at, at + batchSize);
      const pictures = await Promise.all(
        some.map((one) => {
          if (read) return read(one);
          if (one.file === undefined)
            throw new DataError(
              `evaluate: ${one.name} of ${data.name} has no file; \`read\` says what its pixels are`,
            );
          return readImage(one.file);
        }),
      );
      const found = await this.#found(pictures, share);
      yield some.map(({ objects }, n) => ({
        found: found[n],
        objects: objects
          .filter(({ difficult, crowd }) => !difficult && !crowd)
          .map(({ label, box }) => ({ label: own[label], box })),
      }));
    }
  }

  /** Its own labels of classes by their names. */
  #labelsOf(name: string, classes: readonly string[]): number[] {
    return classes.map((one) => {
      const label = this.classes.indexOf(one);
      if (label < 0)
        throw new DataError(
          `${name}: the class ${one} is none of those trained on, ${this.classes.join(", ")}`,
        );
      return label;
    });
  }

  /** All of it as a checkpoint: the network, and in its notes as what it sees pictures. */
  async checkpoint(): Promise<Checkpoint> {
    const data = { name: this.trainedOn, classes: [...this.classes] };
    const checkpoint = await checkpointOf(this.network, { input: inputOf(this.sees), data });
    return { ...checkpoint, notes: notesOf(this.sees) };
  }

  /**
   * Writes it to a file, which `localisation.load` reads.
   *
   * @param place  as of `save`: in Node a path
   * @throws WeightsError  one line: nothing can be written there
   */
  async save(place: string | URL): Promise<void> {
    await save(place, this.checkpoint());
  }
}

/** The largest object, the first of equally large ones, and all others of its class. */
function ofLargest(objects: readonly Located[]): Located[] {
  const area = ({ box: [top, left, bottom, right] }: Located): number => (bottom - top) * (right - left);
  const [first] = objects;
  if (!first) return [];
  const { label } = objects.reduce((best, one) => (area(one) > area(best) ? one : best), first);
  return objects.filter((one) => one.label === label);
}

const within = ([top, left, bottom, right]: Corners, [height, width]: readonly [number, number]): Corners => {
  const cut = (value: number, edge: number): number => Math.min(edge, Math.max(0, value));
  return [cut(top, height), cut(left, width), cut(bottom, height), cut(right, width)];
};

export function checkSize({ name, fields }: Examples, sees: PictureFit): void {
  const { shape } = fields.images;
  if (String(shape) !== String(inputOf(sees)))
    throw new DataError(
      `${name}: its images are ${shape.join("×")}, the localiser sees ${inputOf(sees).join("×")}`,
    );
}

const isPicture = (value: unknown): value is Picture =>
  typeof value === "object" && value !== null && "pixels" in value && "channels" in value;

export const inputOf = ({ size: [height, width] }: PictureFit): [number, number, number] => [
  height,
  width,
  3,
];

export const notesOf = ({ size, fit }: PictureFit) => ({ task: "localisation", size: [...size], fit });

/** Edges that a network of this sort takes. */
export const isEdge = (value: unknown): boolean =>
  fromOneOn.holds(value) && (value as number) % sizesBy === 0 && (value as number) <= 4096;

/**
 * Reads a localiser from a file that `save` of one has written.
 *
 * @param source  in Node a path; an address, a Blob, a File, a Response, or bytes
 * @throws WeightsError or SafetensorsError, one line that names the file
 */
export async function load(source: FileSource, options: FetchOptions = {}): Promise<Localiser> {
  return localiserOf(await loadCheckpoint(source, options));
}

/** The localiser of a checkpoint. @throws WeightsError where it is of something else */
export function localiserOf(checkpoint: Checkpoint): Localiser {
  const { data, input } = checkpoint;
  const { notes, damaged } = keptNotes<ReturnType<typeof notesOf>>(checkpoint, {
    task: "localisation",
    what: "localiser of objects",
    from: "localisation.train",
  });
  const { size, fit } = notes;
  if (fit !== "contain" && fit !== "stretch") throw damaged(`pictures fit into it by ${said(fit)}`);
  if (!Array.isArray(size) || size.length !== 2 || !size.every(isEdge))
    throw damaged(`it sees ${said(size)}, expected [height, width], multiples of ${sizesBy}`);
  const sees: PictureFit = { size: [size[0], size[1]], fit };
  if (String(inputOf(sees)) !== String(input))
    throw damaged(`it sees ${inputOf(sees).join("×")}, and its network takes ${said(input)}`);
  return new Localiser(modelOf<LocalisationNetwork>(checkpoint), sees, data.classes, data.name);
}
