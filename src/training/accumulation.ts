import { partial } from "../autodiff/gradients.js";
import type { ExampleBatch } from "../data/example-batches.js";
import { add } from "../ops/arithmetic.js";
import { zeros } from "../ops/fill.js";
import type { Learner, StepTensors } from "../optim/learner.js";
import { assign, compile } from "../tensor/compile.js";
import { numbersOf } from "../tensor/compute.js";
import { sizeOf } from "../tensor/shapes.js";
import { Tensor, type Variable, variablesLike } from "../tensor/tensor.js";
import { traced } from "../tensor/tracing.js";
import { type BatchTensors, type Cost, isPenalty, lossOfCost, summands } from "./objective.js";

/** What a step came to. */
export interface Stepped {
  /** The loss on the batch, penalties included. */
  readonly loss: number;
  /** What adds up over batches, by its flat names. */
  readonly sums: { readonly [name: string]: ArrayLike<number> };
}

interface Accumulated {
  costOf: (batch: BatchTensors, seed: Tensor) => Cost;
  /** @throws TrainingError where the value reaches no parameter */
  slopesOf: (value: Tensor) => (Tensor | null)[];
  parameters: ReadonlyMap<string, Variable>;
  learner: Learner;
  /** How many a batch is cut into; their sizes differ by one at most. */
  parts: number;
}

/**
 * A step in parts, which needs the memory of one part and comes to the same as the whole batch (batch normalisation and
 * dropout aside, which see their part alone). Three programs: what the whole batch divides its losses by, which is known
 * from the targets, so that as a rule no forward pass is left in that program; the gradients of each part, which are
 * added up; and the update, with the gradient of what is there once, the penalties.
 */
type StepInParts = (
  batch: ExampleBatch,
  at: StepTensors,
  seedOf: (part: number) => Tensor,
) => Promise<Stepped>;

export function accumulatedStep({
  costOf,
  slopesOf,
  parameters,
  learner,
  parts: count,
}: Accumulated): StepInParts {
  const gathered = [...variablesLike(parameters).values()];
  /** A cost of which some numbers are wanted alone: running statistics are not to move for them. */
  const watched = (batch: BatchTensors, seed: Tensor): Cost => traced(() => costOf(batch, seed)).result;

  const weigh = compile((batch: BatchTensors, seed: Tensor) =>
    mapped(watched(batch, seed).losses, ({ weight }) => weight),
  );
  const gather = compile((batch: BatchTensors, weights: BatchTensors, seed: Tensor) => {
    const cost = costOf(batch, seed);
    const value = lossOfCost({
      losses: mapped(cost.losses, ({ penalty, ...term }, name) => ({ ...term, weight: weights[name] })),
    });
    slopesOf(value).forEach((slope, i) => {
      if (slope) assign(gathered[i], add(gathered[i], slope));
    });
    return { loss: value, sums: summands(cost) };
  });
  const update = compile((batch: BatchTensors, seed: Tensor, at: StepTensors) => {
    const penalties = Object.values(watched(batch, seed).losses).flatMap(({ penalty }) => penalty ?? []);
    const penalty = penalties.length > 0 ? penalties.reduce(add) : undefined;
    const slopes = penalty ? partial(penalty, [...parameters.values()]) : [];
    learner.update(
      gathered.map((sum, i) => (slopes[i] ? add(sum, slopes[i]) : sum)),
      at,
    );
    for (const sum of gathered) assign(sum, zeros(sum.shape));
    return { penalties: penalty ? [penalty] : [] };
  });

  return async (batch, at, seedOf) => {
    const parts = partsOf(batch, Math.min(count, batch.size));
    const weights: { [name: string]: number } = {};
    for (const [k, part] of parts.entries())
      for (const [name, [weight]] of Object.entries(await numbersOf(weigh(part, seedOf(k)))))
        weights[name] = (weights[name] ?? 0) + weight;
    const ofAll = mapped(weights, (weight) => Tensor.from(Float32Array.of(weight), [], "f32"));
    let loss = 0;
    const sums: { [name: string]: Float64Array } = {};
    for (const [k, part] of parts.entries()) {
      const result = await numbersOf(gather(part, ofAll, seedOf(k)));
      loss += result.loss[0];
      for (const [name, values] of Object.entries(result.sums)) {
        const before = isPenalty(name) ? undefined : sums[name];
        sums[name] = Float64Array.from(values, (value, i) => value + (before?.[i] ?? 0));
      }
    }
    const { penalties } = await numbersOf(update(parts[0], seedOf(0), at));
    return { loss: loss + (penalties[0]?.[0] ?? 0), sums };
  };
}

/** A batch in so many parts, none of which is empty. */
function partsOf({ fields, size }: ExampleBatch, count: number): BatchTensors[] {
  return Array.from({ length: count }, (_, k) => {
    const [begin, end] = [Math.floor((k * size) / count), Math.floor(((k + 1) * size) / count)];
    return mapped(fields as BatchTensors, ({ own, shape: [, ...rest], type }) => {
      const width = sizeOf(rest);
      return Tensor.from(own!.subarray(begin * width, end * width), [end - begin, ...rest], type);
    });
  });
}

const mapped = <A, B>(record: { readonly [name: string]: A }, f: (value: A, name: string) => B) =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value, name)]));
