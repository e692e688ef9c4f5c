import { Queue } from "../runtime/queue.js";
import type { Checkpoint } from "./checkpoint.js";
import type { FitEvent } from "./fit-events.js";
import type { Run } from "./run.js";
import { TrainingError } from "./training-error.js";

/**
 * A training, as `fit` gives it: its events, and between two of them where it stands. Going back costs no compiling.
 *
 *     const training = fit(model, data, options);
 *     const history = [await training.checkpoint()]; // before the first step
 *     for await (const event of training) {
 *       if (event.kind === "epoch") history.push(await training.checkpoint());
 *       if (isWorse(event)) await training.rewind(history[0]);
 *     }
 *
 * What is asked of it is done in the order in which it was asked for, so both may be asked for at any time: a step that
 * is being made comes first.
 */
export class Training implements AsyncGenerator<FitEvent, void, void> {
  readonly #make: () => Promise<Run>;
  readonly #queue = new Queue();
  #run: Promise<Run> | undefined;
  #made: Run | undefined;
  #events: AsyncGenerator<FitEvent, void, void> | undefined;
  #isOver = false;

  /** For `fit`. */
  constructor(make: () => Promise<Run>) {
    this.#make = make;
  }

  /** Makes the next step; the first one builds the model and compiles. */
  next(): Promise<IteratorResult<FitEvent, void>> {
    return this.#queue.add(async () => {
      if (this.#isOver) return over;
      try {
        const run = await this.#begun();
        this.#events ??= run.events();
        const result = await this.#events.next();
        if (result.done) await this.#end();
        return result;
      } catch (error) {
        await this.#end();
        throw error;
      }
    });
  }

  /** Ends the training, as leaving its loop does. */
  return(): Promise<IteratorResult<FitEvent, void>> {
    return this.#queue.add(() => this.#end());
  }

  /** Ends the training by an error, which it rejects with. */
  throw(error: unknown): Promise<IteratorResult<FitEvent, void>> {
    return this.#queue.add(async () => {
      await this.#end();
      throw error;
    });
  }

  /** Itself: its events are walked through once. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /**
   * All that the training needs to go on from here bit for bit: weights, what the optimizer remembers, the place in the
   * epoch, from which random numbers follow. It is the caller's own: `postMessage(checkpoint, transferOf(checkpoint))`
   * moves it to a worker and back without a copy.
   *
   * @throws TrainingError where the training has failed
   */
  checkpoint(): Promise<Checkpoint> {
    return this.#between(async (run) => run.checkpoint());
  }

  /**
   * Back to a checkpoint of this training, or on to one of another branch of it. The next event is that of the step after
   * it, and from there on all is bit for bit as after `fit` with `resume`: with the same options as the first time. What
   * differs, by a learning rate that the schedule now gives, say, is a branch.
   *
   * @throws TrainingError where it is of another data set, seed, objective or optimizer, or the training is over
   * @throws WeightsError where it is of another model: names the first parameter that differs; nothing is changed then
   */
  rewind(checkpoint: Checkpoint): Promise<void> {
    return this.#between(async (run) => {
      if (this.#isOver)
        throw new TrainingError("rewind: the training is over; fit with `resume` goes on from a checkpoint");
      await run.rewind(checkpoint);
    });
  }

  /** Between two events, or right now where the run waits for a function of the user's, such as `checkpoint.save`. */
  #between<T>(act: (run: Run) => Promise<T>): Promise<T> {
    if (this.#made?.isWaiting) return this.#made.answer(act(this.#made));
    return this.#queue.add(async () => act(await this.#begun()));
  }

  #begun(): Promise<Run> {
    this.#run ??= (async () => {
      const run = await this.#make();
      await run.begin();
      this.#made = run;
      return run;
    })();
    return this.#run;
  }

  async #end(): Promise<IteratorReturnResult<void>> {
    this.#isOver = true;
    try {
      await this.#events?.return();
    } finally {
      await this.#made?.end();
    }
    return over;
  }
}

const over = { done: true, value: undefined } as const;
