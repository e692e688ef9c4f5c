import { compose, randomAffine } from "../../data/augment.js";
import { colourJitter } from "../../data/augment-colour.js";
import { randomFlip } from "../../data/augment-parts.js";
import type { Augment } from "../../data/augmentation.js";
import { augmented } from "../../data/augmented.js";
import { DataError } from "../../data/dataset.js";
import { type Examples, isExamples } from "../../data/examples.js";
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { belowOne, callback, flag, list, oneOf, positive, rule } from "../../door/rules.js";
import { said } from "../../door/said.js";
import type { Picture } from "../../images/picture.js";
import { crossEntropy } from "../../losses/cross-entropy.js";
import { focal } from "../../losses/focal.js";
import type { Loss } from "../../losses/loss.js";
import type * as nn from "../../nn/index.js";
import { adamW } from "../../optim/adam.js";
import type { Checkpoint } from "../../training/checkpoint.js";
import { fit } from "../../training/fit.js";
import type { FitEvent } from "../../training/fit-events.js";
import type { FitOptions } from "../../training/fit-options.js";
import { segmentation } from "../../training/objectives/segmentation.js";
import type { AnnotatedPicture, Annotations } from "../annotations/annotated.js";
import { surround } from "../annotations/fitted.js";
import { vocPalette } from "../annotations/labels.js";
import { examplesBy, someSize } from "../annotations/mask-examples.js";
import { notCounted, pixelLabels } from "../annotations/pixel-labels.js";
import type { WindowFit } from "../annotations/windows.js";
import { withNotes } from "../kept-notes.js";
import { fromOne, risingAndFalling, trainingRules } from "../picture-training.js";
import { type ClassWeights, classWeights, countPixels, type PixelCounts } from "./class-weights.js";
import { dice } from "./dice.js";
import { beginInterpolating } from "./networks/fcn.js";
import type { SegmentationNetwork } from "./networks/nodes.js";
import { segmentationNetwork } from "./networks/small.js";
import { withBackbone } from "./networks/stages.js";
import {
  inputOf,
  labelsFor,
  notesOf,
  type SegmentationData,
  Segmenter,
  segmenterOf,
  someSegmentationData,
} from "./segmenter.js";

/** As what {@link train} shows pictures, how it changes them, and for how long it trains. */
export interface SegmentationTrainingOptions {
  /**
   * [height, width] of what the network sees; in the proportions of most pictures with a longer edge of at most 480 if left out.
   * Of examples it is their own.
   */
  size?: readonly [height: number, width: number];
  /**
   * "contain", so if left out: pictures keep their proportions, the rest is grey and does not count; "stretch"; or "tiles": parts
   * of this size, of pictures as large as they are.
   */
  fit?: WindowFit["fit"];
  /** Names of the classes in the order of the maps' labels, where the annotations have none; their numbers if left out. */
  classes?: readonly string[];
  /** Labels of maps that do not count, beside 255: [11]. */
  ignore?: readonly number[];
  /** Filters are so many times as many; 1 if left out. */
  width?: number;
  /** A network that it stands on, one of `models`, with what it has learned where it is built. */
  backbone?: nn.Model;
  /** Another network, such as `segmentation.unet`: pictures to scores of the classes, as large as they are. */
  network?: SegmentationNetwork;
  /** "crossEntropy", so if left out, "focal" or "dice"; or one of your own, which must ignore 255. */
  loss?: "crossEntropy" | "focal" | "dice" | Loss;
  /**
   * How much the pixels of each class count in cross entropy: "root" of how rare it is, so if left out, "median" of frequencies,
   * "none", or a number for each.
   */
  weights?: ClassWeights | readonly number[];
  /** Pictures in training are enlarged by up to so much; 1.4 if left out, 1 for none. */
  zoom?: number;
  /** They are moved by up to such a share of their edges; 0.1 if left out. */
  shift?: number;
  /** By how much brightness, contrast and saturation change at most; 0.2 if left out. */
  colours?: number;
  /** Half of them are shown as in a mirror; if left out they are. */
  mirror?: boolean;
  /** Other changes, in the place of all these; maps go with them. */
  augment?: Augment;
  /** Passes over the pictures; so many that there are 1,000 steps if left out, 8 to 100. */
  epochs?: number;
  /** 5 if left out. */
  batchSize?: number;
  /** The highest learning rate of AdamW; 0.002 if left out. */
  lr?: number;
  /** 0.01 if left out. */
  weightDecay?: number;
  /**
   * The network has the mean of its weights over the last steps: so much of the mean stays in each step, and less in the first
   * ones. 0.99 if left out, 0 for the weights of the last step.
   */
  average?: number;
  /** Measured after each epoch, as the network sees it. */
  validation?: SegmentationData;
  /** The weights of the epoch whose `validation` had the highest mIoU are kept; those of the last epoch if left out. */
  keepBest?: boolean;
  /** The pixels of an annotated picture; read from its `file` if left out. */
  read?: (picture: AnnotatedPicture) => Picture | Promise<Picture>;
  seed?: number;
  /** Hands over what `segmentation.load` reads and `resume` goes on from: after each epoch, or each so many steps, and at the end. */
  checkpoint?: FitOptions["checkpoint"];
  /**
   * Goes on where this checkpoint was taken, on the same pictures: with its network and as what it sees them; options of those
   * are passed over.
   */
  resume?: Checkpoint;
  /** Ends the training after the step at hand. */
  signal?: AbortSignal;
  /** What has been made, before the first step. */
  onBegin?: (beginning: SegmentationBeginning) => void | Promise<void>;
  /** Each step and each epoch; the training waits for it. */
  onEvent?: (event: FitEvent) => void | Promise<void>;
}

/** What a training begins with. */
export interface SegmentationBeginning {
  readonly segmenter: Segmenter;
  readonly epochs: number;
  readonly batchSize: number;
  /** What it is shown: pictures as they are in training, with their maps; of a place and an epoch always the same. */
  readonly examples: Examples;
  /** How often classes are; of many pictures in some of them. */
  readonly pixels: PixelCounts;
  /** How much the pixels of each class count; 1 of other losses than cross entropy. */
  readonly weights: readonly number[];
}

const rules = {
  size: someSize,
  fit: oneOf("contain", "stretch", "tiles"),
  classes: list("names"),
  ignore: list("labels"),
  width: positive,
  backbone: 1,
  network: callback,
  loss: rule(
    '"crossEntropy", "focal", "dice" or a loss',
    (value) => ["crossEntropy", "focal", "dice"].includes(value as string) || callback.holds(value),
  ),
  weights: rule(
    '"root", "median", "none" or a number for each class',
    (value) => ["root", "median", "none"].includes(value as string) || Array.isArray(value),
  ),
  zoom: fromOne,
  shift: belowOne,
  colours: belowOne,
  mirror: flag,
  average: belowOne,
  validation: someSegmentationData,
  ...trainingRules,
} as const;

/**
 * Trains a network to label pixels.
 *
 *     const { train, val } = await annotations.openAnnotations("camvid");
 *     const segmenter = await segmentation.train(train, { ignore: [11] });
 *     const { mIoU } = await segmenter.evaluate(val);
 *
 * @param data  annotated pictures with maps of labels or masks of objects, or examples with the fields `images` (H×W×3) and `map`
 *     (H×W, 255 where a pixel does not count); of those that have `labels` of objects, too, the class 0 is the ground
 * @throws DataError where there are no pictures, no classes, or what a picture is labelled with does not fit
 * @throws TrainingError where the loss is no longer a number
 */
export async function train(
  data: SegmentationData,
  given: SegmentationTrainingOptions = {},
): Promise<Segmenter> {
  checkArgument("train", "what is given", data, someSegmentationData);
  const options = optionsOf("train", given, rules);
  const { lr = 0.002, weightDecay = 0.01, average = 0.99, seed = 0, batchSize = 5 } = options;
  const { validation, keepBest, checkpoint, resume, onBegin, onEvent } = options;
  const segmenter = resume ? segmenterOf(resume) : await made(data, options);
  const { network, sees, classes } = segmenter;
  const whole = await examplesOf(data, segmenter, options);
  if (whole.length === 0) throw new DataError(`${data.name}: has no pictures`);
  const pixels = await countPixels(whole, classes.length);
  if (pixels.pixels === 0) throw new DataError(`${data.name}: has no pixel that counts`);
  const weights = weightsBy(options, pixels);
  const examples = augmented(whole, options.augment ?? changesOf(sees, options), { ignored: notCounted });
  const steps = Math.ceil(whole.length / batchSize);
  const epochs = options.epochs ?? Math.min(100, Math.max(8, Math.round(1000 / steps)));
  await onBegin?.({ segmenter, epochs, batchSize, examples, pixels, weights });
  const all = steps * epochs;
  const first = Math.min(200, Math.floor(all / 20));
  const training = {
    objective: segmentation(lossBy(options, weights), { inputs: ["images"], target: "map" }),
    optimizer: adamW({ lr, weightDecay }),
    schedule: risingAndFalling(lr, { steps: all, first }),
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
        notes: notesOf(segmenter),
      }),
    }),
    ...(validation && { validation: await examplesOf(validation, segmenter, options) }),
  };
  for await (const event of fit(network, examples, training)) await onEvent?.(event);
  return segmenter;
}

/** @throws TypeError where weights are said of a loss that has none, or for other classes */
function weightsBy(
  { loss = "crossEntropy", weights }: Pick<SegmentationTrainingOptions, "loss" | "weights">,
  pixels: PixelCounts,
): readonly number[] {
  if (loss !== "crossEntropy") {
    if (weights !== undefined && weights !== "none")
      throw new TypeError(
        `train: weights are for the loss "crossEntropy", and the loss is ${typeof loss === "string" ? said(loss) : "one of your own"}`,
      );
    return pixels.counts.map(() => 1);
  }
  if (weights === undefined || typeof weights === "string") return classWeights(pixels, weights ?? "root");
  if (weights.length !== pixels.counts.length)
    throw new TypeError(`train: there are ${weights.length} weights for ${pixels.counts.length} classes`);
  return weights;
}

function lossBy({ loss = "crossEntropy" }: SegmentationTrainingOptions, weights: readonly number[]): Loss {
  if (typeof loss === "function") return loss;
  if (loss === "dice") return dice({ ignore: notCounted, smooth: 1 });
  if (loss === "focal") return focal({ ignore: notCounted });
  return crossEntropy({ ignore: notCounted, weights });
}

/** Annotated pictures in the size that the segmenter sees; examples as they are, if that is theirs. */
async function examplesOf(
  data: SegmentationData,
  { sees, classes, ignore }: Segmenter,
  { read }: Pick<SegmentationTrainingOptions, "read">,
): Promise<Examples> {
  if (!isExamples(data)) {
    const labels = await labelsFor(data, { classes, ignore });
    return examplesBy(data.name, labels, { ...sees, ...(read ? { read } : {}) });
  }
  const { images, map } = data.fields;
  const shape = inputOf(sees);
  if (String(images.shape) !== String(shape) || String(map.shape) !== String(sees.size))
    throw new DataError(
      `${data.name}: its images are ${images.shape.join("×")} and its maps ${map.shape.join("×")}, expected ${shape.join("×")} and ${sees.size.join("×")}`,
    );
  // Boxes and what else is there would be moved for nothing.
  return {
    ...data,
    fields: { images, map: { ...map, holds: "mask" } },
    async at(places, draw) {
      const values = await data.at(places, draw);
      return { images: values.images, map: values.map };
    },
  };
}

/** A segmenter that has learned nothing yet, but what its backbone has. */
async function made(data: SegmentationData, options: SegmentationTrainingOptions): Promise<Segmenter> {
  const { backbone, seed = 0, ignore = [] } = options;
  const { classes, colours } = isExamples(data)
    ? ofExamples(data, options)
    : await pixelLabels(data, { ignore, ...(options.classes ? { classes: options.classes } : {}) });
  if (classes.length < 2)
    throw new DataError(
      `${data.name}: has ${classes.length === 0 ? "no classes" : "one class"}, expected two or more`,
    );
  if (classes.length > notCounted)
    throw new DataError(`${data.name}: has ${classes.length} classes, expected at most ${notCounted}`);
  const sees: WindowFit = {
    size: isExamples(data) ? sizeOf(data) : (options.size ?? usualSize(data)),
    fit: isExamples(data) ? "stretch" : (options.fit ?? "contain"),
  };
  const network =
    options.network ??
    segmentationNetwork({
      classes: classes.length,
      ...(options.width === undefined ? {} : { width: options.width }),
      ...(backbone ? { backbone } : {}),
    });
  network.build(inputOf(sees), { seed });
  beginInterpolating(network);
  if (backbone) await withBackbone(network, backbone);
  checkScores(network, sees, classes.length);
  return new Segmenter(network, { sees, classes, colours, ignore, trainedOn: data.name });
}

/** @throws DataError where a network of one's own does not say a score of each class for each pixel */
function checkScores(network: SegmentationNetwork, { size }: WindowFit, classes: number): void {
  const output = network.summary(inputOf({ size, fit: "stretch" })).layers.at(-1)?.output ?? [];
  const expected = [...size, classes];
  if (String(output) !== String(expected))
    throw new DataError(
      `train: ${network.name} makes ${output.join("×")} of pictures of ${size.join("×")}, expected ${expected.join("×")}: a score of each class for each pixel`,
    );
}

function ofExamples(
  { name, fields, classes: named = [] }: Examples,
  { classes }: Pick<SegmentationTrainingOptions, "classes">,
): { classes: readonly string[]; colours: Uint8Array } {
  const all = classes ?? (Object.hasOwn(fields, "labels") ? ["background", ...named] : named);
  if (fields.map.dtype !== "u8")
    throw new DataError(`${name}: its maps are ${fields.map.dtype}, expected u8`);
  return { classes: all, colours: vocPalette().slice(0, 3 * all.length) };
}

function sizeOf({ name, fields }: Examples): [number, number] {
  const { shape } = fields.images;
  const [height, width, channels] = shape;
  if (shape.length !== 3 || channels !== 3 || height === null)
    throw new DataError(
      `${name}: its images are ${shape.map((extent) => extent ?? "?").join("×")}, expected H×W×3`,
    );
  return [height, width as number];
}

/** The longer edge of what a network sees, where nobody says it. */
const usualEdge = 480;

/** In the proportions that most pictures have. */
function usualSize({ pictures }: Annotations): [number, number] {
  const middle = (of: (picture: AnnotatedPicture) => number): number =>
    pictures.map(of).sort((a, b) => a - b)[pictures.length >> 1] ?? usualEdge;
  const [height, width] = [middle((one) => one.height), middle((one) => one.width)];
  const scale = Math.min(1, usualEdge / Math.max(height, width));
  return [Math.max(1, Math.round(height * scale)), Math.max(1, Math.round(width * scale))];
}

function changesOf({ size }: WindowFit, options: SegmentationTrainingOptions): Augment {
  const { zoom = 1.4, shift = 0.1, colours = 0.2, mirror = true } = options;
  return compose(
    randomAffine({ scale: [1, zoom], shift: shift * Math.min(...size), background: surround }),
    ...(mirror ? [randomFlip()] : []),
    ...(colours > 0 ? [colourJitter({ brightness: colours, contrast: colours, saturation: colours })] : []),
  );
}
