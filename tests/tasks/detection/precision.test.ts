import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  cocoPrecision,
  type Found,
  gathered,
  type TrueBox,
  vocPrecision,
} from "../../../src/tasks/detection/index.js";
import { cocoByLoops, drawnBoxes, vocByLoops } from "./plain-loops.js";

const mean = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;
const close = (a: number, b: number) => {
  if (Number.isNaN(b)) expect(a).toBeNaN();
  else expect(Math.abs(a - b)).toBeLessThan(1e-12);
};

describe("by the rules of Pascal VOC", () => {
  test.each(["area", "11 points"] as const)("%s is that of plain loops, in 150 drawn cases", (rule) => {
    let counted = 0;
    for (let seed = 0; seed < 150; seed++) {
      const { found, truths } = drawnBoxes(seed);
      const own = vocPrecision(found, truths, { rule });
      const loops = vocByLoops(found, truths, rule);
      expect(own.classes.map(({ label }) => label)).toEqual(loops.labels);
      for (const [i, { precision }] of own.classes.entries()) close(precision, loops.precisions[i]);
      close(own.mAP, loops.mAP);
      if (own.mAP > 0 && own.mAP < 1) counted++;
    }
    expect(counted).toBeGreaterThan(100);
  });

  const at = (left: number, right = left + 10): TrueBox["box"] => [0, left, 10, right];
  const truth = (left: number, more = {}): TrueBox => ({ picture: 0, label: 0, box: at(left), ...more });
  const guess = (score: number, box: TrueBox["box"], more = {}): Found => ({
    picture: 0,
    label: 0,
    box,
    score,
    ...more,
  });
  const mAP = (found: Found[], truths: TrueBox[], options = {}) => vocPrecision(found, truths, options).mAP;

  test("what is crafted has the known answer", () => {
    // An overlap of a half is none: more is asked for.
    expect(mAP([guess(1, [0, 0, 10, 5])], [truth(0)])).toBe(0);
    expect(mAP([guess(1, [0, 0, 10, 5.001])], [truth(0)])).toBe(1);
    // Found twice: the second time is a mistake.
    expect(mAP([guess(0.9, at(0)), guess(0.8, at(0)), guess(0.7, at(50))], [truth(0), truth(50)])).toBe(
      0.5 + 0.5 * (2 / 3),
    );
    // What is difficult is neither hit nor mistake, nor missed.
    expect(mAP([guess(0.9, at(0)), guess(0.8, at(50))], [truth(0, { difficult: true }), truth(50)])).toBe(1);
    expect(mAP([guess(0.9, at(0))], [truth(0, { difficult: true })])).toBeNaN();
    // It looks at the box that it overlaps most, even where that is taken.
    expect(mAP([guess(0.9, at(0)), guess(0.8, at(1))], [truth(0), truth(4)])).toBe(0.5);
    // Nothing found; nothing there; another picture, another class.
    expect(mAP([], [truth(0)])).toBe(0);
    expect(mAP([guess(1, at(0))], [])).toBeNaN();
    expect(mAP([guess(1, at(0), { picture: 1 }), guess(1, at(0), { label: 1 })], [truth(0)])).toBe(0);
    // Boxes without area are found by nobody.
    expect(mAP([guess(1, [3, 3, 3, 3])], [truth(0, { box: [3, 3, 3, 3] })])).toBe(0);
    // Of equal scores the first given counts first.
    const two = [guess(0.5, at(80)), guess(0.5, at(0))];
    expect([mAP(two, [truth(0)]), mAP([...two].reverse(), [truth(0)])]).toEqual([0.5, 1]);
    // Three of ten found is a recall of 0.3, which is less than 3 · 0.1.
    const ten = Array.from({ length: 10 }, (_, i) => truth(50 * i));
    const three = [0, 1, 2].map((i) => guess(1 - i / 10, at(50 * i)));
    expect(mAP(three, ten, { rule: "11 points" })).toBeCloseTo(3 / 11, 12);
  });

  test("its curve leads there", () => {
    const { classes } = vocPrecision(
      [guess(0.9, at(0)), guess(0.2, at(90)), guess(0.1, at(50))],
      [truth(0), truth(50)],
    );
    expect(classes).toEqual([
      {
        label: 0,
        precision: 0.5 + 0.5 * (2 / 3),
        truths: 2,
        ignored: 0,
        curve: [
          { score: 0.9, recall: 0.5, precision: 1 },
          { score: 0.2, recall: 0.5, precision: 0.5 },
          { score: 0.1, recall: 1, precision: 2 / 3 },
        ],
      },
    ]);
  });
});

const overlaps = Array.from({ length: 10 }, (_, i) => (i === 9 ? 0.95 : 0.5 + i * ((0.95 - 0.5) / 9)));

describe("by the rules of COCO", () => {
  test("all twelve numbers are those of plain loops, in 60 drawn cases with crowds", () => {
    let counted = 0;
    for (let seed = 0; seed < 60; seed++) {
      const { found, truths } = drawnBoxes(seed);
      const own = cocoPrecision(found, truths, { most: 12 });
      const labels = [...new Set(truths.map(({ label }) => label))];
      const by = (range: "all" | "small" | "medium" | "large", most: number, at = overlaps) =>
        labels.flatMap((label) =>
          at.flatMap((overlap) => cocoByLoops(found, truths, { label, overlap, range, most }) ?? []),
        );
      const precision = (range: "all" | "small" | "medium" | "large", at = overlaps) =>
        mean(by(range, 12, at).map((one) => one.precision));
      const recall = (range: "all" | "small" | "medium" | "large", most: number) =>
        mean(by(range, most).map((one) => one.recall));
      close(own.AP, precision("all"));
      close(own.AP50, precision("all", [0.5]));
      close(own.AP75, precision("all", [overlaps[5]]));
      for (const [name, range] of [
        ["APsmall", "small"],
        ["APmedium", "medium"],
        ["APlarge", "large"],
      ] as const)
        close(own[name], precision(range));
      close(own.AR1, recall("all", 1));
      close(own.AR10, recall("all", 10));
      close(own.AR, recall("all", 12));
      for (const [name, range] of [
        ["ARsmall", "small"],
        ["ARmedium", "medium"],
        ["ARlarge", "large"],
      ] as const)
        close(own[name], recall(range, 12));
      if (own.AP > 0 && own.AP < 1) counted++;
    }
    expect(counted).toBeGreaterThan(40);
  });

  const golden = new URL("../../golden/detection.json", import.meta.url);
  test.runIf(existsSync(golden))("they are those of COCO's own program", () => {
    const cases = JSON.parse(readFileSync(golden, "utf8")) as {
      found: Found[];
      truths: TrueBox[];
      stats: number[];
    }[];
    expect(cases.length).toBeGreaterThan(20);
    for (const { found, truths, stats } of cases) {
      const { AP, AP50, AP75, APsmall, APmedium, APlarge, ...rest } = cocoPrecision(found, truths);
      const { AR1, AR10, AR, ARsmall, ARmedium, ARlarge } = rest;
      const own = [AP, AP50, AP75, APsmall, APmedium, APlarge, AR1, AR10, AR, ARsmall, ARmedium, ARlarge];
      for (const [i, stat] of stats.entries()) close(own[i], stat === -1 ? Number.NaN : stat);
    }
  });

  const box: TrueBox["box"] = [0, 0, 50, 50];
  const truth = (more = {}): TrueBox => ({ picture: 0, label: 0, box, ...more });
  const guess = (score: number, at = box, more = {}): Found => ({
    picture: 0,
    label: 0,
    box: at,
    score,
    ...more,
  });

  test("what is crafted has the known answer", () => {
    expect(cocoPrecision([guess(1)], [truth()])).toMatchObject({
      AP: 1,
      AP50: 1,
      APmedium: 1,
      AR1: 1,
      AR: 1,
    });
    expect(cocoPrecision([guess(1)], [truth()]).APsmall).toBeNaN();
    // An overlap of exactly 0.5 is enough.
    expect(cocoPrecision([guess(1, [0, 0, 50, 25])], [truth()])).toMatchObject({ AP50: 1, AP75: 0 });
    // A crowd takes any number of boxes that lie in it, and counts for nobody.
    const crowd = truth({ crowd: true, box: [0, 0, 400, 400] });
    const many = [guess(0.9, [60, 0, 110, 50]), guess(0.8, [120, 0, 170, 50]), guess(0.7)];
    expect(cocoPrecision(many, [crowd, truth()]).AP).toBe(1);
    expect(cocoPrecision(many, [truth({ box: [300, 300, 350, 350] }), truth()]).AP).toBeCloseTo(
      mean([...Array(51).fill(1 / 3), ...Array(50).fill(0)]),
      12,
    );
    // A hundred of a picture at most.
    const late = Array.from({ length: 101 }, (_, i) =>
      guess(1 - i / 1000, i === 100 ? box : [60, 0, 110, 50]),
    );
    expect(cocoPrecision(late, [truth()]).AR).toBe(0);
    expect(cocoPrecision(late, [truth()], { most: 101 }).AR).toBe(1);
    expect(cocoPrecision([], [truth()])).toMatchObject({ AP: 0, AR: 0 });
    expect(cocoPrecision([], []).AP).toBeNaN();
    // The object's area says what is small, not its box.
    expect(cocoPrecision([guess(1)], [truth({ area: 100 })])).toMatchObject({
      APsmall: 1,
      APmedium: Number.NaN,
    });
  });

  test("a box of equal overlaps takes the last, so that the first is left for the next", () => {
    const twins = [truth(), truth()];
    expect(cocoPrecision([guess(0.9), guess(0.8)], twins).AP).toBe(1);
  });
});

test("records are gathered out of batches: padding is left out, pictures are counted on", () => {
  const kept = (values: number[], shape: number[]) => ({ values: Float32Array.from(values), shape });
  const batch = {
    boxes: kept([0, 0, 2, 2, 9, 9, 9, 9, 1, 1, 3, 3, 0, 0, 0, 0], [2, 2, 4]),
    scores: kept([0.5, 0, 0.25, 0], [2, 2]),
    labels: kept([1, -1, 0, -1], [2, 2]),
    trueBoxes: kept([0, 0, 2, 2, 1, 1, 3, 3], [2, 1, 4]),
    trueLabels: kept([1, -1], [2, 1]),
    difficult: kept([1, 0], [2, 1]),
  };
  const { found, truths } = gathered([batch, batch]);
  expect(found.map(({ picture, label, score }) => [picture, label, score])).toEqual([
    [0, 1, 0.5],
    [1, 0, 0.25],
    [2, 1, 0.5],
    [3, 0, 0.25],
  ]);
  expect(truths).toEqual([
    { picture: 0, label: 1, box: [0, 0, 2, 2], difficult: true },
    { picture: 2, label: 1, box: [0, 0, 2, 2], difficult: true },
  ]);
  expect(found[2].box).toEqual([0, 0, 2, 2]);
});

test("what is no box is refused", () => {
  expect(() => vocPrecision([{ picture: 0, label: 0, box: [0, 0, 1, Number.NaN], score: 1 }], [])).toThrow(
    /^vocPrecision: found is .*, expected boxes \{ picture, label, box: \[top, left, bottom, right\], score \}/,
  );
});
