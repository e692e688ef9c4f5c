import { colourJitter } from "../../data/augment-colour.js";
import type { Augment } from "../../data/augmentation.js";
import { augmented } from "../../data/augmented.js";
import { DataError } from "../../data/dataset.js";
import type { Examples } from "../../data/examples.js";
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { belowOne, flag, fromOneOn, notNegative, positive, rule } from "../../door/rules.js";
import type { Picture } from "../../images/picture.js";
import type { AnyNetwork, Layer } from "../../nn/index.js";
import { adamW } from "../../optim/adam.js";
import type { Checkpoint } from "../../training/checkpoint.js";
import { fit } from "../../training/fit.js";
import type { FitEvent } from "../../training/fit-events.js";
import type { FitOptions } from "../../training/fit-options.js";
import { weightsOf } from "../../training/model-weights.js";
import { setVariables } from "../../training/weights-checks.js";
import type { AnnotatedPicture } from "../annotations/annotated.js";
import { withNotes } from "../kept-notes.js";
import { risingAndFalling, trainingRules } from "../picture-training.js";
import { sizesBy } from "../places-encoder.js";
import type { Vocabulary } from "../words/vocabulary.js";
import { Captioner, captionerOf, inputOf, notesOf } from "./captioner.js";
import { areShapes, type CaptionData, captionExamples, captionsOf, someCaptionData } from "./data.js";
import type { CaptionDecoderOptions } from "./decoder.js";
import { captionNetwork } from "./model.js";
import { captionObjective } from "./objective.js";
import { captionVocabulary } from "./sentences.js";

/** What {@link train} shows, of what the network is made, and for how long it trains. */
export interface CaptionTrainingOptions
  extends Pick<CaptionDecoderOptions, "units" | "attention" | "dropout" | "wordDropout"> {
  /**
   * [height, width] of what the network sees, to which pictures are stretched; multiples of 16 unless there is an `encoder`. In
   * the proportions of most pictures with a longer edge of at most 224 if left out; of shapes their own.
   */
  size?: readonly [height: number, width: number];
  /**
   * What sees, in the place of our small network: a network of N×H×W×3 pixels of 0 to 255 to N×h×w×D. If it is built, it begins
   * with its weights, a part of a pretrained one say.
   */
  encoder?: Layer | AnyNetwork;
  /** What the encoder has learned stays as it is. */
  frozen?: boolean;
  /** Filters of the small encoder are so many times as many; 1 if left out. */
  width?: number;
  /** Words that stand in the captions less often are not known; 5 if left out of 5,000 captions and more, else 1. */
  leastCount?: number;
  /** Captions are cut off behind so many words; 24 if left out. */
  longest?: number;
  /** By how much brightness, contrast and saturation change at most in training; 0.15 if left out. */
  colours?: number;
  /** Other changes of pictures, in the place of these. A mirror would make left right. */
  augment?: Augment;
  /** λ: how much it counts that each place is looked at once in all; 0 if left out, 1 in the paper. */
  coverage?: number;
  /** Passes over the captions; so many that there are 4,000 steps if left out, 4 to 100. */
  epochs?: number;
  /** 32 if left out. */
  batchSize?: number;
  /** The highest learning rate of AdamW; 0.001 if left out. */
  lr?: number;
  /** 0.01 if left out. */
  weightDecay?: number;
  /** Measured after each epoch: how surely each word is told after the right ones before it. */
  validation?: CaptionData;
  /** The weights of the epoch that told most words of `validation` rightly are kept; those of the last if left out. */
  keepBest?: boolean;
  /** The pixels of an annotated picture; read from its `file` if left out. */
  read?: (picture: AnnotatedPicture) => Picture | Promise<Picture>;
  seed?: number;
  /** Hands over what `captions.load` reads and `resume` goes on from: after each epoch, or each so many steps, and at the end. */
  checkpoint?: FitOptions["checkpoint"];
  /** Goes on where this checkpoint was taken, on the same captions: with its network and words; options of those are passed over. */
  resume?: Checkpoint;
  /** Ends the training after the step at hand. */
  signal?: AbortSignal;
  /** What has been made, before the first step. */
  onBegin?: (beginning: CaptionBeginning) => void | Promise<void>;
  /** Each step and each epoch; the training waits for it. */
  onEvent?: (event: FitEvent) => void | Promise<void>;
}

/** What a training begins with. */
export interface CaptionBeginning {
  readonly captioner: Captioner;
  readonly epochs: number;
  readonly batchSize: number;
  /** What it is shown: pictures as they are in training, with a caption each. */
  readonly examples: Examples;
}

const rules = {
  size: rule(
    "[height, width], whole numbers from 16 to 4096",
    (value) =>
      Array.isArray(value) &&
      value.length === 2 &&
      value.every((edge) => fromOneOn.holds(edge) && edge >= sizesBy && edge <= 4096),
  ),
  encoder: 1,
  frozen: flag,
  width: positive,
  ...{ attention: fromOneOn, units: fromOneOn, dropout: belowOne, wordDropout: belowOne },
  leastCount: fromOneOn,
  longest: fromOneOn,
  colours: belowOne,
  coverage: notNegative,
  validation: someCaptionData,
  ...trainingRules,
} as const;

/**
 * Trains a network to describe pictures.
 *
 *     const { train, test } = await annotations.openAnnotations("Flickr8k");
 *     const captioner = await captions.train(train);
 *     const { text } = await captioner.predict("dog.jpg");
 *
 * @param data  annotated pictures with captions, or pictures of shapes
 * @throws DataError where there are no captions, or a size that the encoder does not take
 * @throws TrainingError where the loss is no longer a number
 */
export async function train(data: CaptionData, given: CaptionTrainingOptions = {}): Promise<Captioner> {
  checkArgument("train", "what is given", data, someCaptionData);
  const options = optionsOf("train", given, rules);
  const { lr = 0.001, weightDecay = 0.01, coverage, seed = 0, batchSize = 32, read } = options;
  const { validation, keepBest, checkpoint, resume, frozen, onBegin, onEvent } = options;
  const captioner = resume ? captionerOf(resume) : await made(data, options);
  const { network, vocabulary, size, longest } = captioner;
  const shown = { vocabulary, size, longest, ...(read && { read }) };
  const whole = captionExamples(data, shown);
  const changes = options.augment ?? changesOf(options);
  const examples: Examples = changes ? augmented(whole, changes) : whole;
  const steps = Math.ceil(whole.length / batchSize);
  const epochs = options.epochs ?? Math.min(100, Math.max(4, Math.round(4000 / steps)));
  await onBegin?.({ captioner, epochs, batchSize, examples });
  const all = steps * epochs;
  const first = Math.min(300, Math.floor(all / 10));
  const training = {
    objective: captionObjective(coverage === undefined ? {} : { coverage }),
    optimizer: adamW({ lr, weightDecay }),
    schedule: risingAndFalling(lr, { steps: all, first }),
    clipNorm: 5,
    ...(frozen ? { trained: "decoder" } : {}),
    epochs,
    batchSize,
    seed,
    signal: options.signal,
    keepBest,
    resume,
    ...(checkpoint && {
      checkpoint: withNotes(checkpoint, {
        data: { name: data.name, classes: [] },
        notes: notesOf(captioner),
      }),
    }),
    ...(validation && { validation: captionExamples(validation, shown) }),
  };
  for await (const event of fit(network, examples, training)) await onEvent?.(event);
  return captioner;
}

/**
 * The words of captions, by number: those that stand in them often enough.
 * @param options  `leastCount`: how often; 5 times if left out of 5,000 captions and more, else once
 * @throws DataError where there are none
 */
export function vocabularyFor(data: CaptionData, options: { leastCount?: number } = {}): Vocabulary {
  checkArgument("vocabularyFor", "what is given", data, someCaptionData);
  const { leastCount } = optionsOf("vocabularyFor", options, { leastCount: fromOneOn });
  const all = captionsOf(data).flat();
  if (all.length === 0) throw new DataError(`${data.name}: has no captions`);
  return captionVocabulary(all, { leastCount: leastCount ?? (all.length >= 5000 ? 5 : 1) });
}

/** A captioner that has learned nothing yet. */
async function made(data: CaptionData, options: CaptionTrainingOptions): Promise<Captioner> {
  const { encoder, width, longest = 24, seed = 0, leastCount } = options;
  const { units, attention, dropout, wordDropout } = options;
  const vocabulary = vocabularyFor(data, leastCount === undefined ? {} : { leastCount });
  const size = options.size ?? (areShapes(data) ? edgesOf(data) : usualSize(data.pictures));
  if (!encoder && size.some((edge) => edge % sizesBy !== 0))
    throw new DataError(
      `train: pictures are to be ${size[0]}×${size[1]}, expected multiples of ${sizesBy}, by which the small encoder halves them`,
    );
  const given = { units, attention, dropout, wordDropout, width, encoder: encoder as Layer | undefined };
  const network = captionNetwork({
    words: vocabulary.size,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  });
  network.build(inputOf(size) as never, { seed });
  if (encoder && "parameters" in encoder && encoder.inputShape) await begin(network, encoder);
  return new Captioner(network, { vocabulary, size: [size[0], size[1]], longest }, data.name);
}

/** Gives the encoder of a network what another one has learned. */
async function begin(network: AnyNetwork, encoder: AnyNetwork): Promise<void> {
  const own = new Map(
    [...network.parameters, ...network.buffers].filter(([path]) => path.startsWith("places/")),
  );
  const weights = new Map([...(await weightsOf(encoder))].map(([path, one]) => [`places/${path}`, one]));
  setVariables(own, weights, { owner: "train: encoder" });
}

/** The longer edge of what a network sees, where nobody says it. */
const usualEdge = 224;

const edgesOf = ({
  fields,
}: {
  fields: { images: { shape: readonly (number | null)[] } };
}): [number, number] => {
  const [height, width] = fields.images.shape as [number, number];
  return [height, width];
};

/** In the proportions that most pictures have. */
function usualSize(pictures: readonly AnnotatedPicture[]): [number, number] {
  const middle = (of: (picture: AnnotatedPicture) => number): number =>
    pictures.map(of).sort((a, b) => a - b)[pictures.length >> 1] ?? usualEdge;
  const [height, width] = [middle((one) => one.height), middle((one) => one.width)];
  const scale = Math.min(1, usualEdge / Math.max(height, width));
  const edge = (length: number): number =>
    Math.max(sizesBy, sizesBy * Math.round((length * scale) / sizesBy));
  return [edge(height), edge(width)];
}

function changesOf({ colours = 0.15 }: CaptionTrainingOptions): Augment | undefined {
  return colours > 0
    ? colourJitter({ brightness: colours, contrast: colours, saturation: colours })
    : undefined;
}
