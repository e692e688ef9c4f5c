/** The frame around the training of a task: its folder, Ctrl-C, progress, and what is said when it is stopped. */
import { join } from "node:path";
import { trainingProgress } from "../report/progress.js";
import type { Checkpoint } from "../training/checkpoint.js";
import type { DoneEvent, FitEvent } from "../training/fit-events.js";
import { save } from "../training/opened-checkpoint.js";
import { checkpointFile, checkWritable, removeLeftovers, sheetFile } from "./checkpoints.js";
import { claimFolder } from "./folder-claim.js";
import { interruption } from "./interruption.js";

/** What a training has while it lasts. */
export interface TaskTraining {
  /** Where network and sheet go. */
  readonly checkpoint: string;
  readonly sheet: string;
  /** Is aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Once the number of epochs is known: shows how far it is. */
  begin(epochs: number): void;
  /** Takes what `fit` tells of. */
  onEvent(event: FitEvent): void;
  /** Writes a state that `--resume` goes on from, and keeps it for the sheet. */
  save(state: Checkpoint): Promise<void>;
  /** The last state that was written, and the end of the training, where there was one. */
  readonly latest: Checkpoint | undefined;
  readonly done: DoneEvent | undefined;
  /** Whether Ctrl-C ended it; if so that is told, and the exit code is set. */
  isStopped(told: string): boolean;
}

/**
 * @param noun   what it is shown: "texts"
 * @param train  trains, measures and tells; where it throws what Ctrl-C throws nothing was trained
 */
export async function inTaskFolder(
  output: string,
  { json, noun, tell }: { json: boolean; noun: string; tell: (line: string) => void },
  train: (training: TaskTraining) => Promise<void>,
): Promise<void> {
  await checkWritable(output);
  const claim = await claimFolder(output);
  await removeLeftovers(output);
  const checkpoint = join(output, checkpointFile);
  const stop = interruption();
  let progress = trainingProgress(1, { json: true });
  let latest: Checkpoint | undefined;
  let done: DoneEvent | undefined;
  try {
    await train({
      checkpoint,
      sheet: join(output, sheetFile),
      signal: stop.signal,
      get latest() {
        return latest;
      },
      get done() {
        return done;
      },
      begin(epochs) {
        progress = trainingProgress(epochs, { json, noun });
      },
      onEvent(event) {
        progress.report(event);
        if (event.kind === "done") {
          done = event;
          progress.stop();
        } else if (json) console.log(JSON.stringify(event));
      },
      async save(state) {
        latest = state;
        await save(checkpoint, state);
      },
      isStopped(told) {
        progress.stop();
        if (done?.reason !== "aborted") return false;
        if (json) console.log(JSON.stringify({ ...done, checkpoint }));
        tell(told);
        process.exitCode = stop.exitCode();
        return true;
      },
    });
  } catch (error) {
    if (error !== stop.signal.reason) throw error;
    tell("Stopped before anything was trained.");
    process.exitCode = stop.exitCode();
  } finally {
    progress.stop();
    claim.release();
    stop.release();
  }
}
