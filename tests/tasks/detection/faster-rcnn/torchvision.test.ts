/** Faster R-CNN on a feature pyramid as torchvision computed it: tests/golden/faster-rcnn.py made the numbers. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ArrayFile, StoredArray } from "../../../../src/formats/array-file.js";
import { loadWeights } from "../../../../src/models/index.js";
import { torchPlaces } from "../../../../src/models/weight-places.js";
import { Detector, load } from "../../../../src/tasks/detection/detector.js";
import { centredAnchors } from "../../../../src/tasks/detection/faster-rcnn/anchors.js";
import { type FasterRcnn, fasterRcnn } from "../../../../src/tasks/detection/faster-rcnn/network.js";
import { findRegions, seenSize } from "../../../../src/tasks/detection/faster-rcnn/pictures.js";
import { sizeOf } from "../../../../src/tensor/shapes.js";
import { encodeCheckpoint } from "../../../../src/training/checkpoint.js";
import { uniform } from "../../../checks/named-numbers.js";

interface Case {
  classes: number;
  height: number;
  width: number;
  options: { min_size: number; max_size: number; rpn_post_nms_top_n_test: number };
  bias: number[];
  boxes: [number, number, number, number][];
  scores: number[];
  labels: number[];
}

const golden: {
  anchors: { sizes: number[]; ratios: number[]; anchors: number[][] }[];
  /** Height and width, and how they are seen. */
  sizes: [number, number, number, number][];
  cases: Case[];
} = JSON.parse(readFileSync(join(import.meta.dirname, "../../../golden/faster-rcnn.json"), "utf8"));

const scales: { readonly [name: string]: number } = {
  "rpn.head.cls_logits.weight": 0.1,
  "rpn.head.bbox_pred.weight": 0.12,
  "roi_heads.box_predictor.cls_score.weight": 0.2,
};

/** Weights by the script's formula. */
function numbersOf(name: string, shape: readonly number[]): Float32Array {
  const u = uniform(name, sizeOf(shape));
  if (shape.length > 1) {
    const bound = Math.fround(Math.sqrt(6 / sizeOf(shape.slice(1))) * (scales[name] ?? 1));
    return u.map((value) => value * bound);
  }
  if (name.endsWith("running_var")) return u.map((value) => 1 + value / 2);
  if (name.endsWith("weight")) return u.map((value) => (1 + value / 2) * (name.includes("bn3") ? 0.25 : 1));
  return u.map((value) => value / 10);
}

/** A file with the names of newer torchvisions. */
function fileOf(network: FasterRcnn, bias: readonly number[]): ArrayFile {
  const arrays = torchPlaces(network).map(({ names, shape }): [string, StoredArray] => {
    const name = names.find((one) => /\.0\.0\.|blocks\.\d\.0\./.test(one)) ?? names[0];
    const values = () =>
      name === "roi_heads.box_predictor.cls_score.bias" ? Float32Array.from(bias) : numbersOf(name, shape);
    return [name, { shape, dtype: "F32", read: async () => values() }];
  });
  return { name: "a formula", metadata: {}, arrays: new Map(arrays) };
}

/** Squares of 8 pixels with noise on them. */
function picture(name: string, height: number, width: number) {
  const columns = Math.ceil(width / 8);
  const coarse = uniform(name, Math.ceil(height / 8) * columns * 3);
  const fine = uniform(`${name} fine`, height * width * 3);
  const pixels = Uint8Array.from(fine, (value, at) => {
    const [c, x, y] = [at % 3, Math.floor(at / 3) % width, Math.floor(at / 3 / width)];
    const square = coarse[(Math.floor(y / 8) * columns + Math.floor(x / 8)) * 3 + c];
    return Math.min(255, Math.max(0, Math.floor(128 + 90 * square + 30 * value)));
  });
  return { width, height, channels: 3 as const, pixels };
}

test.each(golden.anchors)("anchors of sizes $sizes and ratios $ratios", ({ sizes, ratios, anchors }) => {
  expect(
    centredAnchors(sizes, ratios).map(([top, left, bottom, right]) => [left, top, right, bottom]),
  ).toEqual(anchors.map((one) => one.map((side) => side + 0)));
});

test("sizes in which pictures are seen, 799 lines of 427 among them", () => {
  expect(golden.sizes.map(([height, width]) => [height, width, ...seenSize([height, width])])).toEqual(
    golden.sizes,
  );
  expect(golden.sizes).toContainEqual([427, 640, 799, 1199]);
  expect(seenSize([96, 128], { minSize: 128, maxSize: 256 })).toEqual([128, 170]);
  expect(() => seenSize([1, 1], { minSize: 0 })).toThrow(
    "seenSize: minSize is 0, expected a whole number from 1 on",
  );
});

describe("fasterrcnn_resnet50_fpn", () => {
  test("has torchvision's 41,755,286 parameters with 90 classes", () => {
    const shapes = new Map<string, readonly number[]>();
    const network = fasterRcnn({ classes: 90 });
    const stop = new Error("shapes are known");
    expect(() =>
      network.build(
        { images: [64, 64, 3], sizes: [2] },
        {
          expect(asked) {
            for (const [path, shape] of asked) shapes.set(path, shape);
            throw stop;
          },
        },
      ),
    ).toThrow(stop);
    const trained = [...shapes].filter(([path]) => !path.includes("batchNorm"));
    expect(trained.reduce((sum, [, shape]) => sum + sizeOf(shape), 0)).toBe(41_755_286);
  });

  test.each(golden.cases)(
    "finds torchvision's boxes in $height×$width pixels",
    async ({ classes, height, width, options, bias, ...expected }) => {
      const network = fasterRcnn({ classes, proposals: options.rpn_post_nms_top_n_test });
      network.build({ images: [64, 64, 3], sizes: [2] }, { blank: true });
      await loadWeights(network, fileOf(network, bias));
      const found = await findRegions(network, picture("picture", height, width), {
        minSize: options.min_size,
        maxSize: options.max_size,
      });
      expect(expected.scores.length).toBeGreaterThanOrEqual(20);
      expect(Math.max(...expected.scores) - Math.min(...expected.scores)).toBeGreaterThan(1e-3);
      expect(new Set(expected.labels).size).toBeGreaterThan(2);
      expect(found.length).toBe(expected.scores.length);
      // Of scores that differ by less than f32 tells apart either may come first: each box has its own.
      const left = new Set(found);
      const off = { box: 0, score: 0 };
      expected.scores.forEach((score, i) => {
        const [x1, y1, x2, y2] = expected.boxes[i];
        const distance = ({ box }: (typeof found)[number]): number =>
          Math.max(...[y1, x1, y2, x2].map((side, at) => Math.abs(side - box[at])));
        const own = [...left].filter(({ label }) => label === expected.labels[i] - 1);
        const nearest = own.reduce((a, b) => (distance(b) < distance(a) ? b : a));
        left.delete(nearest);
        off.box = Math.max(off.box, distance(nearest));
        off.score = Math.max(off.score, Math.abs(nearest.score - score));
      });
      expect(off.box).toBeLessThan(0.1);
      expect(off.score).toBeLessThan(1e-4);

      // As a detector, and as one that was read from a file.
      const names = Array.from({ length: classes }, (_, i) => `class ${i}`);
      const sees = { size: [options.min_size, options.max_size], fit: "scale" } as const;
      const detector = new Detector(network, sees, names, "a formula");
      const again = await load(encodeCheckpoint(await detector.checkpoint()));
      expect([again.sees, again.network.type]).toEqual([sees, "fasterRcnn"]);
      const told = await again.predict(picture("picture", height, width), { least: 0.05 });
      expect(told.map(({ label }) => label)).toEqual(found.map(({ label }) => label));
      told.forEach(({ box, score }, i) => {
        expect(score).toBeCloseTo(found[i].score, 5);
        for (const [side, value] of box.entries()) expect(value).toBeCloseTo(found[i].box[side], 2);
      });
    },
    300_000,
  );
});
