/** What a page has chosen by name, made. */
import {
  type Augment,
  colourJitter,
  compose,
  cutout,
  pcaLighting,
  randomAffine,
  randomCrop,
  randomFlip,
  randomShift,
} from "../data/index.js";
import { said } from "../door/said.js";
import { suggestion } from "../door/spelling.js";
import * as losses from "../losses/index.js";
import { registered } from "../models/index.js";
import { DescriptionError, fromDescription, type LayerDescription, type Model } from "../nn/index.js";
import * as optim from "../optim/index.js";
import type {
  AugmentChoice,
  AugmentOptions,
  LayerChoice,
  LossChoice,
  LossOptions,
  ModelChoice,
  OptimizerChoice,
  OptimizerOptions,
  Own,
  PenaltyChoice,
  ScheduleChoice,
  ScheduleOptions,
} from "./choices.js";
import type { Offer } from "./offer.js";

type Makers<Options, Made> = { readonly [Name in keyof Options]: (options: Options[Name]) => Made };

// All that are made of options alone: a new one is there unasked.
const { partsOf, regularised, l1Penalty, l2Penalty, ...ofOptions } = losses;

export class Maker {
  readonly #offer: Offer;

  constructor(offer: Offer) {
    this.#offer = offer;
  }

  readonly #losses: Makers<LossOptions, losses.Loss> = {
    ...ofOptions,
    regularised: ({ loss, penalties }) => regularised(this.loss(loss), ...penalties.map(penalty)),
  };

  readonly #optimizers: Makers<OptimizerOptions, optim.Optimizer> = {
    adadelta: optim.adadelta,
    adagrad: optim.adagrad,
    adam: optim.adam,
    adamW: optim.adamW,
    clipNorm: ({ optimizer, ...options }) => optim.clipNorm(this.optimizer(optimizer), options),
    clipValue: ({ optimizer, ...options }) => optim.clipValue(this.optimizer(optimizer), options),
    lazyRows: ({ optimizer, ...options }) => optim.lazyRows(this.optimizer(optimizer), options),
    maxNorm: ({ optimizer, ...options }) => optim.maxNorm(this.optimizer(optimizer), options),
    rmsprop: optim.rmsprop,
    sgd: optim.sgd,
  };

  readonly #schedules: Makers<ScheduleOptions, optim.Schedule> = {
    constant: ({ lr }) => optim.constant(lr),
    cosine: optim.cosine,
    oneCycle: optim.oneCycle,
    plateau: optim.plateau,
    step: optim.step,
    warmUp: ({ schedule, ...length }) => optim.warmUp(this.schedule(schedule), length),
  };

  readonly #augmentations: Makers<AugmentOptions, Augment> = {
    colourJitter,
    cutout: ({ size, ...options }) => cutout(size, options),
    pcaLighting,
    randomAffine,
    randomCrop,
    randomFlip,
    randomShift: ({ pixels, ...options }) => randomShift(pixels, options),
  };

  loss = (choice: LossChoice): losses.Loss =>
    this.#made("loss", choice, this.#losses, this.#offer.losses ?? {});

  optimizer = (choice: OptimizerChoice): optim.Optimizer =>
    this.#made("optimizer", choice, this.#optimizers, this.#offer.optimizers ?? {});

  schedule = (choice: ScheduleChoice): optim.Schedule =>
    this.#made("schedule", choice, this.#schedules, this.#offer.schedules ?? {});

  augment = (choice: AugmentChoice | readonly AugmentChoice[]): Augment =>
    Array.isArray(choice)
      ? compose(...choice.map(this.augment))
      : this.#made("augment", choice as AugmentChoice, this.#augmentations, this.#offer.augmentations ?? {});

  /** @param classes  how many there shall be, of a model by its name */
  model(choice: ModelChoice, { classes }: { classes?: number } = {}): Model {
    if (typeof choice === "string") return registered(choice).make({ classes });
    if (isOwn(choice)) return this.#own("model", choice, this.#offer.models ?? {});
    if (typeof choice === "object" && choice !== null && "layers" in choice) {
      const { name = "model", layers } = choice;
      const description = { type: "sequential", name, options: { layers: described(layers) } } as const;
      return fromDescription(description, this.#offer.layers);
    }
    return fromDescription(choice, this.#offer.layers);
  }

  #made<Options, Made>(
    what: string,
    choice: unknown,
    makers: Makers<Options, Made>,
    own: { readonly [name: string]: (options: never) => Made },
  ): Made {
    if (isOwn(choice)) return this.#own(what, choice, own);
    const names = Object.keys(makers);
    const { name, options, ...flat } = (typeof choice === "string" ? { name: choice } : (choice ?? {})) as {
      name?: unknown;
      options?: object;
    };
    if (typeof name !== "string")
      throw new TypeError(
        `worker: ${what} is ${said(choice)}, expected ${names.map(quoted).join(", ")}, or { name, …options }`,
      );
    if (!Object.hasOwn(makers, name))
      throw new TypeError(
        `worker: there is no ${what} ${quoted(name)}${suggestion(name, names) || `; there is ${names.map(quoted).join(", ")}`}`,
      );
    const make = makers[name as keyof Options] as (options: object) => Made;
    return make({ ...options, ...flat });
  }

  #own<Made>(
    what: string,
    { own: name, ...options }: Own,
    offered: { readonly [name: string]: (options: never) => Made },
  ): Made {
    if (!Object.hasOwn(offered, name))
      throw new TypeError(
        `worker: it has no ${what} of yours called ${quoted(name)}; it has ${Object.keys(offered).map(quoted).join(", ") || "none"}`,
      );
    const make: (options: never) => Made = offered[name];
    return make(options as never);
  }
}

const quoted = (name: string): string => `"${name}"`;

const isOwn = (choice: unknown): choice is Own =>
  typeof choice === "object" && choice !== null && "own" in choice;

function penalty({ name, factor }: PenaltyChoice): losses.Penalty {
  if (name === "l1Penalty") return l1Penalty(factor);
  if (name === "l2Penalty") return l2Penalty(factor);
  throw new TypeError(`worker: there is no penalty ${quoted(name)}; there is "l1Penalty", "l2Penalty"`);
}

/** Layers without a name of their own are numbered, as `nn.sequential` does it. */
function described(layers: readonly LayerChoice[]): LayerDescription[] {
  if (!Array.isArray(layers))
    throw new DescriptionError(`worker: the model's layers are ${said(layers)}, expected a list`);
  const counts = new Map<string, number>();
  return layers.map((choice: LayerChoice): LayerDescription => {
    const layer = (
      typeof choice === "string" ? { type: choice } : (choice ?? {})
    ) as Partial<LayerDescription>;
    const { type, name, options, ...flat } = layer;
    if (typeof type !== "string")
      throw new DescriptionError(
        `worker: a layer is ${said(choice)}, expected such as { type: "dense", units: 10 }`,
      );
    const kind = type.replace(/\dd$/, "");
    const number = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, number);
    return { type, name: name ?? `${kind}${number}`, options: withInner({ ...options, ...flat }) };
  });
}

/** The options of layers that hold others. */
function withInner(options: { layers?: unknown; shortcut?: unknown; activation?: unknown }): object {
  const lists = Object.entries(options).map(([key, value]): [string, unknown] => {
    if (key === "layers" || key === "shortcut") return [key, value && described(value as LayerChoice[])];
    return [key, key === "activation" && value ? described([value as LayerChoice])[0] : value];
  });
  return Object.fromEntries(lists);
}
