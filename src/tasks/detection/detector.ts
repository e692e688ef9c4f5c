/** A trained network with all that it needs to find objects: what a page or a server has of this task. */
import { batches } from "../../data/batches.js";
import { DataError } from "../../data/dataset.js";
import { type Examples, isExamples } from "../../data/examples.js";
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { signal as aSignal, callback, fromOneOn, oneOf, rule } from "../../door/rules.js";
import { said } from "../../door/said.js";
import type { FetchOptions } from "../../formats/fetch-options.js";
import type { FileSource } from "../../formats/given-source.js";
import type { Picture } from "../../images/picture.js";
import { readImage } from "../../images/read.js";
import { Turns } from "../../platform/turns.js";
import { compile } from "../../tensor/compile.js";
import { numbersOf } from "../../tensor/compute.js";
import { printedAs } from "../../tensor/printing.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type Checkpoint, checkpointOf, modelOf } from "../../training/checkpoint.js";
import type { Corners } from "../../training/objectives/average-precision.js";
import { load as loadCheckpoint, save } from "../../training/opened-checkpoint.js";
import type { AnnotatedPicture, Annotations } from "../annotations/annotated.js";
import { someAnnotations } from "../annotations/box-examples.js";
import { boxOutOf } from "../annotations/fitted.js";
import { keptNotes } from "../kept-notes.js";
import { type Found, type TrueBox, trueBoxesOf } from "./boxes.js";
import { type CocoPrecision, cocoPrecision } from "./coco-precision.js";
import type { Telling } from "./decoding.js";
import { type Detection, isPicture, lyingIn, pixelsSeen } from "./looked.js";
import { sizesBy } from "./model.js";
import { measured } from "./objective.js";
import { type BoxNetwork, boxLayers, type DetectorFit, isFasterRcnn, toldBoxes } from "./told-boxes.js";
import { type VocPrecision, vocPrecision } from "./voc-precision.js";

/** Which boxes {@link Detector.predict} tells. */
export interface DetectionOptions {
  /** How sure a box must be; 0.3 if left out. */
  least?: number;
  /** So many of a picture at most; 100 if left out. */
  most?: number;
  /** Of boxes of a class that overlap by more only the surest is told; 0.5 if left out. */
  overlap?: number;
  /** Scores of overlapping boxes are lowered instead, "linear" or by a "gaussian" (soft NMS). */
  soft?: "linear" | "gaussian";
}

/** Batches of {@link Detector.evaluate}, and whence its pictures come. */
export interface DetectionEvaluationOptions extends Pick<DetectionOptions, "most" | "overlap" | "soft"> {
  batchSize?: number;
  /** The pixels of an annotated picture; read from its `file` if left out. */
  read?: (picture: AnnotatedPicture) => Picture | Promise<Picture>;
  signal?: AbortSignal;
  /** Is told after each batch how many pictures are done. */
  onProgress?: (progress: { done: number; count: number }) => void;
}

/** How well objects are found. */
export interface DetectionEvaluation {
  readonly count: number;
  /** Mean average precision by Pascal VOC's rule, at an overlap of more than a half. */
  readonly mAP: number;
  /** That of each class, with its curve. */
  readonly voc: VocPrecision;
  /** COCO's twelve numbers, and those of each class. */
  readonly coco: CocoPrecision;
  /** What was found in all pictures, the surest first in each, down to a score of 0.01. */
  readonly found: readonly Found[];
  readonly truths: readonly TrueBox[];
}

/** Pictures with boxes: annotations, or examples with the fields `images`, `boxes` and `labels`, such as `shapes` are. */
export type DetectionData = Annotations | Examples;

/** What must be given as such. */
export const someDetectionData = rule(
  "annotations, or examples with images, boxes and labels",
  (value) =>
    someAnnotations.holds(value) ||
    (isExamples(value) && ["images", "boxes", "labels"].every((name) => Object.hasOwn(value.fields, name))),
);

const share = rule("0 ≤ _ ≤ 1", (value) => (value as number) >= 0 && (value as number) <= 1);
const evaluationRules = { most: fromOneOn, overlap: share, soft: oneOf("linear", "gaussian") } as const;
export const tellingRules = { ...evaluationRules, least: share } as const;

/** What is told where nothing else is said. */
export const tellingOf = ({ least = 0.3, most = 100, overlap = 0.5, soft }: DetectionOptions): Telling => ({
  least,
  most,
  overlap,
  ...(soft && { soft }),
});

/** Finds objects. Made by `detection.train` and `detection.load`. */
export class Detector {
  readonly classes: readonly string[];
  readonly network: BoxNetwork;
  /** As what it sees pictures. */
  readonly sees: DetectorFit;
  /** The name of what it was trained on. */
  readonly trainedOn: string;
  /** One program for each way of telling. */
  readonly #programs = new Map<string, (images: Tensor) => Promise<RunBoxes>>();

  constructor(network: BoxNetwork, sees: DetectorFit, classes: readonly string[], trainedOn: string) {
    this.network = network;
    this.sees = sees;
    this.classes = classes;
    this.trainedOn = trainedOn;
    const [height, width] = sees.size;
    const size = sees.fit === "scale" ? `${height} to ${width}` : `${height}×${width}`;
    printedAs(
      this,
      () =>
        `detector of ${classes.length} classes (${classes.slice(0, 12).join(", ")}${classes.length > 12 ? ", …" : ""}) in pictures of ${size} pixels, trained on ${trainedOn}`,
      () => ({ classes, sees, trainedOn }),
    );
  }

  #program(telling: Telling): (images: Tensor) => Promise<RunBoxes> {
    const key = JSON.stringify(telling);
    const known = this.#programs.get(key);
    if (known) return known;
    const run = compile((images: Tensor) => toldBoxes(this, images, telling));
    const program = async (images: Tensor): Promise<RunBoxes> => (await numbersOf(run(images))) as RunBoxes;
    this.#programs.set(key, program);
    return program;
  }

  /**
   * The objects of a picture, or of several, the surest first. A picture is a decoded one, or what `readImage` reads: in Node
   * a path; a Blob, a File, an address, or bytes.
   *
   *     const found = await detector.predict("street.jpg");
   *     found[0]; // { class: "car", label: 2, box: [120, 33, 180, 140], score: 0.93 }
   *
   * @throws PictureError where a file is no picture
   */
  predict(picture: Picture | FileSource, options?: DetectionOptions): Promise<Detection[]>;
  predict(pictures: readonly (Picture | FileSource)[], options?: DetectionOptions): Promise<Detection[][]>;
  async predict(
    given: Picture | FileSource | readonly (Picture | FileSource)[],
    options: DetectionOptions = {},
  ): Promise<Detection[] | Detection[][]> {
    const telling = tellingOf(optionsOf("predict", options, tellingRules));
    const list = Array.isArray(given) ? (given as readonly (Picture | FileSource)[]) : [given as Picture];
    const pictures = await Promise.all(
      list.map((one) => (isPicture(one) ? one : readImage(one as FileSource))),
    );
    const found: Detection[][] = [];
    // So many at once: memory is that of one batch.
    const count = this.#atOnce(16);
    for (let at = 0; at < pictures.length; at += count) {
      const some = pictures.slice(at, at + count);
      const boxes = await this.#boxesOf(some, telling);
      for (const own of boxes)
        found.push(own.map(({ label, box, score }) => ({ class: this.classes[label], label, box, score })));
    }
    return Array.isArray(given) ? found : found[0];
  }

  /** Pictures that are seen each in its own size are computed one by one. */
  #atOnce(count: number): number {
    return this.sees.fit === "scale" ? 1 : count;
  }

  /** What is found in pictures of any size, in their own pixels. */
  async #boxesOf(pictures: readonly Picture[], telling: Telling): Promise<Omit<Found, "picture">[][]> {
    const run = await this.#program(telling)(pixelsSeen(pictures, this.sees));
    return boxesIn(run, telling.most).map((own, n) => {
      const place = lyingIn(pictures[n], this.sees);
      return own
        .map((one) => ({ ...one, box: boxOutOf(one.box, pictures[n], place) }))
        .filter(({ box: [top, left, bottom, right] }) => bottom > top && right > left);
    });
  }

  /**
   * How well it finds the objects of pictures in which these are known: of annotated pictures in their own pixels, of
   * examples in those that the examples have.
   * @throws DataError where a class is none of its own, or examples are of another size than it sees
   */
  async evaluate(
    data: DetectionData,
    options: DetectionEvaluationOptions = {},
  ): Promise<DetectionEvaluation> {
    checkArgument("evaluate", "what is given", data, someDetectionData);
    const {
      batchSize = 16,
      read,
      signal,
      onProgress,
      ...telling
    } = optionsOf("evaluate", options, {
      ...evaluationRules,
      batchSize: fromOneOn,
      read: callback,
      signal: aSignal,
      onProgress: callback,
    });
    const how: Telling = { ...measured, ...telling };
    const source = isExamples(data)
      ? this.#inExamples(data, { batchSize, how })
      : this.#inAnnotations(data, { batchSize: this.#atOnce(batchSize), how, read });
    const [found, truths]: [Found[], TrueBox[]] = [[], []];
    const turns = new Turns();
    let done = 0;
    const count = isExamples(data) ? data.length : data.pictures.length;
    if (count === 0) throw new DataError(`${data.name}: has no pictures`);
    for await (const batch of source) {
      signal?.throwIfAborted();
      for (const one of batch) {
        for (const box of one.found) found.push({ ...box, picture: done });
        for (const box of one.truths) truths.push({ ...box, picture: done });
        done++;
      }
      onProgress?.({ done, count });
      await turns.give();
    }
    const voc = vocPrecision(found, truths);
    const coco = cocoPrecision(found, truths);
    return printedAs(
      { count, mAP: voc.mAP, voc, coco, found, truths },
      () => `${count} pictures: mAP ${voc.mAP.toFixed(4)}, COCO AP ${coco.AP.toFixed(4)}`,
    );
  }

  async *#inAnnotations(
    annotations: Annotations,
    { batchSize, how, read }: { batchSize: number; how: Telling; read?: DetectionEvaluationOptions["read"] },
  ): AsyncGenerator<OnePicture[]> {
    const { name, pictures, classes } = annotations;
    const own = this.#labelsOf(name, classes);
    for (let at = 0; at < pictures.length; at += batchSize) {
      const some = pictures.slice(at, at + batchSize);
      const decoded = await Promise.all(
        some.map((one) => {
          if (read) return read(one);
          if (one.file === undefined)
            throw new DataError(
              `evaluate: ${one.name} of ${name} has no file; \`read\` says what its pixels are`,
            );
          return readImage(one.file);
        }),
      );
      const found = await this.#boxesOf(decoded, how);
      yield some.map(({ objects }, n) => ({
        found: found[n],
        truths: objects.map(({ label, box, area, difficult, crowd }) => ({
          label: own[label],
          box,
          ...(area === undefined ? {} : { area }),
          ...(difficult ? { difficult } : {}),
          ...(crowd ? { crowd } : {}),
        })),
      }));
    }
  }

  async *#inExamples(
    examples: Examples,
    { batchSize, how }: { batchSize: number; how: Telling },
  ): AsyncGenerator<OnePicture[]> {
    const { name, fields, classes } = examples;
    const [height, width] = this.sees.size;
    if (this.sees.fit !== "scale" && String(fields.images.shape) !== String([height, width, 3]))
      throw new DataError(
        `${name}: its images are ${fields.images.shape.join("×")}, the detector sees ${height}×${width}×3`,
      );
    const own = classes ? this.#labelsOf(name, classes) : this.classes.map((_, label) => label);
    for await (const { fields: batch } of batches(examples, { batchSize })) {
      const found = boxesIn(await this.#program(how)(batch.images as Tensor), how.most);
      const truths = await trueBoxesOf(batch as { readonly [field: string]: Tensor });
      yield found.map((boxes, n) => ({
        found: boxes,
        truths: truths[n].map((one) => ({ ...one, label: own[one.label] })),
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
    const checkpoint = await checkpointOf(this.network, { input: inputOf(this), data });
    return { ...checkpoint, notes: notesOf(this.sees) };
  }

  /**
   * Writes it to a file, which `detection.load` reads.
   *
   * @param place  as of `save`: in Node a path
   * @throws WeightsError  one line: nothing can be written there
   */
  async save(place: string | URL): Promise<void> {
    await save(place, this.checkpoint());
  }
}

interface RunBoxes {
  readonly [name: string]: ArrayLike<number>;
}

interface OnePicture {
  readonly found: readonly Omit<Found, "picture">[];
  readonly truths: readonly Omit<TrueBox, "picture">[];
}

/** Of each picture of a batch what was found. */
function boxesIn({ boxes, scores, labels }: RunBoxes, most: number): Omit<Found, "picture">[][] {
  return Array.from({ length: labels.length / most }, (_, n) =>
    Array.from({ length: most }, (_, r) => n * most + r)
      .filter((at) => labels[at] >= 0)
      .map((at) => ({
        label: labels[at],
        score: scores[at],
        box: [0, 1, 2, 3].map((side) => boxes[4 * at + side]) as unknown as Corners,
      })),
  );
}

/** Where one is asked for. */
export const someDetector = rule(
  "a detector, as of `detection.train` and `load`",
  (value) => value instanceof Detector,
);

/** The shape of what its network takes. */
export const inputOf = ({ network, sees }: Pick<Detector, "network" | "sees">): Checkpoint["input"] =>
  isFasterRcnn(network) ? network.inputShape! : [...sees.size, 3];

export const notesOf = ({ size, fit }: DetectorFit) => ({ task: "detection", size: [...size], fit });

/**
 * Reads a detector from a file that `save` of one, or `receptive detect train`, has written.
 *
 * @param source  in Node a path; an address, a Blob, a File, a Response, or bytes
 * @throws WeightsError or SafetensorsError, one line that names the file
 */
export async function load(source: FileSource, options: FetchOptions = {}): Promise<Detector> {
  return detectorOf(await loadCheckpoint(source, options));
}

/** Edges that a network of this sort takes. */
export const isEdge = (value: unknown): boolean =>
  fromOneOn.holds(value) && (value as number) % sizesBy === 0 && (value as number) <= 4096;

/** The detector of a checkpoint. @throws WeightsError where it is of something else */
export function detectorOf(checkpoint: Checkpoint): Detector {
  const { data, input } = checkpoint;
  const { notes, damaged } = keptNotes<ReturnType<typeof notesOf>>(checkpoint, {
    task: "detection",
    what: "detector of objects",
    from: "detection.train and detect train",
  });
  const { size, fit } = notes;
  if (fit !== "contain" && fit !== "stretch" && fit !== "scale")
    throw damaged(`pictures fit into it by ${said(fit)}`);
  const [holds, expected] =
    fit === "scale"
      ? [fromOneOn.holds, "[shorter, longer], whole numbers"]
      : [isEdge, `[height, width], multiples of ${sizesBy}`];
  if (!Array.isArray(size) || size.length !== 2 || !size.every(holds))
    throw damaged(`it sees ${said(size)}, expected ${expected}`);
  const sees = { size: [size[0], size[1]], fit } as DetectorFit;
  if (fit !== "scale" && String([...sees.size, 3]) !== String(input))
    throw damaged(`it sees ${[...sees.size, 3].join("×")}, and its network takes ${said(input)}`);
  return new Detector(modelOf<BoxNetwork>(checkpoint, boxLayers), sees, data.classes, data.name);
}
