/** What a page chooses by name: losses, optimizers, schedules, augmentations and layers, as plain data. */
import type {
  colourJitter,
  cutout,
  pcaLighting,
  randomAffine,
  randomCrop,
  randomShift,
} from "../data/index.js";
import type * as losses from "../losses/index.js";
import type { LayerDescription, LayerOptions, ModelDescription } from "../nn/index.js";
import type {
  AdadeltaOptions,
  AdagradOptions,
  AdamOptions,
  cosine,
  LazyRowsOptions,
  MaxNormOptions,
  OptimizerDescription,
  oneCycle,
  plateau,
  RmspropOptions,
  SgdOptions,
  step,
  warmUp,
} from "../optim/index.js";

/** `{ name: "focal", gamma: 3 }`; the name alone where its options may all be left out. */
type Choice<Options> = {
  [Name in keyof Options]:
    | ({ readonly name: Name } & Options[Name])
    | (object extends Options[Name] ? Name : never);
}[keyof Options];

/** What a worker of one's own offers under this name (`serve`), and what it is made with. */
export interface Own {
  readonly own: string;
  readonly [option: string]: unknown;
}

type None = Record<never, never>;
type First<F> = F extends (first: infer Options, ...more: never) => unknown ? NonNullable<Options> : never;
type Second<F> = F extends (first: never, second: infer Options) => unknown ? NonNullable<Options> : never;

type Losses = typeof losses;
type MadeOfOptions = Exclude<keyof Losses, "partsOf" | "regularised" | "l1Penalty" | "l2Penalty">;

/** Every loss of the library by what it takes. */
export type LossOptions = {
  [Name in MadeOfOptions]: Parameters<Losses[Name]> extends [] ? None : First<Losses[Name]>;
} & {
  regularised: { readonly loss: LossChoice; readonly penalties: readonly PenaltyChoice[] };
};
/** A loss by its name and options, or one of the worker's own. */
export type LossChoice = Choice<LossOptions> | Own;

/** A penalty by its name and factor. */
export interface PenaltyChoice {
  readonly name: "l1Penalty" | "l2Penalty";
  readonly factor: number;
}

export interface OptimizerOptions {
  adadelta: AdadeltaOptions;
  adagrad: AdagradOptions;
  adam: AdamOptions;
  adamW: AdamOptions;
  clipNorm: { readonly optimizer: OptimizerChoice; readonly norm: number };
  clipValue: { readonly optimizer: OptimizerChoice; readonly value: number };
  lazyRows: { readonly optimizer: OptimizerChoice } & LazyRowsOptions;
  maxNorm: { readonly optimizer: OptimizerChoice } & MaxNormOptions;
  rmsprop: RmspropOptions;
  sgd: SgdOptions;
}
/** Also what `optimizer.describe()` says. */
export type OptimizerChoice = Choice<OptimizerOptions> | OptimizerDescription | Own;

export interface ScheduleOptions {
  constant: { readonly lr: number };
  cosine: First<typeof cosine>;
  oneCycle: First<typeof oneCycle>;
  plateau: First<typeof plateau>;
  step: First<typeof step>;
  warmUp: { readonly schedule: ScheduleChoice } & Second<typeof warmUp>;
}
/** A schedule by its name and options, or one of the worker's own. */
export type ScheduleChoice = Choice<ScheduleOptions> | Own;

export interface AugmentOptions {
  colourJitter: First<typeof colourJitter>;
  cutout: { readonly size: number } & Second<typeof cutout>;
  pcaLighting: First<typeof pcaLighting>;
  randomAffine: First<typeof randomAffine>;
  randomCrop: First<typeof randomCrop>;
  randomFlip: None;
  randomShift: { readonly pixels: number } & Second<typeof randomShift>;
}
/** An augmentation by its name and options, or one of the worker's own. */
export type AugmentChoice = Choice<AugmentOptions> | Own;

/** The layers within a layer may be chosen likewise. */
type WithChoices<Options> = {
  [Name in keyof Options]: Options[Name] extends readonly LayerDescription[] | undefined
    ? readonly LayerChoice[]
    : Options[Name] extends LayerDescription | undefined
      ? LayerChoice
      : Options[Name];
};

/**
 * `{ type: "conv2d", filters: 6, kernel: 5 }`, the type alone where it has no options (`"relu"`), or what a layer's
 * description says.
 */
export type LayerChoice =
  | {
      [Type in keyof LayerOptions]:
        | ({ readonly type: Type; readonly name?: string } & WithChoices<LayerOptions[Type]>)
        | (object extends LayerOptions[Type] ? Type : never);
    }[keyof LayerOptions]
  | LayerDescription;

/**
 * A model by its name in `models.registry` ("lenet5"), as a list of layers, by what `model.describe()` says, or of a
 * worker of one's own.
 */
export type ModelChoice =
  | string
  | { readonly name?: string; readonly layers: readonly LayerChoice[] }
  | ModelDescription
  | Own;
