import type { Tensor } from "../tensor/tensor.js";
import type { Scores, Standing } from "./objective.js";

/** A model while it learns: the filters of a convolution, and what they make of one picture. */
export interface Snapshot {
  readonly layer: string;
  /** kH×kW×C×F */
  readonly filters: Tensor;
  /** 1×h×w×F */
  readonly maps?: Tensor;
}

/**
 * Epochs and steps count from 1. Losses and scores are those of the epoch so far, named as the objective names them.
 */
export type FitEvent = StepEvent | EpochEvent | DoneEvent;

/** How good a model is. */
export interface Measured extends Omit<Standing, "scores"> {
  /** Where the objective has any. */
  readonly scores?: Scores;
  /** Of objectives that have it: the same as among the scores. */
  readonly accuracy?: number;
}

/** A step is done. */
export interface StepEvent extends Measured {
  kind: "step";
  epoch: number;
  step: number;
  /** Steps of an epoch. */
  steps: number;
  /** Over the last seconds; examples of any kind. */
  imagesPerSecond: number;
  /** The share of the last seconds in which steps waited for data, 0 to 1. */
  waiting: number;
  lr: number;
  /** The filters and maps of this moment, in those steps for which they were asked. */
  snapshot?: Snapshot;
}

/** An epoch is done, and its validation. */
export interface EpochEvent extends Measured {
  kind: "epoch";
  epoch: number;
  validation?: Measured;
  /** Of training, without validation. */
  seconds: number;
}

/** The training has ended: the last event. */
export interface DoneEvent {
  kind: "done";
  reason: "finished" | "stopped early" | "aborted";
  /** Finished ones. */
  epochs: number;
  /** The epoch whose weights the model has, where the best were kept. */
  bestEpoch?: number;
  /** Of training, without validation, over the whole run. */
  seconds: number;
  imagesPerSecond: number;
}

/** Without anything else that a measurement may hold. */
export function measured({ loss, losses, scores }: Standing): Measured {
  const accuracy: number | undefined = scores.accuracy;
  return {
    loss,
    ...(losses ? { losses } : {}),
    ...(accuracy === undefined ? {} : { accuracy }),
    ...(Object.keys(scores).length > 0 ? { scores } : {}),
  };
}
