import { compose, randomAffine } from "../../data/augment.js";
import { colourJitter } from "../../data/augment-colour.js";
import { randomFlip } from "../../data/augment-parts.js";
import type { Augment } from "../../data/augmentation.js";
import { type AugmentedOptions, augmented } from "../../data/augmented.js";
import { DataError } from "../../data/dataset.js";
import { type Examples, isExamples } from "../../data/examples.js";
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { belowOne, flag, oneOf, positive, recordOf, rule } from "../../door/rules.js";
import { UsageError } from "../../door/usage-error.js";
import type { Picture } from "../../images/picture.js";
import { pathsMeant } from "../../nn/paths.js";
import { adamW } from "../../optim/adam.js";
import type { Checkpoint } from "../../training/checkpoint.js";
import { fit } from "../../training/fit.js";
import type { FitEvent } from "../../training/fit-events.js";
import type { FitOptions } from "../../training/fit-options.js";
import { copyOf, variablesOf } from "../../training/weights.js";
import type { AnnotatedPicture, Annotations } from "../annotations/annotated.js";
import { boxExamples } from "../annotations/box-examples.js";
import { type PictureFit, surround } from "../annotations/fitted.js";
import { withNotes } from "../kept-notes.js";
import { fromOne, risingAndFalling, trainingRules } from "../picture-training.js";
import { type DetectionData, Detector, detectorOf, isEdge, notesOf, someDetectionData } from "./detector.js";
import { fourSteps, trainedIn, withOneBackbone } from "./faster-rcnn/four-steps.js";
import { regionObjective } from "./faster-rcnn/objective.js";
import {
  type RegionNetwork,
  type RegionNetworkOptions,
  regionNetwork,
} from "./faster-rcnn/region-network.js";
import { detectionNetwork, sizesBy } from "./model.js";
import { detectionObjective } from "./objective.js";
import { type BoxNetwork, type DetectorFit, isRegionNetwork } from "./told-boxes.js";

/** As what {@link train} shows pictures, how it changes them, and for how long it trains. */
export interface DetectionTrainingOptions {
  /**
   * [height, width] of what the network sees, multiples of 32; in the proportions of most pictures with a longer edge of at
   * most 320 if left out. Of examples it is their own.
   */
  size?: readonly [height: number, width: number];
  /** "contain", so if left out: pictures keep their proportions, the rest is grey; or "stretch". */
  fit?: PictureFit["fit"];
  /** "one-stage" (`detectionNetwork`), so if left out, or "faster-rcnn" (`regionNetwork`). */
  network?: "one-stage" | "faster-rcnn";
  /**
   * How Faster R-CNN is trained: "joint", so if left out, both halves at once; "4-step", as published: in each of four steps
   * one half, for `epochs` epochs.
   */
  training?: "joint" | "4-step";
  /** Faster R-CNN in numbers. Where the backbone is built, the network begins with its weights. */
  regions?: Omit<RegionNetworkOptions, "classes" | "width" | "apart">;
  /** Layers that keep the weights that they have, by patterns over paths: "backbone/conv1". */
  frozen?: string | readonly string[];
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
  /** Passes over the pictures; so many that there are 4,000 steps of training if left out, 12 to 200. In each step of four. */
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
  /** In all. */
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
  network: oneOf("one-stage", "faster-rcnn"),
  training: oneOf("joint", "4-step"),
  regions: recordOf("of Faster R-CNN's numbers"),
  frozen: rule('a pattern such as "backbone", or a list of them', (value) =>
    [value].flat().every((one) => typeof one === "string"),
  ),
  width: positive,
  zoom: fromOne,
  shift: belowOne,
  colours: belowOne,
  mirror: flag,
  leastVisible: rule("0 ≤ _ ≤ 1", (value) => (value as number) >= 0 && (value as number) <= 1),
  average: belowOne,
  validation: someDetectionData,
  ...trainingRules,
} as const;

/** Better before the first words than after them. */
function checkFrozen({ network }: Detector, frozen: readonly string[]): void {
  if (frozen.length === 0) return;
  try {
    pathsMeant("what is frozen", frozen, [...network.parameters.keys()]);
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(error.message) : error;
  }
}

/**
 * Trains a network to find objects.
 *
 *     const { train, test } = await annotations.openAnnotations("bccd", { skipBad: true });
 *     const detector = await detection.train(train);
 *     const found = await detector.predict("blood.jpg");
 *
 * @param data  annotated pictures, or examples with the fields `images`, `boxes`, `labels` and maybe `ignored`
 * @throws DataError where there are no pictures, no classes, or examples of a size that is no multiple of 32
 * @throws UsageError where what is frozen fits no parameter
 * @throws TrainingError where the loss is no longer a number
 */
export async function train(data: DetectionData, given: DetectionTrainingOptions = {}): Promise<Detector> {
  checkArgument("train", "what is given", data, someDetectionData);
  const options = optionsOf("train", given, rules);
  const { lr = 0.002, weightDecay = 0.0005, average = 0.998, seed = 0, batchSize = 8 } = options;
  const { validation, keepBest, checkpoint, resume, onBegin, onEvent } = options;
  checkNetwork(options);
  const detector = resume ? detectorOf(resume) : await made(data, options);
  const { sees, classes } = detector;
  const whole = examplesOf(data, detector, options);
  if (whole.length === 0) throw new DataError(`${data.name}: has no pictures`);
  const frozen = [options.frozen ?? []].flat();
  checkFrozen(detector, frozen);
  const { leastVisible } = options;
  const how: AugmentedOptions = leastVisible === undefined ? {} : { leastVisible };
  const examples = augmented(whole, options.augment ?? changesOf(sees, options), how);
  const steps = Math.ceil(whole.length / batchSize);
  const epochs = options.epochs ?? Math.min(200, Math.max(12, Math.round(4000 / steps)));
  const parts = partsOf(detector, resume ? stepOf(resume) : options.training === "4-step" ? 1 : undefined);
  await onBegin?.({ detector, epochs: epochs * parts.count, batchSize, examples });
  const all = steps * epochs;
  // A step of few objects is a leap in the beginning, when all places are equally wrong.
  const first = Math.min(500, Math.floor(all / 10));
  const training = {
    optimizer: adamW({ lr, weightDecay }),
    schedule: risingAndFalling(lr, { steps: all, first }),
    clipNorm: 10,
    ...(average > 0 ? { average: { decay: average } } : {}),
    epochs,
    batchSize,
    seed,
    signal: options.signal,
    keepBest,
    ...(validation && { validation: examplesOf(validation, detector, options) }),
  };
  const saved = { data: { name: data.name, classes: [...classes] } };
  let { network } = detector;
  let begun = resume;
  let seconds = 0;
  for (let at = parts.first; at <= parts.count; at++) {
    const step = parts.count > 1 ? fourSteps[at - 1] : undefined;
    const isDone = (begun?.training?.epoch ?? 0) >= epochs && at < parts.count;
    const notes = step ? { ...notesOf(sees), step: at } : notesOf(sees);
    const trained = trainedIn(step, frozen);
    const events = isDone
      ? []
      : fit(network, examples, {
          ...training,
          objective: isRegionNetwork(network)
            ? regionObjective(step && { halves: step.halves })
            : detectionObjective(),
          resume: begun,
          ...(trained && { trained }),
          ...(checkpoint && { checkpoint: withNotes(checkpoint, { ...saved, notes }) }),
        });
    for await (const event of events) {
      const isAborted = event.kind === "done" && event.reason === "aborted";
      if (event.kind === "done") seconds += event.seconds;
      // Of four steps the last one's end is the end.
      if (event.kind === "done" && at < parts.count && !isAborted) continue;
      await onEvent?.(numbered(event, { before: (at - 1) * epochs, seconds }));
      if (isAborted) return withNetwork(detector, network);
    }
    begun = undefined;
    if (step?.apart && !fourSteps[at].apart) network = await withOneBackbone(network as RegionNetwork, seed);
  }
  return withNetwork(detector, network);
}

/** @throws TypeError where options of Faster R-CNN are given, and another network is trained */
function checkNetwork({ network = "one-stage", training, regions, resume }: DetectionTrainingOptions): void {
  if (network === "faster-rcnn" || resume) return;
  for (const [name, value] of Object.entries({ training, regions }))
    if (value !== undefined)
      throw new TypeError(`train: ${name} is of network "faster-rcnn", this one is "${network}"`);
}

/** In how many parts a network is trained, and with which a training begins; of those of four steps that is known. */
function partsOf({ network }: Detector, step: number | undefined): { first: number; count: number } {
  if (!isRegionNetwork(network) || step === undefined) return { first: 1, count: 1 };
  return { first: step, count: fourSteps.length };
}

/** At which of four steps a training was. */
function stepOf({ notes }: Checkpoint): number | undefined {
  const { step } = (notes ?? {}) as { step?: unknown };
  return typeof step === "number" && fourSteps[step - 1] ? step : undefined;
}

/** An event of one part as one of the whole. */
function numbered(event: FitEvent, { before, seconds }: { before: number; seconds: number }): FitEvent {
  if (event.kind !== "done") return { ...event, epoch: before + event.epoch };
  const { bestEpoch } = event;
  return {
    ...event,
    epochs: before + event.epochs,
    ...(bestEpoch === undefined ? {} : { bestEpoch: before + bestEpoch }),
    seconds,
  };
}

const withNetwork = (detector: Detector, network: BoxNetwork): Detector =>
  detector.network === network
    ? detector
    : new Detector(network, detector.sees, detector.classes, detector.trainedOn);

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
  if (!isExamples(data)) return boxExamples(data, { ...trainedSize(sees), ...(read ? { read } : {}) });
  const { shape } = data.fields.images;
  const [height, width] = sees.size;
  if (String(shape) !== String([height, width, 3]))
    throw new DataError(
      `${data.name}: its images are ${shape.join("×")}, the detector sees ${height}×${width}×3`,
    );
  return data;
}

/** @throws DataError where each picture is seen in a size of its own */
function trainedSize(sees: DetectorFit): PictureFit {
  if (sees.fit === "scale")
    throw new DataError("train: this detector sees pictures each in its own size; it is not trained here");
  return sees;
}

/** A detector that has learned nothing yet. */
async function made(data: DetectionData, options: DetectionTrainingOptions): Promise<Detector> {
  const classes = data.classes ?? [];
  if (classes.length === 0) throw new DataError(`${data.name}: has no classes`);
  const sees: PictureFit = {
    size: isExamples(data) ? sizeOf(data) : (options.size ?? usualSize(data)),
    fit: isExamples(data) ? "stretch" : (options.fit ?? "contain"),
  };
  const { seed = 0, regions } = options;
  const how = {
    classes: classes.length,
    ...(options.width === undefined ? {} : { width: options.width }),
  };
  const network: BoxNetwork =
    options.network === "faster-rcnn"
      ? regionNetwork({ ...regions, ...how, apart: options.training === "4-step" })
      : detectionNetwork(how);
  network.build([...sees.size, 3] as never, { seed });
  if (regions?.backbone?.inputShape) await beginWith(network, regions.backbone);
  return new Detector(network, sees, classes, data.name);
}

/** Gives a network what its backbone has learned, in both where there are two. */
async function beginWith(
  network: BoxNetwork,
  backbone: RegionNetworkOptions["backbone"] & object,
): Promise<void> {
  const learned = await copyOf(variablesOf(backbone));
  for (const [path, variable] of variablesOf(network)) {
    const own = learned.get(path.replace(/^(backbone|proposer)\//, ""));
    if (/^(backbone|proposer)\//.test(path) && own) variable.set(own.data);
  }
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

function changesOf({ size }: Pick<DetectorFit, "size">, options: DetectionTrainingOptions): Augment {
  const { zoom = 1.3, shift = 0.1, colours = 0.2, mirror = true } = options;
  return compose(
    randomAffine({ scale: [1 / zoom, zoom], shift: shift * Math.min(...size), background: surround }),
    ...(mirror ? [randomFlip()] : []),
    ...(colours > 0 ? [colourJitter({ brightness: colours, contrast: colours, saturation: colours })] : []),
  );
}
