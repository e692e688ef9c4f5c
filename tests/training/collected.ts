import { createHash } from "node:crypto";
import { type Checkpoint, encodeCheckpoint } from "../../src/training/checkpoint.js";
import type { FitEvent } from "../../src/training/fit.js";
import type { Trainable } from "../../src/training/objective.js";
import { copyOf, variablesOf } from "../../src/training/weights.js";

/** All that a training tells. */
export async function collect(events: AsyncIterable<FitEvent>): Promise<FitEvent[]> {
  const list: FitEvent[] = [];
  for await (const event of events) list.push(event);
  return list;
}

/** Every number of a network, by path. */
export const weightsOf = async (model: Trainable): Promise<(string | number)[][]> =>
  [...(await copyOf(variablesOf(model)))].map(([path, { data }]) => [path, ...data]);

/** All but the clock is the same in two runs: a digest of the rest. */
export const timeless = (state: Checkpoint): string =>
  createHash("sha256")
    .update(encodeCheckpoint({ ...state, training: { ...state.training!, seconds: 0, shown: 0 } }))
    .digest("hex");

/** What is told of a step or an epoch, without times. */
export const told = (event: FitEvent) => {
  if (event.kind === "done") return { kind: event.kind, reason: event.reason, bestEpoch: event.bestEpoch };
  const { kind, epoch, loss, scores } = event;
  return { kind, epoch, loss, scores, ...(event.kind === "step" && { step: event.step, lr: event.lr }) };
};
