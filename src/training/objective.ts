/** What a network is trained for: how wrong it is on a batch, and the scores by which people know how good it is. */
import type { Fields } from "../data/examples.js";
import { type LossParts, lossOf } from "../losses/loss.js";
import type { Mode, Network } from "../nn/index.js";
import { add, mul } from "../ops/arithmetic.js";
import type { Tensor, TypedArray } from "../tensor/tensor.js";

/** A network, whatever it takes and gives: its objective knows. */
// biome-ignore lint/suspicious/noExplicitAny: an objective of your own calls its network as that is, without a cast
export type Trainable = Network<any, any>;

/** The fields of a batch: those of an example, with one more axis in front. */
export type BatchTensors = { readonly [field: string]: Tensor };

/** One of several losses: it counts `times` times; once if left out. */
export interface Term extends LossParts {
  readonly times?: number;
}

/** How many classes the network tells apart, and the label that stands for "none". */
export interface Classes {
  readonly count: number;
  readonly ignore?: number;
}

/** What a batch costs: one loss or several by name, each a total and what divides it. */
export interface Cost {
  /** The loss is the sum over these of times · total / weight + penalty. */
  readonly losses: { readonly [name: string]: Term };
  /**
   * From which scores come: single numbers that add up over batches, or a vector of them, which are called "hits 0",
   * "hits 1", … in what `scores` is given.
   */
  readonly sums?: { readonly [name: string]: Tensor };
  /** Of fields that hold classes: a label beyond them costs NaN, and is then named. */
  readonly classes?: { readonly [field: string]: Classes };
  /** What the network answered, where it is one tensor: its shape is looked at before the first step. */
  readonly output?: Tensor;
}

/** The sums of several batches, by name. */
export type Sums = { readonly [name: string]: number };
/** A vector among the sums. */
export function vectorOf(sums: Sums, name: string): number[] {
  if (sums[name] !== undefined) return [sums[name]];
  const numbers: number[] = [];
  while (sums[`${name} ${numbers.length}`] !== undefined) numbers.push(sums[`${name} ${numbers.length}`]);
  return numbers;
}

/** Scores by their names, such as `accuracy`. */
export type Scores = { readonly [name: string]: number };

/** Numbers that were kept of each example, with their shape: what a score is computed from that no sums give. */
export interface Kept {
  readonly values: TypedArray;
  readonly shape: readonly number[];
}

/**
 * An objective of your own is such an object. Losses come in parts, so that several batches, or parts of one, are added
 * up exactly, however unevenly they are cut: `losses.partsOf(loss, output, target)` gives the parts of any loss.
 *
 *     const pairs: Objective = {
 *       name: "pairs",
 *       inputs: ["left", "right"],
 *       cost(model, { left, right, match }, mode) {
 *         const output = model({ left, right }, mode);
 *         return { losses: { loss: losses.partsOf(losses.binaryCrossEntropy(), output, match) } };
 *       },
 *     };
 */
export interface Objective {
  readonly name: string;
  /** The fields that the network is given: an unbuilt one is built for their shapes. */
  readonly inputs?: readonly string[];
  /**
   * What a batch costs, inside a compiled step: each tensor of it has the examples as its first axis.
   *
   * @param mode    to be handed on to the network: in training it has `training` and a seed
   * @param fields  as the data set declares them: which of them are pixels, say
   */
  cost(model: Trainable, batch: BatchTensors, mode: Mode, fields: Fields): Cost;
  /** From the sums of all batches so far. */
  scores?(sums: Sums): Scores;
  /**
   * Scores that no sums give, such as average precision: in evaluation these tensors, with the examples as their first
   * axis, are kept of every batch.
   */
  readonly kept?: {
    /** What is kept of a batch, each with the examples as its first axis. */
    of(model: Trainable, batch: BatchTensors, fields: Fields): { readonly [name: string]: Tensor };
    /** The scores, from what was kept of all batches. */
    scores(batches: readonly { readonly [name: string]: Kept }[]): Scores;
  };
  /** The field that holds classes, if one does, and the number that stands for "none" in it: data sets are checked by it. */
  readonly classes?: { readonly field: string; readonly ignore?: number };
  /** By which score the best epoch is chosen; by the lowest loss if left out. */
  readonly best?: { readonly score: string; readonly higher: boolean };
}

export const isObjective = (value: unknown): value is Objective =>
  typeof (value as Objective | null)?.cost === "function";

/** The loss of a batch as a single number. */
export const lossOfCost = ({ losses }: Cost): Tensor =>
  Object.values(losses)
    .map(({ times = 1, penalty, ...parts }) => {
      const own = times === 1 ? lossOf(parts) : mul(lossOf(parts), times);
      return penalty ? add(own, penalty) : own;
    })
    .reduce(add);

const [total, weight, penalty] = ["total ", "weight ", "penalty "];

/** Everything of a cost that adds up, by flat names: "total loss", "weight loss", and the sums under their own. */
export function summands({ losses, sums }: Cost): { [name: string]: Tensor } {
  const flat: { [name: string]: Tensor } = {};
  for (const [name, term] of Object.entries(losses)) {
    flat[total + name] = term.total;
    flat[weight + name] = term.weight;
    if (term.penalty) flat[penalty + name] = term.penalty;
  }
  return { ...flat, ...sums };
}

/** Whether that is the flat name of something that is there once, however many batches there are. */
export const isPenalty = (name: string): boolean => name.startsWith(penalty);

/** What sums come to: the loss, those that it consists of, and the scores. */
export interface Standing {
  readonly loss: number;
  /** Where there are several. */
  readonly losses?: Scores;
  readonly scores: Scores;
}

export class Tally {
  readonly #times: ReadonlyMap<string, number>;
  readonly #objective: Objective;
  /** In f64: by the end of an epoch an f32 total has swallowed most digits of each new loss. */
  sums: { [name: string]: number } = {};

  /** @param losses  those of a cost, which are the same in each step */
  constructor(objective: Objective, losses: Cost["losses"]) {
    this.#objective = objective;
    this.#times = new Map(Object.entries(losses).map(([name, { times = 1 }]) => [name, times]));
  }

  /** Counts what `summands` came to on a batch of so many examples. */
  count(values: { readonly [name: string]: ArrayLike<number> }, examples: number): void {
    this.#add("examples", examples);
    for (const [name, numbers] of Object.entries(values)) {
      // A penalty is there once, however many examples: as a mean over them.
      const times = isPenalty(name) ? examples : 1;
      if (numbers.length === 1) this.#add(name, numbers[0] * times);
      else for (let i = 0; i < numbers.length; i++) this.#add(`${name} ${i}`, numbers[i]);
    }
  }

  #add(name: string, value: number): void {
    this.sums[name] = (this.sums[name] ?? 0) + value;
  }

  get standing(): Standing {
    const { sums } = this;
    const losses: { [name: string]: number } = {};
    let [loss, penalties] = [0, 0];
    for (const [name, times] of this.#times) {
      // Nothing counts where the weight is 0: the loss is 0 then, not NaN.
      losses[name] = (sums[total + name] ?? 0) / (sums[weight + name] || 1);
      loss += times * losses[name];
      penalties += sums[penalty + name] ?? 0;
    }
    return {
      loss: loss + penalties / (sums.examples || 1),
      ...(this.#times.size > 1 ? { losses } : {}),
      scores: this.#objective.scores?.(sums) ?? {},
    };
  }
}
