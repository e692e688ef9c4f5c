/** The way back: what a training was after some of its steps, every one of them first, then ever fewer. */
import type { Checkpoint } from "receptive";

/** A step, and all that the training needs to go on from it. Losses are the run's: they stand there once. */
export interface Kept {
  readonly step: number;
  readonly checkpoint: Checkpoint;
}

/** As the history keeps it: the run's own list has the losses once. */
export const withoutLosses = (checkpoint: Checkpoint): Checkpoint =>
  checkpoint.training
    ? {
        ...checkpoint,
        training: {
          ...checkpoint.training,
          history: { epochs: checkpoint.training.history.epochs, losses: new Float32Array() },
        },
      }
    : checkpoint;

/** At most so many, and no more memory than this. */
const most = 128;
const mostBytes = 96e6;

export class History {
  /** By step, ascending. */
  #kept: Kept[];
  /** Of so many steps one is kept. */
  interval: number;

  constructor(kept: readonly Kept[] = [], interval = 1) {
    this.#kept = [...kept];
    this.interval = interval;
  }

  get steps(): number[] {
    return this.#kept.map(({ step }) => step);
  }

  get all(): readonly Kept[] {
    return this.#kept;
  }

  get last(): Kept | undefined {
    return this.#kept.at(-1);
  }

  /** The kept step nearest to this one, not after it where one is before. */
  before(step: number): Kept | undefined {
    return this.#kept.findLast((one) => one.step <= step) ?? this.#kept[0];
  }

  nearest(step: number): Kept | undefined {
    let best: Kept | undefined;
    for (const one of this.#kept)
      if (!best || Math.abs(one.step - step) <= Math.abs(best.step - step)) best = one;
    return best;
  }

  keep(kept: Kept): void {
    const last = this.last;
    // The newest is always there; it gives way to the next where the interval does not hold it.
    if (last && (last.step === kept.step || !this.#holds(last.step))) this.#kept.pop();
    this.#kept.push(kept);
    const limit = Math.max(4, Math.min(most, Math.floor(mostBytes / bytesOf(kept.checkpoint))));
    while (this.#kept.length > limit) {
      this.interval *= 2;
      this.#kept = this.#kept.filter(
        (one, i, all) => i === 0 || i === all.length - 1 || this.#holds(one.step),
      );
    }
  }

  /** From a file; in any order. */
  precede(kept: Kept): void {
    this.#kept = [...this.#kept.filter(({ step }) => step !== kept.step), kept].sort(
      (a, b) => a.step - b.step,
    );
  }

  /** What came after a step was never made; it is there itself, whether the interval holds it or not. */
  cutTo(kept: Kept): void {
    this.#kept = [...this.#kept.filter((one) => one.step < kept.step), kept];
  }

  /** What another run has in common that leaves this one here. */
  upTo(step: number): History {
    return new History(
      this.#kept.filter((one) => one.step <= step),
      this.interval,
    );
  }

  /** So many of them at most, as far apart as they can be, the first among them; those up to a step. */
  thinned(most: number, upTo: number): readonly Kept[] {
    const all = this.#kept.filter(({ step }) => step <= upTo);
    const count = Math.min(all.length, most);
    return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]);
  }

  #holds(step: number): boolean {
    return step % this.interval === 0;
  }
}

const bytesOf = ({ weights, training }: Checkpoint): number =>
  [weights, training?.optimizerState, training?.latest]
    .flatMap((arrays) => [...(arrays?.values() ?? [])])
    .reduce((sum, { data }) => sum + data.byteLength, 1);
