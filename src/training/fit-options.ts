import type { Augment } from "../data/batches.js";
import type { Mixup } from "../data/mixup.js";
import type { Loss } from "../losses/index.js";
import type { Model } from "../nn/index.js";
import type { Optimizer, Schedule } from "../optim/index.js";
import type { AverageOptions } from "./averaging.js";
import type { Checkpoint } from "./checkpoint.js";
import type { Snapshot } from "./fit-events.js";
import type { FreezingOptions } from "./freezing.js";
import type { Objective } from "./objective.js";
import type { Target } from "./target.js";
import type { TrainingSource } from "./training-data.js";

/** What {@link fit} trains for, how, for how long, and what it keeps. */
export interface FitOptions extends FreezingOptions {
  /** Of pictures with classes the loss alone says what to train for; of anything else an objective does. */
  loss?: Loss;
  /** What the loss compares outputs with: the pictures' classes if left out. */
  target?: Target;
  /** In the place of loss and target: `objectives.several(…)`, say, or one of your own. */
  objective?: Objective;
  optimizer: Optimizer;
  /**
   * Learning rate by step, counted from 0 over the whole run, by what the epochs came to, and by the examples that were
   * shown; the optimizer's own if left out.
   */
  schedule?: Schedule;
  /** Epochs of the whole run, those before a resumed checkpoint included. */
  epochs: number;
  batchSize?: number;
  /** Leave out a last batch that is smaller than the others: batch normalisation learns nothing from a single one. */
  dropLast?: boolean;
  /**
   * In how many parts a batch is computed, one after the other: it needs the memory of one part, and comes to the same,
   * but for batch normalisation and dropout, which see their part alone. 1 if left out.
   */
  accumulate?: number;
  /** Shorten gradients that are longer than this, all parameters together. */
  clipNorm?: number;
  /** Hold each number of a gradient between −clipValue and clipValue. */
  clipValue?: number;
  /**
   * Follow the weights by an exponential moving average: with it epochs are validated, and it is what checkpoints and the
   * model have at the end.
   */
  average?: AverageOptions;
  /** Weights, the order of examples, dropout and augmentation all follow from it. */
  seed?: number;
  /** A data set to measure each epoch by, or the share of the training examples to set apart for that. */
  validation?: TrainingSource | number;
  /**
   * Ends the run after `patience` epochs in which the loss has not fallen by more than `minDelta`; with `by: "score"`, in
   * which the objective's best score has not got better by as much.
   */
  earlyStopping?: { patience: number; minDelta?: number; by?: "loss" | "score" };
  /**
   * However the run ends, the model gets the weights of its best epoch: of the best validation score that the objective
   * names, the accuracy, say (among equals, and where there is none, of the lower loss), or of the lowest training loss
   * where nothing is validated.
   */
  keepBest?: boolean;
  /** Ends the run after the step at hand. */
  signal?: AbortSignal;
  augment?: Augment;
  /** Shows pictures mixed with others of their batch, and takes the loss of both classes. */
  mixup?: Mixup;
  /** Hands over what is needed to resume: after each epoch, each so many steps or examples, and at the end. */
  checkpoint?: {
    every: "epoch" | number | { readonly examples: number };
    /** The training waits for it. */
    save: (checkpoint: Checkpoint) => void | Promise<void>;
  };
  /** Looks at the model as it learns, every so many steps: what is seen comes with the step's event. */
  snapshots?: {
    every: number;
    /** `explain.snapshot`, say, of the layer that you want to see. */
    take: (model: Model) => Snapshot | Promise<Snapshot>;
  };
  /**
   * Goes on where this checkpoint was taken. Without a seed or batch size, those of the checkpoint hold. With another batch
   * size the schedule goes on at the same share of the run; within an epoch it must divide the examples that were shown.
   */
  resume?: Checkpoint;
}
