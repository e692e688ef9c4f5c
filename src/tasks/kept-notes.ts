/** What a checkpoint of a task keeps beside its network. */
import { type Checkpoint, fileOf } from "../training/checkpoint.js";
import type { FitOptions } from "../training/fit-options.js";
import { WeightsError } from "../training/weights-checks.js";

/**
 * The notes of a checkpoint, none of which is certain to be there, and the error for one that cannot be.
 *
 * @param task  as the notes say it: "text"
 * @param what  is expected to be in the file: "classifier of texts"
 * @param from  what writes such files: "text.train and classify-text train"
 * @throws WeightsError where it is of something else
 */
export function keptNotes<Notes extends { task: string }>(
  checkpoint: Checkpoint,
  { task, what, from }: { task: string; what: string; from: string },
): { notes: Partial<Notes>; damaged: (how: string) => WeightsError } {
  const file = fileOf(checkpoint) ?? "the checkpoint";
  const notes = (checkpoint.notes ?? {}) as Partial<Notes>;
  if (notes.task !== task)
    throw new WeightsError(
      `${file}: holds ${checkpoint.model.name}, expected a ${what}, as ${from} write it`,
    );
  const noun = what.split(" ")[0];
  return { notes, damaged: (how) => new WeightsError(`${file}: the ${noun} is damaged: ${how}`) };
}

/** How `fit` hands over checkpoints that have, beside the network, what the task's `load` needs. */
export const withNotes = (
  { every, save }: NonNullable<FitOptions["checkpoint"]>,
  kept: Required<Pick<Checkpoint, "data" | "notes">>,
): NonNullable<FitOptions["checkpoint"]> => ({ every, save: (state) => save({ ...state, ...kept }) });
