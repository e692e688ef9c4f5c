/** What a training is made of: plain data, as addresses, checkpoints and project files hold it. */
export interface Settings {
  /** The sentence of the network. */
  readonly net: string;
  readonly data: DataName;
  readonly seed: number;
  readonly rate: number;
  readonly momentum: number;
  readonly optimizer: OptimizerName;
  readonly batch: number;
  readonly epochs: number;
  readonly schedule: ScheduleName;
  /** Pictures are turned, shifted and scaled a little each time. */
  readonly augment: boolean;
}

/** LeNet-5 as a sentence (`sentence.ts`). */
export const lenet5 = "c6k5p2-r-m2-c16k5-r-m2-f-d120-r-d84-r-d10";

export const dataNames = ["digits", "mine"] as const;
export type DataName = (typeof dataNames)[number];
export const optimizerNames = ["sgd", "adam", "rmsprop"] as const;
export type OptimizerName = (typeof optimizerNames)[number];
export const scheduleNames = ["constant", "cosine", "step", "one-cycle"] as const;
export type ScheduleName = (typeof scheduleNames)[number];

/** Steps a second; "all" that it can. */
export const speeds = ["1", "5", "25", "all"] as const;
export type Speed = (typeof speeds)[number];

/** Those that may change while it trains; the others begin from the step at hand, or anew. */
export const liveSettings = ["rate", "momentum"] as const;
