import { optionsOf } from "../../door/options.js";
import { text } from "../../door/rules.js";
import { crossEntropy } from "../../losses/cross-entropy.js";
import { partsOf } from "../../losses/loss.js";
import { add, div, maximum, minimum, mul, sub } from "../../ops/arithmetic.js";
import { cast } from "../../ops/cast.js";
import { equal, greaterEqual, logicalAnd, logicalOr } from "../../ops/comparisons.js";
import { argmax, max } from "../../ops/extremes.js";
import { range } from "../../ops/range.js";
import { reshape } from "../../ops/reshape.js";
import { slice } from "../../ops/slice.js";
import { sum } from "../../ops/sum.js";
import { where } from "../../ops/where.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Objective } from "../../training/objective.js";
import { fieldOf } from "../../training/objectives/inputs.js";
import { type LocalisationOutputs, toldBox } from "./model.js";

/** The fields of {@link localisationObjective}. */
export interface LocalisationObjectiveOptions {
  /** Pictures, N×H×W×3 pixels of 0 to 255; `"images"` if left out. */
  images?: string;
  /** True boxes, N×K×4, ragged, in pixels of these; `"boxes"` if left out. */
  boxes?: string;
  /** Their classes, N×K, ragged and filled up with −1; `"labels"` if left out. */
  labels?: string;
  /** N×K, all but 0 do not count (difficult ones, crowds); `"ignored"` if left out, and none where there is no such field. */
  ignored?: string;
}

/** What it counts that the box is told rightly, beside the class. */
const boxCounts = 2;

/**
 * The class and the box of the largest object of each picture; pictures without one do not count. Losses: `class`, the cross
 * entropy, and `box`, 1 − GIoU, twice. Scores: `accuracy`, the share of pictures whose class is told rightly, and `localised`, of
 * which the box, too, overlaps the true one by at least a half.
 *
 * Rezatofighi et al.: Generalized Intersection over Union, CVPR 2019.
 */
export function localisationObjective(options: LocalisationObjectiveOptions = {}): Objective {
  const {
    images = "images",
    boxes = "boxes",
    labels = "labels",
    ignored = "ignored",
  } = optionsOf("localisationObjective", options, { images: text, boxes: text, labels: text, ignored: text });
  return {
    name: "localisation",
    inputs: [images],
    best: { score: "localised", higher: true },
    cost(model, batch, mode) {
      const field = (name: string) => fieldOf("localisationObjective", batch, name);
      const output = model(field(images), mode) as LocalisationOutputs;
      const { box, label } = largest(
        field(boxes),
        field(labels),
        Object.hasOwn(batch, ignored) ? batch[ignored] : undefined,
      );
      const counts = cast(greaterEqual(label, 0), "f32");
      const { iou, giou } = overlaps(toldBox(output.places), box);
      const isRight = logicalAnd(equal(argmax(output.scores, { axis: 1 }), label), greaterEqual(label, 0));
      return {
        losses: {
          class: partsOf(crossEntropy({ ignore: -1 }), output.scores, label),
          box: { total: sum(mul(sub(1, giou), counts)), weight: sum(counts), times: boxCounts },
        },
        sums: {
          right: sum(cast(isRight, "f32")),
          localised: sum(cast(logicalAnd(isRight, greaterEqual(iou, 0.5)), "f32")),
          pictures: sum(counts),
        },
      };
    },
    scores: ({ right, localised, pictures }) => ({
      accuracy: right / (pictures || 1),
      localised: localised / (pictures || 1),
    }),
  };
}

/**
 * The largest object of each picture: of equally large ones the first.
 * @returns  `box` N×4, and `label` N, −1 where there is none
 */
export function largest(boxes: Tensor, labels: Tensor, ignored?: Tensor): { box: Tensor; label: Tensor } {
  const [n, most] = labels.shape;
  const side = (k: number): Tensor => reshape(slice(boxes, [0, 0, k], [n, most, k + 1]), [n, most]);
  const area = mul(sub(side(2), side(0)), sub(side(3), side(1)));
  const isNone = ignored
    ? logicalOr(equal(labels, -1), greaterEqual(cast(ignored, "i32"), 1))
    : equal(labels, -1);
  const counted = where(isNone, -1, area);
  const at = argmax(counted, { axis: 1 });
  const isIt = equal(reshape(range(most), [1, most]), reshape(at, [n, 1]));
  const there = greaterEqual(max(counted, { axis: 1 }), 0);
  return {
    box: sum(mul(boxes, reshape(cast(isIt, "f32"), [n, most, 1])), { axis: 1 }),
    label: cast(where(there, sum(where(isIt, cast(labels, "f32"), 0), { axis: 1 }), -1), "i32"),
  };
}

/** Of boxes N×4 and as many others: intersection over union, and the generalised form, N each. */
export function overlaps(a: Tensor, b: Tensor): { iou: Tensor; giou: Tensor } {
  const [n] = a.shape;
  const side = (boxes: Tensor, k: number): Tensor => reshape(slice(boxes, [0, k], [n, k + 1]), [n]);
  const sidesOf = (boxes: Tensor) => [0, 1, 2, 3].map((k) => side(boxes, k));
  const [top, left, bottom, right] = sidesOf(a);
  const [t, l, r, s] = [side(b, 0), side(b, 1), side(b, 2), side(b, 3)];
  const area = (y0: Tensor, x0: Tensor, y1: Tensor, x1: Tensor): Tensor =>
    mul(maximum(sub(y1, y0), 0), maximum(sub(x1, x0), 0));
  const both = area(maximum(top, t), maximum(left, l), minimum(bottom, r), minimum(right, s));
  const union = sub(add(area(top, left, bottom, right), area(t, l, r, s)), both);
  const around = area(minimum(top, t), minimum(left, l), maximum(bottom, r), maximum(right, s));
  // Of boxes without area.
  const some = 1e-6;
  const iou = div(both, add(union, some));
  return { iou, giou: sub(iou, div(sub(around, union), add(around, some))) };
}
