import { Writable } from "node:stream";
import { describe, expect, test } from "vitest";
import {
  barLine,
  downloadProgress,
  type TrainingEvent,
  trainingProgress,
} from "../../src/report/progress.js";

class Sink extends Writable {
  text = "";
  constructor(
    readonly isTTY: boolean,
    readonly columns = 100,
  ) {
    super();
  }
  override _write(chunk: Buffer, _encoding: string, done: () => void) {
    this.text += chunk.toString();
    done();
  }
  // What cli-progress asks of a terminal.
  cursorTo() {}
  clearLine() {}
  moveCursor() {}
}

const step = (epoch: number, step: number): TrainingEvent => ({
  kind: "step",
  epoch,
  step,
  steps: 469,
  loss: 0.08125,
  accuracy: 0.9763,
  imagesPerSecond: 21340,
});
const epoch: TrainingEvent = {
  kind: "epoch",
  epoch: 1,
  loss: 0.079,
  accuracy: 0.977,
  validation: { loss: 0.0651, accuracy: 0.98 },
  seconds: 2.81,
};

test("piped: a line for each epoch and one every ten seconds at most", () => {
  const stream = new Sink(false);
  let time = 0;
  const progress = trainingProgress(3, { stream, now: () => time });
  for (let n = 1; n <= 469; n++) {
    time = n * 50; // 23.45 s for the epoch
    progress.report(step(1, n));
  }
  progress.report(epoch);
  progress.report({ kind: "done" });
  expect(stream.text.split("\n")).toEqual([
    "epoch 1/3  200/469  loss 0.0813  acc 97.6 %  21,340 images/s  1 min 0 s left",
    "epoch 1/3  400/469  loss 0.0813  acc 97.6 %  21,340 images/s  50 s left",
    "epoch 1/3  loss 0.0790  acc 97.7 %  validation loss 0.0651  acc 98.0 %  2.8 s",
    "",
  ]);
});

test("on a terminal: a bar, then one line for the epoch; stop frees the timer", () => {
  const stream = new Sink(true);
  const progress = trainingProgress(3, { stream });
  progress.report(step(1, 1));
  progress.report(step(1, 312));
  progress.report(epoch);
  progress.stop();
  progress.stop();
  expect(stream.text).toContain("epoch 1/3 [");
  expect(stream.text).toContain("312/469  loss 0.0813  acc 97.6 %");
  expect(
    stream.text.endsWith("epoch 1/3  loss 0.0790  acc 97.7 %  validation loss 0.0651  acc 98.0 %  2.8 s\n"),
  ).toBe(true);
});

test("--json: nothing", () => {
  const stream = new Sink(true);
  const progress = trainingProgress(3, { stream, json: true });
  for (const event of [step(1, 1), epoch]) progress.report(event);
  progress.stop();
  expect(stream.text).toBe("");
});

test("a download that is piped says once what came", () => {
  const stream = new Sink(false);
  const progress = downloadProgress("train.gz", { stream, now: () => 0 });
  progress.report(4_200_000, 9_912_422);
  progress.report(9_912_422, 9_912_422);
  progress.stop();
  expect(stream.text).toBe("train.gz  9.9 MB of 9.9 MB\n");
});

describe("the bar's line", () => {
  const tail = ["312/469", "loss 0.081", "acc 97.6 %", "21,340 images/s", "12 s left"];
  const all = "312/469  loss 0.081  acc 97.6 %  21,340 images/s  12 s left";
  test.each([
    [120, 0.5, `epoch 2/3 [==============>               ] ${all}`],
    [80, 0.5, `epoch 2/3 [===>   ] ${all}`],
    [50, 0, "epoch 2/3 [                 ] 312/469  loss 0.081"],
    [40, 1, "epoch 2/3 [=======] 312/469  loss 0.081"],
    [5, 0.5, "epoch 2/3 [] 312/469"],
  ])("on %i columns", (columns, progress, expected) => {
    expect(barLine("epoch 2/3", tail, progress, columns)).toBe(expected);
  });
});
