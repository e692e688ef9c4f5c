/** What a worker of one's own offers beside what the library has. */
import type { AnyDataset, Augment, Splits } from "../data/index.js";
import type { Loss } from "../losses/index.js";
import type { Model, OwnLayers } from "../nn/index.js";
import type { Optimizer, Schedule } from "../optim/index.js";

type Named<Made> = {
  // Written as a method: each takes the options that it wants.
  readonly [name: string]: { make(options: object): Made }["make"];
};

/**
 * Each by a name of its own, made of the options that the page gives beside: `{ own: "mine", gamma: 2 }` calls
 * `losses.mine({ gamma: 2 })`.
 */
export interface Offer {
  readonly models?: Named<Model>;
  readonly losses?: Named<Loss>;
  readonly optimizers?: Named<Optimizer>;
  readonly schedules?: Named<Schedule>;
  readonly augmentations?: Named<Augment>;
  /** One data set, or one to train on and one to test. */
  readonly data?: Named<AnyDataset | Splits<AnyDataset> | Promise<AnyDataset | Splits<AnyDataset>>>;
  /** For models that are described with layers of one's own. */
  readonly layers?: OwnLayers;
}
