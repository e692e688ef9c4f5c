/** What Faster R-CNN's halves are to find and what they cost, as torchvision has it: tests/golden/rcnn-losses.py. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { div, gradients, type Tensor, tensor } from "../../../../src/index.js";
import {
  proposalLosses,
  type RcnnLosses,
  regionLosses,
} from "../../../../src/tasks/detection/faster-rcnn/losses.js";
import {
  anchorMatching,
  matched,
  regionMatching,
  sampled,
} from "../../../../src/tasks/detection/faster-rcnn/matching.js";
import { picked } from "../../../../src/tasks/detection/faster-rcnn/picks.js";
import { onEveryTarget } from "../../../checks/targets.js";

interface Golden {
  truths: { boxes: number[][]; labels: number[] }[];
  anchors: number[][][];
  kinds: number[][];
  draws: number[][];
  scores: number[][];
  codes: number[][][];
  losses: [number, number];
  regions: {
    boxes: number[][][];
    draws: number[][];
    scores: number[][][];
    codes: number[][][];
    labels: number[][];
    losses: [number, number];
  };
}

const golden: Golden = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../golden/rcnn-losses.json"), "utf8"),
);

const [n, most] = [golden.truths.length, Math.max(...golden.truths.map(({ labels }) => labels.length))];
const places = Array.from({ length: most }, (_, i) => i);
const truths = {
  boxes: tensor(
    golden.truths.flatMap(({ boxes }) => places.map((i) => boxes[i] ?? [0, 0, 0, 0])),
    [n, most, 4],
  ),
  labels: tensor(Int32Array.from(golden.truths.flatMap(({ labels }) => places.map((i) => labels[i] ?? -1))), [
    n,
    most,
  ]),
};

const valuesOf = ({ classes, boxes }: RcnnLosses): Promise<number[]> =>
  Promise.all([classes, boxes].map(async ({ total, weight }) => div(total, weight).item()));

const closeTo = (actual: number[], expected: readonly number[]): void =>
  expected.forEach((value, i) => {
    expect(actual[i]).toBeCloseTo(value, 5);
  });

onEveryTarget("Faster R-CNN's training", () => {
  test("anchors find, or are background, or nothing is asked of them", async () => {
    const { kind } = matched(tensor(golden.anchors), truths, anchorMatching);
    const expected = golden.kinds.flat();
    expect(new Set(expected)).toEqual(new Set([-1, 0, 1]));
    expect([...(await kind.data())]).toEqual(expected);
  });

  test("boxes without area are nobody's, and a picture without boxes is all background", async () => {
    const anchors = tensor([
      [
        [0, 0, 10, 10],
        [20, 20, 30, 30],
      ],
    ]);
    const boxes = tensor([
      [
        [5, 5, 5, 9],
        [0, 0, 0, 0],
      ],
    ]);
    const of = async (labels: number[]) => [
      ...(await matched(
        anchors,
        { boxes, labels: tensor(Int32Array.from(labels), [1, 2]) },
        anchorMatching,
      ).kind.data()),
    ];
    expect(await of([0, -1])).toEqual([0, 0]);
    expect(await of([-1, -1])).toEqual([0, 0]);
  });

  test("of what lies on an ignored box nothing is asked, and nothing finds it", async () => {
    const places = tensor([
      [
        [0, 0, 10, 10],
        [0, 2, 10, 12],
        [20, 20, 30, 30],
        [0, 6, 10, 16],
      ],
    ]);
    const boxes = tensor([
      [
        [0, 0, 10, 10],
        [0, 6, 10, 16],
      ],
    ]);
    const { kind } = matched(
      places,
      { boxes, labels: tensor(Int32Array.of(0, 0), [1, 2]), ignored: tensor(Int32Array.of(1, 0), [1, 2]) },
      regionMatching,
    );
    // The second one overlaps the ignored box by 8/12 and the other one by 6/14; the fourth is the other one.
    expect([...(await kind.data())]).toEqual([-1, -1, 0, 1]);
  });

  test("a sample is balanced, and background fills it up", async () => {
    const kind = tensor(Int32Array.of(1, 0, 1, -1, 0, 1, 0, 0), [1, 8]);
    const draws = tensor([[0.1, 0.2, 0.9, 0.95, 0.8, 0.5, 0.3, 0.4]]);
    const of = async (count: number, share: number) => {
      const { indices, exists, finds } = sampled(kind, draws, { count, share });
      const [at, is, does] = await Promise.all([indices.data(), exists.data(), finds.data()]);
      return { at: [...at], is: [...is].map(Number), does: [...does].map(Number) };
    };
    expect(await of(4, 0.5)).toEqual({ at: [2, 5, 4, 7], is: [1, 1, 1, 1], does: [1, 1, 0, 0] });
    // There are three that find a box, and no more background than four.
    expect(await of(8, 0.5)).toEqual({
      at: [2, 5, 0, 4, 7, 6, 1, -1],
      is: [1, 1, 1, 1, 1, 1, 1, 0],
      does: [1, 1, 1, 0, 0, 0, 0, 0],
    });
  });

  test("what proposing costs", async () => {
    const anchors = tensor(golden.anchors);
    const matches = matched(anchors, truths, anchorMatching);
    const sample = sampled(matches.kind, tensor(golden.draws), { count: 20, share: 0.5 });
    const told = { scores: tensor(golden.scores), codes: tensor(golden.codes), anchors };
    const losses = proposalLosses(told, truths, { matches, sample });
    closeTo(await valuesOf(losses), golden.losses);
    // Each score has the slope (p − whether it finds) / count where it is looked at, and 0 elsewhere.
    const [slopes] = gradients(div(losses.classes.total, losses.classes.weight), [told.scores]);
    const [indices, finds] = await Promise.all([sample.indices.data(), sample.finds.data()]);
    const expected = golden.scores.map((own) => own.map(() => 0));
    indices.forEach((at, i) => {
      const picture = Math.floor(i / 20);
      expected[picture][at] = (1 / (1 + Math.exp(-golden.scores[picture][at])) - Number(finds[i])) / 40;
    });
    closeTo([...(await slopes.data())], expected.flat());
  });

  test("what judging costs", async () => {
    const { regions } = golden;
    const boxes = tensor(regions.boxes);
    const matches = matched(boxes, truths, regionMatching);
    const sample = sampled(matches.kind, tensor(regions.draws), { count: 16, share: 0.25 });
    const rows = (x: Tensor): Tensor => picked(x, sample.indices);
    const finds = [...(await sample.finds.data())].filter(Boolean).length;
    expect(finds).toBe(regions.labels.flat().filter((label) => label >= 0).length);
    const [scores, codes] = [regions.scores, regions.codes].map((values) => rows(tensor(values)));
    const judged = {
      scores: tensor(await scores.data(), [n * 16, 4]),
      codes: tensor(await codes.data(), [n * 16, 16]),
    };
    closeTo(await valuesOf(regionLosses(judged, boxes, { truths, matches, sample })), regions.losses);
  });
});
