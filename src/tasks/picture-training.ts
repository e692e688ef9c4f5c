/** What trainings on pictures have alike: the rules of their options, and a rate that rises and falls. */
import { callback, flag, fromOneOn, notNegative, positive, rule, signal } from "../door/rules.js";
import { cosine, type Schedule, warmUp } from "../optim/schedules.js";

export const trainingRules = {
  augment: callback,
  epochs: fromOneOn,
  batchSize: fromOneOn,
  lr: positive,
  weightDecay: notNegative,
  keepBest: flag,
  read: callback,
  seed: 1,
  signal,
  checkpoint: 1,
  resume: 1,
  onBegin: callback,
  onEvent: callback,
} as const;

/** Of how much larger pictures become. */
export const fromOne = rule(
  "a number of at least 1",
  (value) => Number.isFinite(value) && (value as number) >= 1,
);

/** It rises over the `first` of all steps, and falls to a hundredth. */
export const risingAndFalling = (lr: number, { steps, first }: { steps: number; first: number }): Schedule =>
  warmUp(cosine({ lr, steps: Math.max(1, steps - first), final: lr / 100 }), { steps: first });
