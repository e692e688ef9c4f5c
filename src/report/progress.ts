import cliProgress from "cli-progress";
import { bytes, duration, imageRate, percent, significant } from "../formatting/numbers.js";

/** What `fit` tells while it trains; `FitEvent` has these fields. Epochs and steps count from 1. */
export type TrainingEvent =
  | {
      kind: "step";
      epoch: number;
      step: number;
      /** Steps of an epoch. */
      steps: number;
      loss: number;
      accuracy?: number;
      scores?: Scores;
      imagesPerSecond: number;
      /** The share of the time in which steps waited for data. */
      waiting?: number;
    }
  | {
      kind: "epoch";
      epoch: number;
      loss: number;
      accuracy?: number;
      scores?: Scores;
      validation?: { loss: number; accuracy?: number; scores?: Scores };
      seconds: number;
    }
  | { kind: "done" };

/** By name, as the objective has them: accuracy, mIoU, perplexity. */
type Scores = { readonly [name: string]: number };

export interface ProgressOptions {
  /** Progress goes to stderr, so that stdout stays free for results. */
  stream?: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  /** Nothing is written: the caller prints the events as JSON lines. */
  json?: boolean;
  /** What examples are called, in "21,340 images/s". */
  noun?: string;
  /** Milliseconds of a clock that never goes back. */
  now?: () => number;
}

export interface TrainingProgress {
  /** To be called with every event of `fit`. */
  report(event: TrainingEvent): void;
  /** Ends an unfinished bar and frees its timer; needed when training fails or is aborted. */
  stop(): void;
}

/** From this share on the data are the brake, and it is said. */
const noticeable = 0.25;

/** Piped output gets at most one line in this many milliseconds, besides one for each epoch. */
const lineInterval = 10_000;

/**
 * Shows the progress of training: on a terminal a bar that is redrawn in place and leaves one line for each epoch,
 * otherwise plain lines.
 *
 *     epoch 2/3 [=====>    ] 312/469  loss 0.0813  acc 97.6 %  21,340 images/s  12 s left
 *     epoch 2/3  loss 0.0790  acc 97.7 %  validation loss 0.0651  acc 98.0 %  2.8 s
 */
export function trainingProgress(
  epochs: number,
  {
    stream = process.stderr,
    json = false,
    noun = "images",
    now = performance.now.bind(performance),
  }: ProgressOptions = {},
): TrainingProgress {
  if (json) return { report() {}, stop() {} };
  const clock = stepClock(epochs, now);
  let bar: Bar | undefined;
  let lastLine = now();

  const stop = () => {
    bar?.stop();
    bar = undefined;
  };
  return {
    stop,
    report(event) {
      if (event.kind === "step") {
        const left = clock(event.epoch, event.step, event.steps);
        const head = `epoch ${event.epoch}/${epochs}`;
        const tail = [
          `${event.step}/${event.steps}`,
          ...scores(event),
          imageRate(event.imagesPerSecond, noun),
          ...((event.waiting ?? 0) > noticeable
            ? [`waiting for data ${Math.round(100 * event.waiting!)} %`]
            : []),
          ...(left === undefined ? [] : [`${duration(left)} left`]),
        ];
        if (stream.isTTY) {
          bar ??= startBar(stream, event.steps, head);
          bar.update(event.step, tail);
        } else if (now() - lastLine >= lineInterval && event.step < event.steps) {
          stream.write(`${[head, ...tail].join("  ")}\n`);
          lastLine = now();
        }
      } else if (event.kind === "epoch") {
        stop();
        const parts = [`epoch ${event.epoch}/${epochs}`, ...scores(event)];
        if (event.validation) {
          const [loss, ...accuracy] = scores(event.validation);
          parts.push(`validation ${loss}`, ...accuracy);
        }
        stream.write(`${[...parts, duration(event.seconds)].join("  ")}\n`);
        lastLine = now();
      } else stop();
    },
  };
}

/**
 * Shows how many bytes of a file have come. The total may be unknown (undefined).
 *
 *     train-images-idx3-ubyte.gz [=====>    ] 4.2 MB of 9.9 MB
 */
export function downloadProgress(
  file: string,
  { stream = process.stderr, json = false, now = performance.now.bind(performance) }: ProgressOptions = {},
): { report(received: number, total: number | undefined): void; stop(): void } {
  if (json) return { report() {}, stop() {} };
  let bar: Bar | undefined;
  let lastLine = now();
  let amount = "";
  return {
    report(received, total) {
      amount = total === undefined ? bytes(received) : `${bytes(received)} of ${bytes(total)}`;
      if (stream.isTTY) {
        bar ??= startBar(stream, total ?? 0, file);
        bar.update(received, [amount]);
      } else if (now() - lastLine >= lineInterval) {
        stream.write(`${file}  ${amount}\n`);
        lastLine = now();
      }
    },
    stop() {
      bar?.stop();
      bar = undefined;
      if (amount) stream.write(`${file}  ${amount}\n`);
    },
  };
}

const scores = ({
  loss,
  accuracy,
  scores = accuracy === undefined ? {} : { accuracy },
}: {
  loss: number;
  accuracy?: number;
  scores?: Scores;
}) => [
  `loss ${significant(loss)}`,
  ...Object.entries(scores).map(([name, value]) =>
    /accuracy$/.test(name)
      ? `${name.replace(/accuracy$/, "acc")} ${percent(value)}`
      : `${name} ${significant(value)}`,
  ),
];

/** Seconds left of all epochs, from the steps made since the first call; undefined until there are some. */
function stepClock(epochs: number, now: () => number) {
  let first: { done: number; at: number } | undefined;
  return (epoch: number, step: number, steps: number): number | undefined => {
    const done = (epoch - 1) * steps + step;
    if (first === undefined || done <= first.done) {
      first = { done, at: now() };
      return undefined;
    }
    const secondsPerStep = (now() - first.at) / 1000 / (done - first.done);
    return (epochs * steps - done) * secondsPerStep;
  };
}

interface Bar {
  update(value: number, tail: readonly string[]): void;
  stop(): void;
}

/** A bar of the width that the texts beside it leave; on a narrow terminal the last texts give way. */
function startBar(stream: NonNullable<ProgressOptions["stream"]>, total: number, head: string): Bar {
  let latest: readonly string[] = [];
  const bar = new cliProgress.SingleBar({
    stream,
    clearOnComplete: true,
    hideCursor: true,
    // The library's own handler for Ctrl-C would keep the process from ending; the command line has one.
    gracefulExit: false,
    emptyOnZero: true,
    format: (_options, { progress }) => barLine(head, latest, progress, stream.columns || 80),
  });
  bar.start(total, 0);
  return {
    update(value, tail) {
      latest = tail;
      bar.update(value);
    },
    stop: () => bar.stop(),
  };
}

/** `head [===>   ] tail`, no longer than one cell less than the terminal's line, where it would wrap. */
export function barLine(head: string, tail: readonly string[], progress: number, columns: number): string {
  const kept = [...tail];
  const room = () => columns - 1 - `${head} [] ${kept.join("  ")}`.length;
  while (kept.length > 1 && room() < 6) kept.pop();
  const length = Math.max(0, Math.min(30, room()));
  const filled = Math.round(progress * length);
  const bar = filled === 0 || filled === length ? "=".repeat(filled) : `${"=".repeat(filled - 1)}>`;
  return `${head} [${bar.padEnd(length)}] ${kept.join("  ")}`;
}
