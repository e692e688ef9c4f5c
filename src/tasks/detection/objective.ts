import { optionsOf } from "../../door/options.js";
import { text } from "../../door/rules.js";
import { add, div, maximum, minimum, mul, sub } from "../../ops/arithmetic.js";
import { cast } from "../../ops/cast.js";
import { greaterEqual } from "../../ops/comparisons.js";
import { sigmoid, softplus, square } from "../../ops/elementary.js";
import { sum } from "../../ops/sum.js";
import { where } from "../../ops/where.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { BatchTensors, Objective, Trainable } from "../../training/objective.js";
import { fieldOf } from "../../training/objectives/inputs.js";
import { gathered, type KeptDetections } from "./boxes.js";
import { foundBoxes, type Telling, toldSides } from "./decoding.js";
import { type PlaceOutputs, stride } from "./model.js";
import { type PlaceTargets, placeTargets } from "./targets.js";
import { vocPrecision } from "./voc-precision.js";

/** The fields of {@link detectionObjective}. */
export interface DetectionObjectiveOptions {
  /** Pictures, N×H×W×3 pixels of 0 to 255; `"images"` if left out. */
  images?: string;
  /** True boxes, N×K×4, ragged, in pixels of these; `"boxes"` if left out. */
  boxes?: string;
  /** Their classes, N×K, ragged and filled up with −1; `"labels"` if left out. */
  labels?: string;
  /** N×K, all but 0 are not to be found (difficult ones, crowds); `"ignored"` if left out, and none where there is no such field. */
  ignored?: string;
}

/** How boxes are told where a network is measured. */
export const measured: Telling = { most: 100, overlap: 0.5, least: 0.01 };

/** What it counts that boxes are told rightly, beside middles. */
const boxesCount = 5;

/**
 * Objects of any number in each picture, found by their middles. Losses: `middles`, a focal loss in which places near a
 * middle cost less, by the number of objects; and `boxes`, 1 − GIoU of the boxes that places around a middle tell, five times.
 * A picture without objects counts as one with one. Score: `mAP`, the mean average precision by Pascal VOC's rule.
 *
 *     middles: −(1 − p)² ln p where a middle is, −(1 − y)⁴ p² ln(1 − p) elsewhere
 *
 * Zhou, Wang, Krähenbühl: Objects as Points, arXiv:1904.07850, equation 1; Liu et al.: Training-Time-Friendly Network for
 * Real-Time Object Detection, arXiv:1909.00700; Rezatofighi et al.: Generalized Intersection over Union, CVPR 2019.
 */
export function detectionObjective(options: DetectionObjectiveOptions = {}): Objective {
  const {
    images = "images",
    boxes = "boxes",
    labels = "labels",
    ignored = "ignored",
  } = optionsOf("detectionObjective", options, { images: text, boxes: text, labels: text, ignored: text });
  const truths = (batch: BatchTensors) => ({
    boxes: fieldOf("detectionObjective", batch, boxes),
    labels: fieldOf("detectionObjective", batch, labels),
    ...(Object.hasOwn(batch, ignored) ? { ignored: batch[ignored] } : {}),
  });
  const outputs = (model: Trainable, batch: BatchTensors, mode = {}) =>
    model(fieldOf("detectionObjective", batch, images), mode) as unknown as PlaceOutputs;
  return {
    name: "detection",
    inputs: [images],
    best: { score: "mAP", higher: true },
    cost(model, batch, mode) {
      const { scores, distances } = outputs(model, batch, mode);
      const [, height, width, classes] = scores.shape;
      const targets = placeTargets(truths(batch), { height, width, stride, classes });
      return {
        losses: {
          middles: { total: sum(middlesCost(scores, targets)), weight: sum(maximum(targets.counts, 1)) },
          boxes: {
            total: sum(mul(boxesCost(distances, targets), targets.weights)),
            weight: sum(targets.weights),
            times: boxesCount,
          },
        },
      };
    },
    kept: {
      of(model, batch) {
        const found = foundBoxes(outputs(model, batch), measured);
        const own = truths(batch);
        return {
          ...found,
          trueBoxes: own.boxes,
          trueLabels: own.labels,
          ...(own.ignored ? { difficult: own.ignored } : {}),
        };
      },
      scores(batches) {
        const { found, truths: there } = gathered(batches as unknown as readonly KeptDetections[]);
        // Of pictures without any object there is nothing to be found.
        return { mAP: vocPrecision(found, there).mAP || 0 };
      },
    },
  };
}

/** N×h×w×classes: what the scores of each place cost. */
export function middlesCost(scores: Tensor, { middles, exempt }: PlaceTargets): Tensor {
  const p = sigmoid(scores);
  const found = mul(square(sub(1, p)), softplus(mul(scores, -1)));
  const near = square(square(sub(1, middles)));
  const made = mul(mul(near, square(p)), softplus(scores));
  return where(greaterEqual(middles, 1), found, where(exempt, 0, made));
}

/** N×h×w×1: 1 − GIoU of the box that each place tells and the one that it is to tell. */
export function boxesCost(distances: Tensor, { sides }: Pick<PlaceTargets, "sides">): Tensor {
  const [top, left, bottom, right] = toldSides(distances);
  const [t, l, b, r] = sides.map((side) => cast(side, "f32"));
  const length = (from: Tensor, to: Tensor): Tensor => maximum(sub(to, from), 0);
  const own = mul(length(top, bottom), length(left, right));
  const both = mul(length(maximum(top, t), minimum(bottom, b)), length(maximum(left, l), minimum(right, r)));
  const union = sub(add(own, mul(length(t, b), length(l, r))), both);
  const around = mul(
    length(minimum(top, t), maximum(bottom, b)),
    length(minimum(left, l), maximum(right, r)),
  );
  // A place that tells nothing may tell a box without area.
  const some = 1e-6;
  const giou = sub(div(both, add(union, some)), div(sub(around, union), add(around, some)));
  return sub(1, giou);
}
