/** What Faster R-CNN is made of, piece by piece, against plain loops of the equations. */
import { expect, test } from "vitest";
import { tensor } from "../../../../src/index.js";
import { anchorsAt, publishedAnchors } from "../../../../src/tasks/detection/faster-rcnn/anchors.js";
import {
  decodedBoxes,
  encodedBoxes,
  heldWithin,
  regionWeights,
} from "../../../../src/tasks/detection/faster-rcnn/box-codes.js";
import { judgedBoxes } from "../../../../src/tasks/detection/faster-rcnn/judged.js";
import { proposals } from "../../../../src/tasks/detection/faster-rcnn/proposals.js";
import { levelOf, pyramidAlign } from "../../../../src/tasks/detection/faster-rcnn/pyramid-align.js";
import { generator } from "../../../checks/random.js";
import { onEveryTarget } from "../../../checks/targets.js";
import { roiAlign } from "../../../textbook/roi.js";

type Box = [top: number, left: number, bottom: number, right: number];

const iou = (a: Box, b: Box): number => {
  const high = Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0]));
  const wide = Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
  const area = ([top, left, bottom, right]: Box) => (bottom - top) * (right - left);
  return (high * wide) / (area(a) + area(b) - high * wide);
};

/** The box of a code, by the equations. */
function decoded(
  [dx, dy, dw, dh]: number[],
  [top, left, bottom, right]: Box,
  weights: readonly number[],
): Box {
  const [w, h] = [right - left, bottom - top];
  const x = (dx / weights[0]) * w + left + w / 2;
  const y = (dy / weights[1]) * h + top + h / 2;
  const most = Math.log(1000 / 16);
  const wide = Math.exp(Math.min(most, dw / weights[2])) * w;
  const high = Math.exp(Math.min(most, dh / weights[3])) * h;
  return [y - high / 2, x - wide / 2, y + high / 2, x + wide / 2];
}

const within = (box: Box, [height, width]: number[]): Box =>
  box.map((side, i) => Math.min(Math.max(side, 0), i % 2 === 0 ? height : width)) as Box;

/** Greedy suppression; the best first, of equal ones the first. */
function suppressed<T extends { box: Box; score: number; group: number }>(all: T[], overlap: number): T[] {
  const left: T[] = [];
  for (const one of [...all].sort((a, b) => b.score - a.score))
    if (!left.some((kept) => kept.group === one.group && iou(kept.box, one.box) > overlap)) left.push(one);
  return left;
}

const close = (actual: ArrayLike<number>, expected: readonly number[], most = 1e-3): void => {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(actual[i] - value), `place ${i}: ${actual[i]}, expected ${value}`).toBeLessThan(most);
  });
};

test("published anchors are the paper's table", () => {
  // x1, y1, x2, y2 as its program prints them, counted from 0.
  expect(publishedAnchors().map(([top, left, bottom, right]) => [left, top, right, bottom])).toEqual([
    [-84, -40, 99, 55],
    [-176, -88, 191, 103],
    [-360, -184, 375, 199],
    [-56, -56, 71, 71],
    [-120, -120, 135, 135],
    [-248, -248, 263, 263],
    [-36, -80, 51, 95],
    [-80, -168, 95, 183],
    [-168, -344, 183, 359],
  ]);
});

onEveryTarget("Faster R-CNN's pieces", () => {
  test("anchors stand line by line, at each place all of them", async () => {
    const anchors: Box[] = [
      [-1, -2, 1, 2],
      [-3, -4, 3, 4],
    ];
    const expected: number[] = [];
    for (let i = 0; i < 2; i++)
      for (let j = 0; j < 3; j++)
        for (const [top, left, bottom, right] of anchors)
          expected.push(top + 8 * i, left + 16 * j, bottom + 8 * i, right + 16 * j);
    const all = anchorsAt(anchors, { height: 2, width: 3, stride: [8, 16] });
    expect(all.shape).toEqual([1, 12, 4]);
    expect([...(await all.data())]).toEqual(expected);
  });

  test("boxes as codes and back; codes of too large boxes are cut", async () => {
    const draw = generator(1);
    const some = (): Box => {
      const [top, left] = [100 * draw(), 100 * draw()];
      return [top, left, top + 5 + 90 * draw(), left + 5 + 90 * draw()];
    };
    const [boxes, anchors] = [0, 1].map(() => Array.from({ length: 20 }, some));
    const codes = await encodedBoxes(tensor(boxes), tensor(anchors), regionWeights).data();
    boxes.forEach((box, i) => {
      const [h, w, ha, wa] = [box, anchors[i]].flatMap((b) => [b[2] - b[0], b[3] - b[1]]);
      const middle = (b: Box, side: number) => (b[side] + b[side + 2]) / 2;
      close(codes.subarray(4 * i, 4 * i + 4), [
        ((middle(box, 1) - middle(anchors[i], 1)) / wa) * 10,
        ((middle(box, 0) - middle(anchors[i], 0)) / ha) * 10,
        Math.log(w / wa) * 5,
        Math.log(h / ha) * 5,
      ]);
    });
    const back = decodedBoxes(tensor(codes, [20, 4]), tensor(anchors), regionWeights);
    close(await back.data(), boxes.flat());
    const huge = [3, -2, 40, 21];
    const told = decodedBoxes(tensor([huge]), tensor([anchors[0]]), regionWeights);
    close(await told.data(), decoded(huge, anchors[0], regionWeights), 0.05);
    const held = heldWithin(
      tensor([[[-3, 4, 50, 90]], [[-3, 4, 50, 90]]]),
      tensor([
        [40, 80],
        [60, 100],
      ]),
    );
    expect([...(await held.data())]).toEqual([0, 4, 40, 80, 0, 4, 50, 90]);
  });

  test("levels by size: 112 and 224 pixels are the first of theirs", async () => {
    const edges = [1, 111.9, 112, 223.9, 224, 447, 448, 2000];
    const boxes = edges.map((edge) => [3, 5, 3 + edge / 2, 5 + edge * 2]);
    const levels = levelOf(tensor(boxes), { finest: 2, count: 4 });
    const expected = edges.map(
      (edge) => Math.min(5, Math.max(2, Math.floor(4 + Math.log2(edge / 224) + 1e-6))) - 2,
    );
    expect(expected).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect([...(await levels.data())]).toEqual(expected);
  });

  test("RoI align on a pyramid is RoI align on the level of each box", async () => {
    const draw = generator(2);
    const sizes = [32, 16, 8, 4];
    const [n, channels] = [2, 3];
    const levels = sizes.map((size) => ({
      shape: [n, size, size + size / 2, channels],
      data: Array.from({ length: n * size * 1.5 * size * channels }, () => draw()),
    }));
    const boxes: Box[] = Array.from({ length: 8 }, (_, i) => {
      const [top, left] = [20 * draw(), 20 * draw()];
      const edge = [30, 120, 240, 460][i % 4];
      return [top, left, top + edge, left + edge * (1 + draw() / 10)];
    });
    const found = pyramidAlign(
      levels.map(({ shape, data }) => tensor(Float32Array.from(data), shape)),
      tensor(boxes.flat(), [n, 4, 4]),
      { finest: 2, size: 3 },
    );
    expect(found.shape).toEqual([8, 3, 3, channels]);
    const expected = boxes.flatMap(([top, left, bottom, right], i) => {
      const edge = Math.sqrt((bottom - top) * (right - left));
      const level = Math.min(3, Math.max(0, Math.floor(2 + Math.log2(edge / 224) + 1e-6)));
      const box = { shape: [1, 5], data: [Math.floor(i / 4), left, top, right, bottom] };
      return [...roiAlign(levels[level] as never, box as never, 3, { scale: 2 ** -(level + 2) }).data];
    });
    close(await found.data(), expected, 1e-4);
  });

  test("proposals: the best of each level, within the picture, suppressed by level, the best of all", async () => {
    const draw = generator(3);
    const n = 2;
    const counts = [40, 12];
    const sizes = [
      [50, 60],
      [64, 40],
    ];
    const how = { perLevel: 25, overlap: 0.4, most: 18 };
    const levels = counts.map((count) => ({
      anchors: Array.from({ length: count }, (): Box => {
        const [top, left] = [70 * draw() - 10, 70 * draw() - 10];
        return [top, left, top + 4 + 30 * draw(), left + 4 + 30 * draw()];
      }),
      scores: Array.from({ length: n * count }, () => 8 * draw() - 4),
      codes: Array.from({ length: n * count * 4 }, () => draw() - 0.5),
    }));
    const made = proposals(
      levels.map(({ anchors, scores, codes }, l) => ({
        anchors: tensor(anchors.flat(), [1, counts[l], 4]),
        scores: tensor(scores, [n, counts[l]]),
        codes: tensor(codes, [n, counts[l], 4]),
      })),
      tensor(sizes),
      how,
    );
    const [boxes, scores, exists] = await Promise.all([
      made.boxes.data(),
      made.scores.data(),
      made.exists.data(),
    ]);
    let outside = 0;
    for (let i = 0; i < n; i++) {
      const all = levels.flatMap((level, group) => {
        const ranked = [...level.anchors.keys()].sort(
          (a, b) => level.scores[i * counts[group] + b] - level.scores[i * counts[group] + a],
        );
        return ranked.slice(0, how.perLevel).map((a) => {
          const at = i * counts[group] + a;
          const code = level.codes.slice(4 * at, 4 * at + 4);
          const box = within(decoded(code, level.anchors[a], [1, 1, 1, 1]), sizes[i]);
          return { group, box, score: 1 / (1 + Math.exp(-level.scores[at])) };
        });
      });
      const there = all.filter(({ box }) => box[2] - box[0] >= 1e-3 && box[3] - box[1] >= 1e-3);
      outside += all.length - there.length;
      const expected = suppressed(there, how.overlap).slice(0, how.most);
      const own = [...exists.subarray(i * how.most, (i + 1) * how.most)];
      expect(own).toEqual(Array.from({ length: how.most }, (_, r) => Number(r < expected.length)));
      const filled = (width: number, values: number[]) => [
        ...values,
        ...new Array(width * how.most - values.length).fill(0),
      ];
      close(
        scores.subarray(i * how.most, (i + 1) * how.most),
        filled(
          1,
          expected.map(({ score }) => score),
        ),
        1e-5,
      );
      close(
        boxes.subarray(4 * i * how.most, 4 * (i + 1) * how.most),
        filled(
          4,
          expected.flatMap(({ box }) => box),
        ),
      );
    }
    // Some vanish: without them nothing would be seen to be removed.
    expect(outside).toBeGreaterThan(0);
  });

  test("judged regions: sure classes but the background, suppressed by class", async () => {
    const draw = generator(4);
    const [n, regions, classes, most] = [2, 24, 3, 20];
    const sizes = [
      [80, 90],
      [70, 100],
    ];
    const boxes = Array.from({ length: n * regions }, (): Box => {
      const [top, left] = [20 * draw(), 20 * draw()];
      return [top, left, top + 10 + 30 * draw(), left + 10 + 30 * draw()];
    });
    const exists = boxes.map((_, i) => i % regions < 21);
    const scores = boxes.map(() => Array.from({ length: classes + 1 }, () => 6 * draw() - 3));
    const codes = boxes.map(() => Array.from({ length: 4 * (classes + 1) }, () => 2 * draw() - 1));
    const found = judgedBoxes(
      { scores: tensor(scores), codes: tensor(codes) },
      {
        boxes: tensor(boxes.flat(), [n, regions, 4]),
        exists: tensor(Uint8Array.from(exists, Number), [n, regions], "bool"),
      },
      { sizes: tensor(sizes), least: 0.1, overlap: 0.5, most },
    );
    const [foundBoxes, foundScores, labels] = await Promise.all([
      found.boxes.data(),
      found.scores.data(),
      found.labels.data(),
    ]);
    for (let i = 0; i < n; i++) {
      const all: { box: Box; score: number; group: number }[] = [];
      for (let r = i * regions; r < (i + 1) * regions; r++) {
        if (!exists[r]) continue;
        const total = scores[r].reduce((sum, score) => sum + Math.exp(score), 0);
        for (let c = 1; c <= classes; c++) {
          const score = Math.exp(scores[r][c]) / total;
          const box = within(decoded(codes[r].slice(4 * c, 4 * c + 4), boxes[r], [10, 10, 5, 5]), sizes[i]);
          if (score > 0.1) all.push({ box, score, group: c - 1 });
        }
      }
      const left = suppressed(all, 0.5);
      expect(left.length).toBeLessThan(all.length);
      const expected = left.slice(0, most);
      const filled = (values: number[], length: number, value: number) => [
        ...values,
        ...new Array(length - values.length).fill(value),
      ];
      expect([...labels.subarray(i * most, (i + 1) * most)]).toEqual(
        filled(
          expected.map(({ group }) => group),
          most,
          -1,
        ),
      );
      close(
        foundScores.subarray(i * most, (i + 1) * most),
        filled(
          expected.map(({ score }) => score),
          most,
          0,
        ),
        1e-5,
      );
      close(
        foundBoxes.subarray(4 * i * most, 4 * (i + 1) * most),
        filled(
          expected.flatMap(({ box }) => box),
          4 * most,
          0,
        ),
      );
    }
  });
});
