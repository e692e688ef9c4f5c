import { compose, randomAffine } from "../../data/augment.js";
import { colourJitter } from "../../data/augment-colour.js";
import { randomFlip } from "../../data/augment-parts.js";
import type { Augment } from "../../data/augmentation.js";
import { type AugmentedOptions, augmented } from "../../data/augmented.js";
import { DataError } from "../../data/dataset.js";
import { type Examples, isExamples } from "../../data/examples.js";
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { belowOne, callback, flag, fromOneOn, oneOf, positive, rule, signal } from "../../door/rules.js";
import type { Picture } from "../../images/picture.js";
import { adamW } from "../../optim/adam.js";
import { cosine, warmUp } from "../../optim/schedules.js";
import type { Checkpoint } from "../../training/checkpoint.js";
import { fit } from "../../training/fit.js";
import type { FitEvent } from "../../training/fit-events.js";
import type { FitOptions } from "../../training/fit-options.js";
import type { AnnotatedPicture, Annotations } from "../annotations/annotated.js";
import { boxExamples } from "../annotations/box-examples.js";
import { type PictureFit, surround } from "../annotations/fitted.js";
import { withNotes } from "../kept-notes.js";
import {
  type DetectionData,
  Detector,
  detectorOf,
  inputOf,
  isEdge,
  notesOf,
  someDetectionData,
} from "./detector.js";
import { detectionNetwork, sizesBy } from "./model.js";
import { detectionObjective } from "./objective.js";

/** As what {@link train} shows pictures, how it changes them, and for how long it trains. */
export interface DetectionTrainingOptions {
  /**
   * [height, width] of what the network sees, multiples of 32; in the proportions of most pictures with a longer edge of at
   * most 320 if left out. Of examples it is their own.
   */
  size?: readonly [height: number, width: number];
  /** "contain", so if left out: pictures keep their proportions, the rest is grey; or "stretch". */
  fit?: PictureFit["fit"];
  /** Filters are so many times as many; 1 if left out. */
  width?: number;
  /** Pictures in training are up to so many times as large or as small; 1.3 if left out, 1 for none. */
  zoom?: number;
  /** They are moved by up to such a share of their edges; 0.1 if left out. */
  shift?: number;
  /** By how much brightness, contrast and saturation change at most; 0.2 if left out. */
  colours?: number;
  /** Half of them are shown as in a mirror; if left out they are. */
  mirror?: boolean;
  /** Other changes, in the place of all these; boxes go with them. */
  augment?: Augment;
  /** A box of which less than this share is left in a changed picture is dropped; 0.25 if left out. */
  leastVisible?: number;
  /** Passes over the pictures; so many that there are 4,000 steps if left out, 12 to 200. */
  epochs?: number;
  /** 8 if left out. */
  batchSize?: number;
  /** The highest learning rate of AdamW; 0.002 if left out. */
  lr?: number;
  /** 0.0005 if left out. */
  weightDecay?: number;
  /**
   * The network has the mean of its weights over the last steps: so much of the mean stays in each step, and less in the first
   * ones. 0.998 if left out, 0 for the weights of the last step.
   */
  average?: number;
  /** Measured after each epoch. */
  validation?: DetectionData;
  /** The weights of the epoch whose `validation` had the highest mAP are kept; those of the last epoch if left out. */
  keepBest?: boolean;
  /** The pixels of an annotated picture; read from its `file` if left out. */
  read?: (picture: AnnotatedPicture) => Picture | Promise<Picture>;
  seed?: number;
  /** Hands over what `detection.load` reads and `resume` goes on from: after each epoch, or each so many steps, and at the end. */
  checkpoint?: FitOptions["checkpoint"];
  /**
   * Goes on where this checkpoint was taken, on the same pictures: with its network and as what it sees them; options of those
   * are passed over.
   */
  resume?: Checkpoint;
  /** Ends the training after the step at hand. */
  signal?: AbortSignal;
  /** What has been made, before the first step. */
  onBegin?: (beginning: DetectionBeginning) => void | Promise<void>;
  /** Each step and each epoch; the training waits for it. */
  onEvent?: (event: FitEvent) => void | Promise<void>;
}

/** What a training begins with. */
export interface DetectionBeginning {
  readonly detector: Detector;
  readonly epochs: number;
  readonly batchSize: number;
  /** What it is shown: pictures as they are in training, with their boxes; of a place and an epoch always the same. */
  readonly examples: Examples;
}

const rules = {
  size: rule(
    `[height, width], multiples of ${sizesBy} up to 4096`,
    (value) => Array.isArray(value) && value.length === 2 && value.every(isEdge),
  ),
  fit: oneOf("contain", "stretch"),
  width: positive,
  zoom: rule("a number of at least 1", (value) => Number.isFinite(value) && (value as number) >= 1),
  shift: belowOne,
  colours: belowOne,
  mirror: flag,
  augment: callback,
  leastVisible: rule("0 ≤ _ ≤ 1", (value) => (value as number) >= 0 && (value as number) <= 1),
  epochs: fromOneOn,
  batchSize: fromOneOn,
  lr: positive,
  weightDecay: rule("a number of at least 0", (value) => Number.isFinite(value) && (value as number) >= 0),
  average: belowOne,
  validation: someDetectionData,
  keepBest: flag,
  read: callback,
  seed: 1,
  signal,
  onBegin: callback,
  checkpoint: 1,
  resume: 1,
  onEvent: callback,
} as const;

/**
 * Trains a network to find objects.
 *
 *     const { train, test } = await annotations.openAnnotations("bccd", { skipBad: true });
 *     const detector = await detection.train(train);
 *     const found = await detector.predict("blood.jpg");
 *
 * @param data  annotated pictures, or examples with the fields `images`, `boxes`, `labels` and maybe `ignored`
 * @throws DataError where there are no pictures, no classes, or examples of a size that is no multiple of 32
 * @throws TrainingError where the loss is no longer a number
 */
export async function train(data: DetectionData, given: DetectionTrainingOptions = {}): Promise<Detector> {
  checkArgument("train", "what is given", data, someDetectionData);
  const options = optionsOf("train", given, rules);
  const { lr = 0.002, weightDecay = 0.0005, average = 0.998, seed = 0, batchSize = 8 } = options;
  const { validation, keepBest, checkpoint, resume, onBegin, onEvent } = options;
  const detector = resume ? detectorOf(resume) : made(data, options);
  const { network, sees, classes } = detector;
  const whole = examplesOf(data, detector, options);
  if (whole.length === 0) throw new DataError(`${data.name}: has no pictures`);
  const { leastVisible } = options;
  const how: AugmentedOptions = leastVisible === undefined ? {} : { leastVisible };
  const examples = augmented(whole, options.augment ?? changesOf(sees, options), how);
  const steps = Math.ceil(whole.length / batchSize);
  const epochs = options.epochs ?? Math.min(200, Math.max(12, Math.round(4000 / steps)));
  await onBegin?.({ detector, epochs, batchSize, examples });
  const all = steps * epochs;
  // A step of few objects is a leap in the beginning, when all places are equally wrong.
  const first = Math.min(500, Math.floor(all / 10));
  const training = {
    objective: detectionObjective(),
    optimizer: adamW({ lr, weightDecay }),
    schedule: warmUp(cosine({ lr, steps: Math.max(1, all - first), final: lr / 100 }), { steps: first }),
    clipNorm: 10,
    ...(average > 0 ? { average: { decay: average } } : {}),
    epochs,
    batchSize,
    seed,
    signal: options.signal,
    keepBest,
    resume,
    ...(checkpoint && {
      checkpoint: withNotes(checkpoint, {
        data: { name: data.name, classes: [...classes] },
        notes: notesOf(sees),
      }),
    }),
    ...(validation && { validation: examplesOf(validation, detector, options) }),
  };
  for await (const event of fit(network, examples, training)) await onEvent?.(event);
  return detector;
}

/** Annotated pictures in the size that the detector sees; examples as they are, if that is theirs. */
function examplesOf(
  data: DetectionData,
  { sees, classes }: Detector,
  { read }: Pick<DetectionTrainingOptions, "read">,
): Examples {
  const named = data.classes;
  if (named && String(named) !== String(classes))
    throw new DataError(
      `${data.name}: its classes are ${named.join(", ") || "none"}, those of the detector ${classes.join(", ")}`,
    );
  if (!isExamples(data)) return boxExamples(data, { ...sees, ...(read ? { read } : {}) });
  const { shape } = data.fields.images;
  if (String(shape) !== String(inputOf(sees)))
    throw new DataError(
      `${data.name}: its images are ${shape.join("×")}, the detector sees ${inputOf(sees).join("×")}`,
    );
  return data;
}

/** A detector that has learned nothing yet. */
function made(data: DetectionData, options: DetectionTrainingOptions): Detector {
  const classes = data.classes ?? [];
  if (classes.length === 0) throw new DataError(`${data.name}: has no classes`);
  const sees: PictureFit = {
    size: isExamples(data) ? sizeOf(data) : (options.size ?? usualSize(data)),
    fit: isExamples(data) ? "stretch" : (options.fit ?? "contain"),
  };
  const network = detectionNetwork({
    classes: classes.length,
    ...(options.width === undefined ? {} : { width: options.width }),
  });
  network.build(inputOf(sees), { seed: options.seed ?? 0 });
  return new Detector(network, sees, classes, data.name);
}

function sizeOf({ name, fields }: Examples): [number, number] {
  const { shape } = fields.images;
  const [height, width, channels] = shape;
  if (shape.length !== 3 || channels !== 3 || !isEdge(height) || !isEdge(width))
    throw new DataError(
      `${name}: its images are ${shape.map((extent) => extent ?? "?").join("×")}, expected H×W×3 of which both edges are multiples of ${sizesBy}`,
    );
  return [height as number, width as number];
}

/** The longer edge of what a network sees, where nobody says it. */
const usualEdge = 320;

/** In the proportions that most pictures have. */
function usualSize({ pictures }: Annotations): [number, number] {
  const middle = (of: (picture: AnnotatedPicture) => number): number =>
    pictures.map(of).sort((a, b) => a - b)[pictures.length >> 1] ?? usualEdge;
  const [height, width] = [middle((one) => one.height), middle((one) => one.width)];
  const scale = Math.min(1, usualEdge / Math.max(height, width));
  const edge = (length: number): number => Math.max(sizesBy, sizesBy * Math.ceil((length * scale) / sizesBy));
  return [edge(height), edge(width)];
}

function changesOf({ size }: PictureFit, options: DetectionTrainingOptions): Augment {
  const { zoom = 1.3, shift = 0.1, colours = 0.2, mirror = true } = options;
  return compose(
    randomAffine({ scale: [1 / zoom, zoom], shift: shift * Math.min(...size), background: surround }),
    ...(mirror ? [randomFlip()] : []),
    ...(colours > 0 ? [colourJitter({ brightness: colours, contrast: colours, saturation: colours })] : []),
  );
}
