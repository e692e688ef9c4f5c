/** Options that trainings on pictures have alike. */
import { type Command, InvalidArgumentError } from "commander";
import { seed, share, threads } from "./values.js";

/** "height,width", each an edge that the network takes; `expected` says which those are. */
export const edges =
  (takes: (edge: number) => boolean, expected: string) =>
  (text: string): [height: number, width: number] => {
    const [, height, width] = /^\s*(\d{1,4})\s*[,x×]\s*(\d{1,4})\s*$/.exec(text) ?? [];
    if (![height, width].every((edge) => edge !== undefined && takes(Number(edge))))
      throw new InvalidArgumentError(`Expected two ${expected}, with a comma between them.`);
    return [Number(height), Number(width)];
  };

/**
 * What a training is measured by, begins with and leaves.
 *
 * @param best   which epoch is the best: "the epoch with the highest mAP on these"
 * @param shown  what it is shown: "pictures"
 */
export const withTrainingOptions = (
  command: Command,
  { task, best, shown }: { task: string; best: string; shown: string },
): Command =>
  command
    .option("--validation <share>", "of the pictures to train on, set apart to measure each epoch", share, 0)
    .option("--keep-best", `keep the weights of ${best} (sets 0.1 apart where --validation is left out)`)
    .option("--seed <n>", "everything random follows from it", seed, 0)
    .option("--threads <n>", "threads of the engine; all cores if left out", threads)
    .option("--output <dir>", `where network and sheet go; runs/${task}-NAME if left out`)
    .option("--resume <file>", `go on with the training of a checkpoint, on the same ${shown}`)
    .option("--json", "a line of JSON for each step, each epoch, and at the end");
