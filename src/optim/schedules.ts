/** Learning rates over the course of training: by its steps or by its examples, counted from 0. */
import { optionsOf } from "../door/options.js";
import {
  belowOne,
  flag,
  notNegative,
  positive,
  required,
  text,
  wholeOfAtLeast,
  withinOne,
} from "../door/rules.js";
import { said } from "../door/said.js";
import { calledAs } from "../tensor/printing.js";

/** What an epoch came to: its loss, and its scores by name. */
export type Scored = { readonly loss: number; readonly scores?: { readonly [name: string]: number } };

/** What an epoch of training came to. */
export interface EpochScores extends Scored {
  /** On the validation data, where there are any. */
  readonly validation?: Scored;
}

/**
 * The learning rate of a step, also from the finished epochs of the run, the oldest first, and the examples that were
 * shown before the step. Any function of this form will do; it should answer the same for the same arguments, so that a
 * resumed run goes on as it would have. In a run that was resumed with batches of another size, steps are counted as if it
 * had had them from the beginning.
 */
export type Schedule = (step: number, epochs?: readonly EpochScores[], examples?: number) => number;

const rate = required(notNegative);
const count = wholeOfAtLeast(1);

/** How long something takes: in steps, or in examples, which are the same for batches of any size. */
export type Length =
  | { readonly steps: number; readonly examples?: undefined }
  | { readonly examples: number; readonly steps?: undefined };

/** How far a run is, in the unit of a length. */
function passedOf(speaker: string, { steps, examples }: Partial<Record<"steps" | "examples", number>>) {
  if ((steps === undefined) === (examples === undefined))
    throw new TypeError(`${speaker}: expected either steps or examples, a whole number from 1 on`);
  return (step: number, shown = Number.NaN): number => (steps === undefined ? shown : step);
}

/** The same in every step. */
export function constant(lr: number): Schedule {
  optionsOf("constant", { lr }, { lr: rate });
  return calledAs(() => lr, "constant", lr);
}

/** lr · factor^⌊step / every⌋ */
export function step(options: { lr: number; every: number; factor?: number }): Schedule {
  const {
    lr,
    every,
    factor = 0.1,
  } = optionsOf("step", options, { lr: rate, every: required(wholeOfAtLeast(1)), factor: notNegative });
  return calledAs((step) => lr * factor ** Math.floor(step / every), "step", options);
}

/**
 * Half a cosine wave from lr at step 0 down to `final` at step `steps`, or after so many `examples`, and from then on.
 * Loshchilov, Hutter: SGDR, ICLR 2017, arXiv:1608.03983, equation 5, without restarts.
 */
export function cosine(options: { lr: number; final?: number } & Length): Schedule {
  const {
    lr,
    steps,
    examples,
    final = 0,
  } = optionsOf<{ lr: number; final?: number; steps?: number; examples?: number }>("cosine", options, {
    lr: rate,
    steps: count,
    examples: count,
    final: notNegative,
  });
  const passed = passedOf("cosine", options);
  const all = steps ?? examples!;
  return calledAs(
    (step, _, shown) =>
      final + ((lr - final) * (1 + Math.cos(Math.PI * Math.min(1, passed(step, shown) / all)))) / 2,
    "cosine",
    options,
  );
}

/**
 * Rises in equal parts during the first `steps` steps, or `examples`, to where the schedule begins; it counts its own
 * from 0, in the same unit.
 * Goyal et al.: Accurate, Large Minibatch SGD, arXiv:1706.02677, section 2.2.
 */
export function warmUp(schedule: Schedule, options: Length): Schedule {
  if (typeof schedule !== "function")
    throw new TypeError(`warmUp: the schedule is ${said(schedule)}, expected one such as constant(0.1)`);
  const { steps, examples } = optionsOf<{ steps?: number; examples?: number }>("warmUp", options, {
    steps: wholeOfAtLeast(0),
    examples: wholeOfAtLeast(0),
  });
  const passed = passedOf("warmUp", { steps, examples });
  const all = steps ?? examples!;
  return calledAs(
    (step, epochs, shown) => {
      const now = passed(step, shown);
      if (now < all) return (schedule(0, epochs, 0) * (now + 1)) / (all + 1);
      return steps === undefined ? schedule(step, epochs, now - all) : schedule(now - all, epochs, shown);
    },
    "warmUp",
    schedule,
    options,
  );
}

/**
 * One cycle: half a cosine wave up from lr / divide to lr during the first `share` of the steps (or examples), and another one down
 * to lr / (divide · finalDivide) at the last, with the numbers of PyTorch's OneCycleLR.
 * Smith, Topin: Super-Convergence, arXiv:1708.07120, section 3.
 */
export function oneCycle(
  options: { lr: number; share?: number; divide?: number; finalDivide?: number } & Length,
): Schedule {
  const {
    lr,
    steps,
    examples,
    share = 0.3,
    divide = 25,
    finalDivide = 1e4,
  } = optionsOf<{
    lr: number;
    steps?: number;
    examples?: number;
    share?: number;
    divide?: number;
    finalDivide?: number;
  }>("oneCycle", options, {
    lr: rate,
    steps: count,
    examples: count,
    share: withinOne,
    divide: positive,
    finalDivide: positive,
  });
  const [first, last] = [lr / divide, lr / divide / finalDivide];
  const passed = passedOf("oneCycle", options);
  // Of steps the last one is where it ends.
  const beforeEnd = steps === undefined ? 0 : 1;
  const all = steps ?? examples!;
  const top = share * all - beforeEnd;
  const end = all - beforeEnd;
  const between = (from: number, to: number, way: number): number =>
    to + ((from - to) * (1 + Math.cos(Math.PI * Math.min(1, way)))) / 2;
  const at: Schedule = (step, _, shown) => {
    const now = passed(step, shown);
    if (now <= top) return between(first, lr, now / Math.max(top, Number.MIN_VALUE));
    return between(lr, last, (now - top) / Math.max(end - top, Number.MIN_VALUE));
  };
  return calledAs(at, "oneCycle", options);
}

/**
 * Falls by a factor whenever the loss has not fallen for more than `patience` epochs: the validation loss, or the
 * training loss where nothing is validated. An epoch counts as better where its loss is below (1 − threshold) times
 * the lowest so far, as in PyTorch's ReduceLROnPlateau. With `score` it is one of the objective's scores that has not got
 * better: risen above (1 + threshold) times the highest so far or, where `higher` is false, fallen as a loss has to.
 */
export function plateau(options: {
  lr: number;
  factor?: number;
  patience?: number;
  threshold?: number;
  /** Epochs after each fall in which none is counted. */
  cooldown?: number;
  /** The learning rate falls no further than this. */
  lowest?: number;
  /** A score of the objective by its name, `accuracy`; the loss if left out. */
  score?: string;
  /** Whether a higher score is a better one; it is if left out. */
  higher?: boolean;
}): Schedule {
  const {
    lr,
    factor = 0.1,
    patience = 10,
    threshold = 1e-4,
    cooldown = 0,
    lowest: least = 0,
    score,
    higher = true,
  } = optionsOf("plateau", options, {
    lr: rate,
    factor: withinOne,
    patience: wholeOfAtLeast(0),
    threshold: belowOne,
    cooldown: wholeOfAtLeast(0),
    lowest: notNegative,
    score: text,
    higher: flag,
  });
  const sign = score !== undefined && higher ? -1 : 1;
  const after: Schedule = (_, epochs = []) => {
    let [rate, lowest, waited, resting] = [lr, Number.POSITIVE_INFINITY, 0, 0];
    for (const epoch of epochs) {
      const now = sign * waitedFor(epoch.validation ?? epoch, score);
      // Of what shall rise the negative shall fall.
      if (now < lowest * (1 - sign * threshold)) [lowest, waited] = [now, 0];
      else waited++;
      if (resting > 0) [resting, waited] = [resting - 1, 0];
      if (waited > patience) {
        rate = Math.max(least, rate * factor);
        [resting, waited] = [cooldown, 0];
      }
    }
    return rate;
  };
  return calledAs(after, "plateau", options);
}

/** @throws RangeError where the objective has no such score */
function waitedFor({ loss, scores = {} }: Scored, score: string | undefined): number {
  if (score === undefined) return loss;
  if (score in scores) return scores[score];
  throw new RangeError(
    `plateau: there is no score "${score}"; there is ${Object.keys(scores).join(", ") || "none"}`,
  );
}
