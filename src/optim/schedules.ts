/** Learning rates over the steps of training. Steps are counted from 0. */
import { optionsOf } from "../door/options.js";
import { belowOne, notNegative, positive, required, wholeOfAtLeast, withinOne } from "../door/rules.js";
import { said } from "../door/said.js";
import { calledAs } from "../tensor/printing.js";

/** What an epoch of training came to. */
export interface EpochScores {
  /** The mean over its steps. */
  readonly loss: number;
  /** On the validation data, where there are any. */
  readonly validation?: { readonly loss: number };
}

/**
 * The learning rate of a step, also from the finished epochs of the run, the oldest first. Any function of this form
 * will do; it should answer the same for the same arguments, so that a resumed run goes on as it would have.
 */
export type Schedule = (step: number, epochs?: readonly EpochScores[]) => number;

const rate = required(notNegative);
const count = required(wholeOfAtLeast(1));

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
 * Half a cosine wave from lr at step 0 down to `final` at step `steps` and from then on.
 * Loshchilov, Hutter: SGDR, ICLR 2017, arXiv:1608.03983, equation 5, without restarts.
 */
export function cosine(options: { lr: number; steps: number; final?: number }): Schedule {
  const {
    lr,
    steps,
    final = 0,
  } = optionsOf("cosine", options, { lr: rate, steps: count, final: notNegative });
  return calledAs(
    (step) => final + ((lr - final) * (1 + Math.cos(Math.PI * Math.min(1, step / steps)))) / 2,
    "cosine",
    options,
  );
}

/**
 * Rises in equal parts during the first `steps` steps, to where the schedule begins; it counts its own
 * steps from 0.
 * Goyal et al.: Accurate, Large Minibatch SGD, arXiv:1706.02677, section 2.2.
 */
export function warmUp(schedule: Schedule, options: { steps: number }): Schedule {
  if (typeof schedule !== "function")
    throw new TypeError(`warmUp: the schedule is ${said(schedule)}, expected one such as constant(0.1)`);
  const { steps } = optionsOf("warmUp", options, { steps: required(wholeOfAtLeast(0)) });
  return calledAs(
    (step, epochs) =>
      step < steps ? (schedule(0, epochs) * (step + 1)) / (steps + 1) : schedule(step - steps, epochs),
    "warmUp",
    schedule,
    options,
  );
}

/**
 * One cycle: half a cosine wave up from lr / divide to lr during the first `share` of the steps, and another one down
 * to lr / (divide · finalDivide) at the last, with the numbers of PyTorch's OneCycleLR.
 * Smith, Topin: Super-Convergence, arXiv:1708.07120, section 3.
 */
export function oneCycle(options: {
  lr: number;
  steps: number;
  share?: number;
  divide?: number;
  finalDivide?: number;
}): Schedule {
  const {
    lr,
    steps,
    share = 0.3,
    divide = 25,
    finalDivide = 1e4,
  } = optionsOf("oneCycle", options, {
    lr: rate,
    steps: count,
    share: withinOne,
    divide: positive,
    finalDivide: positive,
  });
  const [first, last] = [lr / divide, lr / divide / finalDivide];
  const top = share * steps - 1;
  const end = steps - 1;
  const between = (from: number, to: number, way: number): number =>
    to + ((from - to) * (1 + Math.cos(Math.PI * Math.min(1, way)))) / 2;
  const at = (step: number): number => {
    if (step <= top) return between(first, lr, step / Math.max(top, Number.MIN_VALUE));
    return between(lr, last, (step - top) / Math.max(end - top, Number.MIN_VALUE));
  };
  return calledAs(at, "oneCycle", options);
}

/**
 * Falls by a factor whenever the loss has not fallen for more than `patience` epochs: the validation loss, or the
 * training loss where nothing is validated. An epoch counts as better where its loss is below (1 − threshold) times
 * the lowest so far, as in PyTorch's ReduceLROnPlateau.
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
}): Schedule {
  const {
    lr,
    factor = 0.1,
    patience = 10,
    threshold = 1e-4,
    cooldown = 0,
    lowest: least = 0,
  } = optionsOf("plateau", options, {
    lr: rate,
    factor: withinOne,
    patience: wholeOfAtLeast(0),
    threshold: belowOne,
    cooldown: wholeOfAtLeast(0),
    lowest: notNegative,
  });
  const after: Schedule = (_, epochs = []) => {
    let [rate, lowest, waited, resting] = [lr, Number.POSITIVE_INFINITY, 0, 0];
    for (const { loss, validation } of epochs) {
      const now = validation?.loss ?? loss;
      if (now < lowest * (1 - threshold)) [lowest, waited] = [now, 0];
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
