import { batches } from "../data/batches.js";
import type { ExampleBatch } from "../data/example-batches.js";
import { checkExamples, type Examples, type Fields } from "../data/examples.js";
import { type ExampleStream, isStream } from "../data/stream.js";
import { Turns } from "../platform/turns.js";
import { compile } from "../tensor/compile.js";
import { numbersOf } from "../tensor/compute.js";
import type { Tensor } from "../tensor/tensor.js";
import { buildFor } from "./building.js";
import {
  type BatchTensors,
  type Cost,
  type Kept,
  type Objective,
  type Scores,
  summands,
  Tally,
  type Trainable,
} from "./objective.js";
import { untilAborted } from "./until-aborted.js";

/** What {@link evaluate} answers where an objective measures. */
export interface ObjectiveEvaluation {
  /** Over all examples: what they add up to, divided once. */
  readonly loss: number;
  /** Where there are several. */
  readonly losses?: Scores;
  readonly scores: Scores;
  /** Examples. */
  readonly count: number;
}

/** Batches of {@link evaluate} where an objective measures. */
export interface ObjectiveEvaluationOptions {
  batchSize?: number;
  /** Stops after the batch at hand: the promise is rejected with the signal's reason. */
  signal?: AbortSignal;
  /** Is told after each batch how many examples are done. */
  onProgress?: (progress: { done: number; count: number }) => void;
}

/** Measures a model by an objective, for several evaluations: what is compiled once serves all of them. */
export function objectiveEvaluator(speaker: string, model: Trainable, objective: Objective) {
  let fields: Fields = {};
  let losses: Cost["losses"] = {};
  const run = compile((batch: BatchTensors) => {
    const cost = objective.cost(model, batch, {}, fields);
    losses = cost.losses;
    const kept: { readonly [name: string]: Tensor } = objective.kept?.of(model, batch, fields) ?? {};
    return { sums: summands(cost), kept };
  });

  return async (
    data: Examples | ExampleStream,
    { batchSize = 256, signal, onProgress }: ObjectiveEvaluationOptions = {},
  ): Promise<ObjectiveEvaluation> => {
    if (!isStream(data)) checkExamples(speaker, data);
    if (data.length === 0) throw new RangeError(`${speaker}: ${data.name} has no examples`);
    fields = data.fields;
    buildFor(speaker, model, objective, data);
    const kept: { [name: string]: Kept }[] = [];
    let tally: Tally | undefined;
    let done = 0;
    const turns = new Turns();
    for await (const { fields: batch, size } of untilAborted(inOrder(data, batchSize), signal)) {
      signal?.throwIfAborted();
      const result = await run(batch as BatchTensors);
      tally ??= new Tally(objective, losses);
      tally.count(await numbersOf(result.sums), size);
      if (objective.kept) {
        const values = await numbersOf(result.kept);
        kept.push(
          Object.fromEntries(
            Object.entries(result.kept).map(([name, { shape }]) => [name, { values: values[name], shape }]),
          ),
        );
      }
      done += size;
      onProgress?.({ done, count: data.length });
      await turns.give();
    }
    if (done < data.length) signal?.throwIfAborted();
    const { scores, ...standing } = tally!.standing;
    return { ...standing, scores: { ...scores, ...objective.kept?.scores(kept) }, count: done };
  };
}

function inOrder(data: Examples | ExampleStream, batchSize: number): AsyncGenerator<ExampleBatch> {
  return isStream(data)
    ? data.batches({ batchSize, draw: { seed: 0, epoch: 0 } })
    : batches(data, { batchSize });
}
