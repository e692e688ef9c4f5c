/** Learning rates over the steps of training. Steps are counted from 0. */
import { checkedCount, checkedOption } from "./optimizer.js";

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

/** The same in every step. */
export function constant(lr: number): Schedule {
  checkedOption("constant", "lr", lr);
  return () => lr;
}

/** lr · factor^⌊step / every⌋ */
export function step({ lr, every, factor = 0.1 }: { lr: number; every: number; factor?: number }): Schedule {
  checkedOption("step", "lr", lr);
  checkedCount("step", "every", every);
  checkedOption("step", "factor", factor);
  return (step) => lr * factor ** Math.floor(step / every);
}

/**
 * Half a cosine wave from lr at step 0 down to `final` at step `steps` and from then on.
 * Loshchilov, Hutter: SGDR, ICLR 2017, arXiv:1608.03983, equation 5, without restarts.
 */
export function cosine({ lr, steps, final = 0 }: { lr: number; steps: number; final?: number }): Schedule {
  checkedOption("cosine", "lr", lr);
  checkedCount("cosine", "steps", steps);
  checkedOption("cosine", "final", final);
  return (step) => final + ((lr - final) * (1 + Math.cos(Math.PI * Math.min(1, step / steps)))) / 2;
}

/**
 * Rises in equal parts during the first `steps` steps, to where the schedule begins; it counts its own
 * steps from 0.
 * Goyal et al.: Accurate, Large Minibatch SGD, arXiv:1706.02677, section 2.2.
 */
export function warmUp(schedule: Schedule, { steps }: { steps: number }): Schedule {
  if (typeof schedule !== "function")
    throw new TypeError(`warmUp: the schedule is ${schedule}, expected one such as constant(0.1)`);
  checkedCount("warmUp", "steps", steps, 0);
  return (step, epochs) =>
    step < steps ? (schedule(0, epochs) * (step + 1)) / (steps + 1) : schedule(step - steps, epochs);
}

/**
 * One cycle: half a cosine wave up from lr / divide to lr during the first `share` of the steps, and another one down
 * to lr / (divide · finalDivide) at the last, with the numbers of PyTorch's OneCycleLR.
 * Smith, Topin: Super-Convergence, arXiv:1708.07120, section 3.
 */
export function oneCycle({
  lr,
  steps,
  share = 0.3,
  divide = 25,
  finalDivide = 1e4,
}: {
  lr: number;
  steps: number;
  share?: number;
  divide?: number;
  finalDivide?: number;
}): Schedule {
  if (!(share > 0 && share < 1)) throw new RangeError(`oneCycle: share is ${share}, expected 0 < share < 1`);
  checkedOption("oneCycle", "lr", lr);
  checkedCount("oneCycle", "steps", steps);
  for (const [name, value] of Object.entries({ divide, finalDivide }))
    if (!(value > 0 && Number.isFinite(value)))
      throw new RangeError(`oneCycle: ${name} is ${value}, expected a number above 0`);
  const [first, last] = [lr / divide, lr / divide / finalDivide];
  const top = share * steps - 1;
  const end = steps - 1;
  const between = (from: number, to: number, way: number): number =>
    to + ((from - to) * (1 + Math.cos(Math.PI * Math.min(1, way)))) / 2;
  return (step) => {
    if (step <= top) return between(first, lr, step / Math.max(top, Number.MIN_VALUE));
    return between(lr, last, (step - top) / Math.max(end - top, Number.MIN_VALUE));
  };
}

/**
 * Falls by a factor whenever the loss has not fallen for more than `patience` epochs: the validation loss, or the
 * training loss where nothing is validated. An epoch counts as better where its loss is below (1 − threshold) times
 * the lowest so far, as in PyTorch's ReduceLROnPlateau.
 */
export function plateau({
  lr,
  factor = 0.1,
  patience = 10,
  threshold = 1e-4,
  cooldown = 0,
  lowest: least = 0,
}: {
  lr: number;
  factor?: number;
  patience?: number;
  threshold?: number;
  /** Epochs after each fall in which none is counted. */
  cooldown?: number;
  /** The learning rate falls no further than this. */
  lowest?: number;
}): Schedule {
  if (!(factor > 0 && factor < 1))
    throw new RangeError(`plateau: factor is ${factor}, expected 0 < factor < 1`);
  checkedOption("plateau", "lr", lr);
  checkedCount("plateau", "patience", patience, 0);
  checkedOption("plateau", "threshold", threshold, { below: 1 });
  checkedCount("plateau", "cooldown", cooldown, 0);
  checkedOption("plateau", "lowest", least);
  return (_, epochs = []) => {
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
}
