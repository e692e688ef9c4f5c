import { compose, randomAffine } from "../../data/augment.js";
import { colourJitter } from "../../data/augment-colour.js";
import { randomFlip } from "../../data/augment-parts.js";
import type { Augment } from "../../data/augmentation.js";
import { augmented } from "../../data/augmented.js";
import { DataError } from "../../data/dataset.js";
import { type Examples, isExamples } from "../../data/examples.js";
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { belowOne, flag, oneOf, positive, rule } from "../../door/rules.js";
import type { Picture } from "../../images/picture.js";
import { adamW } from "../../optim/adam.js";
import type { Checkpoint } from "../../training/checkpoint.js";
import { fit } from "../../training/fit.js";
import type { FitEvent } from "../../training/fit-events.js";
import type { FitOptions } from "../../training/fit-options.js";
import type { AnnotatedPicture } from "../annotations/annotated.js";
import { boxExamples } from "../annotations/box-examples.js";
import { type PictureFit, surround } from "../annotations/fitted.js";
import { type DetectionData, someDetectionData } from "../detection/detector.js";
import { withNotes } from "../kept-notes.js";
import { fromOne, risingAndFalling, trainingRules } from "../picture-training.js";
import { sizesBy } from "../places-encoder.js";
import { checkSize, inputOf, isEdge, Localiser, localiserOf, notesOf } from "./localiser.js";
import { type LocalisationNetworkOptions, localisationNetwork } from "./model.js";
import { localisationObjective } from "./objective.js";

/** As what {@link train} shows pictures, how it changes them, and for how long it trains. */
export interface LocalisationTrainingOptions extends Omit<LocalisationNetworkOptions, "classes"> {
  /** [height, width] of what the network sees, multiples of 16; [128, 128] if left out. Of examples it is their own. */
  size?: readonly [height: number, width: number];
  /** "contain", so if left out: pictures keep their proportions, the rest is grey; or "stretch". */
  fit?: PictureFit["fit"];
  /** Pictures in training are up to so many times as large or as small; 1.2 if left out, 1 for none. */
  zoom?: number;
  /** They are moved by up to such a share of their edges; 0.1 if left out. */
  shift?: number;
  /** By how much brightness, contrast and saturation change at most; 0.2 if left out. */
  colours?: number;
  /** Half of them are shown as in a mirror; if left out they are. */
  mirror?: boolean;
  /** Other changes, in the place of all these; boxes go with them. */
  augment?: Augment;
  /** Passes over the pictures; so many that there are 3,000 steps if left out, 8 to 200. */
  epochs?: number;
  /** 16 if left out. */
  batchSize?: number;
  /** The highest learning rate of AdamW; 0.002 if left out. */
  lr?: number;
  /** 0.005 if left out. */
  weightDecay?: number;
  /** Measured after each epoch. */
  validation?: DetectionData;
  /** The weights of the epoch that localised most of `validation` are kept; those of the last epoch if left out. */
  keepBest?: boolean;
  /** The pixels of an annotated picture; read from its `file` if left out. */
  read?: (picture: AnnotatedPicture) => Picture | Promise<Picture>;
  seed?: number;
  /** Hands over what `localisation.load` reads and `resume` goes on from: after each epoch, or each so many steps, and at the end. */
  checkpoint?: FitOptions["checkpoint"];
  /**
   * Goes on where this checkpoint was taken, on the same pictures: with its network and as what it sees them; options of those
   * are passed over.
   */
  resume?: Checkpoint;
  /** Ends the training after the step at hand. */
  signal?: AbortSignal;
  /** What has been made, before the first step. */
  onBegin?: (beginning: LocalisationBeginning) => void | Promise<void>;
  /** Each step and each epoch; the training waits for it. */
  onEvent?: (event: FitEvent) => void | Promise<void>;
}

/** What a training begins with. */
export interface LocalisationBeginning {
  readonly localiser: Localiser;
  readonly epochs: number;
  readonly batchSize: number;
  /** What it is shown: pictures as they are in training, with their boxes. */
  readonly examples: Examples;
}

const rules = {
  size: rule(
    `[height, width], multiples of ${sizesBy} up to 4096`,
    (value) => Array.isArray(value) && value.length === 2 && value.every(isEdge),
  ),
  fit: oneOf("contain", "stretch"),
  width: positive,
  dropout: belowOne,
  zoom: fromOne,
  shift: belowOne,
  colours: belowOne,
  mirror: flag,
  validation: someDetectionData,
  ...trainingRules,
} as const;

/**
 * Trains a network to tell the largest object of a picture, and where it is.
 *
 *     const { train, test } = await annotations.openAnnotations("pets");
 *     const localiser = await localisation.train(train);
 *     const { errors, weak } = await localiser.evaluate(test);
 *
 * @param data  annotated pictures, or examples with the fields `images`, `boxes`, `labels` and maybe `ignored`
 * @throws DataError where there are no pictures, no classes, or examples of a size that is no multiple of 16
 * @throws TrainingError where the loss is no longer a number
 */
export async function train(
  data: DetectionData,
  given: LocalisationTrainingOptions = {},
): Promise<Localiser> {
  checkArgument("train", "what is given", data, someDetectionData);
  const options = optionsOf("train", given, rules);
  const { lr = 0.002, weightDecay = 0.005, seed = 0, batchSize = 16 } = options;
  const { validation, keepBest, checkpoint, resume, onBegin, onEvent } = options;
  const localiser = resume ? localiserOf(resume) : made(data, options);
  const { network, sees, classes } = localiser;
  const whole = examplesOf(data, localiser, options);
  if (whole.length === 0) throw new DataError(`${data.name}: has no pictures`);
  const examples = augmented(whole, options.augment ?? changesOf(sees, options));
  const steps = Math.ceil(whole.length / batchSize);
  const epochs = options.epochs ?? Math.min(200, Math.max(8, Math.round(3000 / steps)));
  await onBegin?.({ localiser, epochs, batchSize, examples });
  const all = steps * epochs;
  const first = Math.min(300, Math.floor(all / 10));
  const training = {
    objective: localisationObjective(),
    optimizer: adamW({ lr, weightDecay }),
    schedule: risingAndFalling(lr, { steps: all, first }),
    clipNorm: 10,
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
    ...(validation && { validation: examplesOf(validation, localiser, options) }),
  };
  for await (const event of fit(network, examples, training)) await onEvent?.(event);
  return localiser;
}

/** Annotated pictures in the size that the localiser sees; examples as they are, if that is theirs. */
function examplesOf(
  data: DetectionData,
  { sees, classes }: Localiser,
  { read }: Pick<LocalisationTrainingOptions, "read">,
): Examples {
  const named = data.classes;
  if (named && String(named) !== String(classes))
    throw new DataError(
      `${data.name}: its classes are ${named.join(", ") || "none"}, those of the localiser ${classes.join(", ")}`,
    );
  if (!isExamples(data)) return boxExamples(data, { ...sees, ...(read ? { read } : {}) });
  checkSize(data, sees);
  return data;
}

/** The edge of what a network sees, where nobody says it. */
const usualEdge = 128;

/** A localiser that has learned nothing yet. */
function made(data: DetectionData, options: LocalisationTrainingOptions): Localiser {
  const classes = data.classes ?? [];
  if (classes.length === 0) throw new DataError(`${data.name}: has no classes`);
  const sees: PictureFit = {
    size: isExamples(data) ? sizeOf(data) : (options.size ?? [usualEdge, usualEdge]),
    fit: isExamples(data) ? "stretch" : (options.fit ?? "contain"),
  };
  const { width, dropout } = options;
  const network = localisationNetwork({
    classes: classes.length,
    ...(width === undefined ? {} : { width }),
    ...(dropout === undefined ? {} : { dropout }),
  });
  network.build(inputOf(sees), { seed: options.seed ?? 0 });
  return new Localiser(network, sees, classes, data.name);
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

function changesOf({ size }: PictureFit, options: LocalisationTrainingOptions): Augment {
  const { zoom = 1.2, shift = 0.1, colours = 0.2, mirror = true } = options;
  return compose(
    randomAffine({ scale: [1 / zoom, zoom], shift: shift * Math.min(...size), background: surround }),
    ...(mirror ? [randomFlip()] : []),
    ...(colours > 0 ? [colourJitter({ brightness: colours, contrast: colours, saturation: colours })] : []),
  );
}
