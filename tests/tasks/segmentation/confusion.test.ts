import { expect, test } from "vitest";
import { ConfusionMatrix } from "../../../src/tasks/segmentation/index.js";
import { generator } from "../../checks/random.js";

test("scores are those of plain loops over all pixels of all pictures", () => {
  for (let seed = 1; seed <= 40; seed++) {
    const next = generator(seed);
    const classes = 2 + (seed % 4);
    const matrix = new ConfusionMatrix(classes, { ignore: 11 });
    const [all, read]: [number[], number[]] = [[], []];
    for (let picture = 0; picture < 3; picture++) {
      const truth = Array.from({ length: 50 }, () =>
        next() < 0.2 ? 11 : Math.floor(next() * (classes - (seed % 2))),
      );
      const answer = truth.map((label) =>
        next() < 0.6 && label < classes ? label : Math.floor(next() * classes),
      );
      matrix.add(Uint8Array.from(truth), Uint8Array.from(answer));
      all.push(...truth);
      read.push(...answer);
    }
    const places = all.flatMap((label, i) => (label === 11 ? [] : [i]));
    const count = (is: (i: number) => boolean) => places.filter(is).length;
    const IoU = Array.from(
      { length: classes },
      (_, c) => count((i) => all[i] === c && read[i] === c) / count((i) => all[i] === c || read[i] === c),
    );
    const recall = Array.from(
      { length: classes },
      (_, c) => count((i) => all[i] === c && read[i] === c) / count((i) => all[i] === c),
    );
    const mean = (numbers: number[]) => {
      const there = numbers.filter((n) => !Number.isNaN(n));
      return there.reduce((a, b) => a + b, 0) / there.length;
    };
    const { scores } = matrix;
    expect(scores.IoU).toEqual(IoU);
    expect(scores.recall).toEqual(recall);
    expect(scores.mIoU).toBeCloseTo(mean(IoU), 12);
    expect(scores.classAccuracy).toBeCloseTo(mean(recall), 12);
    expect(scores.accuracy).toBeCloseTo(count((i) => all[i] === read[i]) / places.length, 12);
    expect([scores.pixels, scores.ignored]).toEqual([places.length, all.length - places.length]);
  }
});

test("a class that occurs nowhere is left out; an answer that is no class is refused", () => {
  const matrix = new ConfusionMatrix(3);
  matrix.add([0, 0, 1, 255], [0, 1, 1, 7]);
  expect(matrix.scores).toMatchObject({
    mIoU: 0.5,
    IoU: [0.5, 0.5, Number.NaN],
    accuracy: 2 / 3,
    ignored: 1,
  });
  expect(() => matrix.add([0], [3])).toThrow("ConfusionMatrix: the answer 3 at place 0 is none of 3 classes");
  expect(() => matrix.add([0], [])).toThrow("ConfusionMatrix: 0 answers for 1 pixels");
  expect(new ConfusionMatrix(2).scores.mIoU).toBeNaN();
});
