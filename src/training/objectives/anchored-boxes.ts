import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { fromOneOn, required, rule, text, wholeNumber, withinOne } from "../../door/rules.js";
import { add, div, maximum, minimum, mul, sub } from "../../ops/arithmetic.js";
import { cast } from "../../ops/cast.js";
import { equal, greaterEqual, logicalAnd, logicalOr } from "../../ops/comparisons.js";
import { concat } from "../../ops/concat.js";
import { abs, log, sigmoid, softplus, square } from "../../ops/elementary.js";
import { argmax, max } from "../../ops/extremes.js";
import { range } from "../../ops/range.js";
import { reshape } from "../../ops/reshape.js";
import { slice } from "../../ops/slice.js";
import { sum } from "../../ops/sum.js";
import { where } from "../../ops/where.js";
import { tensor } from "../../tensor/creation.js";
import { ShapeError, show } from "../../tensor/shapes.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Kept, Objective } from "../objective.js";
import {
  type Corners,
  type Found,
  meanAveragePrecision,
  suppressed,
  type Truth,
} from "./average-precision.js";
import { fieldNames } from "./classification.js";
import { fieldOf, outputOf } from "./inputs.js";

export interface AnchoredBoxesOptions {
  /** A boxes [top, left, bottom, right] in the unit of the true ones, from which the network tells how far these are. */
  readonly anchors: readonly Corners[];
  /** How many classes there are. */
  readonly classes: number;
  /** `["images"]` if left out. */
  readonly inputs?: readonly string[];
  /** The field of the true boxes, N×K×4, ragged; `"boxes"` if left out. */
  readonly boxes?: string;
  /** The field of their classes, N×K, ragged and filled up with −1; `"labels"` if left out. */
  readonly labels?: string;
}

/** An anchor that overlaps a true box by less is background, by more than the second one it is to find that box. */
const [background, finds] = [0.4, 0.5];
/** The focal loss's weight of what is there; its focus γ is 2. */
const alpha = 0.25;
/** Where the smooth L1 distance goes over from a parabola to a line. */
const knee = 1 / 9;
/** What is not surer than that is no answer; boxes of a class that overlap by more are one. */
const [surest, same] = [0.05, 0.5];

/**
 * Sets of boxes: objects of any number in each picture. The network gives for each of A anchors the scores of the classes
 * (before a sigmoid) and four numbers that tell how a box lies to it, N×A×(classes + 4): how far its centre is off, down
 * and right, in sizes of the anchor, and the logarithms of its height and width by the anchor's. An anchor has to find the
 * true box that it overlaps most, from 0.5 on, and each true box has at least the anchor that overlaps it most. Losses:
 * `classes`, the focal loss, and `boxes`, smooth L1, both by the number of anchors that have a box to find. Score: `mAP`, the
 * mean average precision at an overlap of 0.5.
 * Ren, He, Girshick, Sun: Faster R-CNN, NIPS 2015, sections 3.1.1 and 3.1.2. Lin, Goyal, Girshick, He, Dollár: Focal Loss
 * for Dense Object Detection, ICCV 2017, section 4.
 */
export function anchoredBoxes(given: AnchoredBoxesOptions): Objective {
  const {
    anchors,
    classes,
    inputs = ["images"],
    boxes = "boxes",
    labels = "labels",
  } = optionsOf("anchoredBoxes", given, {
    anchors: required(someBoxes),
    classes: required(fromOneOn),
    inputs: fieldNames.inputs,
    boxes: text,
    labels: text,
  });
  const count = anchors.length;
  return {
    name: "anchoredBoxes",
    inputs,
    best: { score: "mAP", higher: true },
    cost(model, batch, mode, fields) {
      const output = outputOf(model, batch, { inputs, fields, mode });
      const [n] = output.shape;
      if (show(output.shape) !== show([n, count, classes + 4]))
        throw new ShapeError(
          `anchoredBoxes: ${model.name} makes ${show(output.shape)}, expected ${show([n, count, classes + 4])}: for each of ${count} anchors the scores of ${classes} classes and 4 numbers of its box`,
        );
      const targets = matched(
        tensor(anchors.flat(), [1, count, 4]),
        fieldOf("anchoredBoxes", batch, boxes),
        fieldOf("anchoredBoxes", batch, labels),
      );
      const scores = slice(output, [0, 0, 0], [n, count, classes]);
      const offsets = slice(output, [0, 0, classes], [n, count, classes + 4]);
      const isThere = logicalAnd(targets.finds, equal(targets.label, range(classes)));
      const counts = logicalOr(targets.finds, targets.isBackground);
      const weight = sum(cast(targets.finds, "f32"));
      return {
        losses: {
          classes: { total: sum(where(counts, focal(scores, cast(isThere, "f32")), 0)), weight },
          boxes: { total: sum(where(targets.finds, distance(offsets, targets.offsets), 0)), weight },
        },
      };
    },
    kept: {
      of: (model, batch, fields) => ({
        output: outputOf(model, batch, { inputs, fields, mode: {} }),
        boxes: batch[boxes],
        labels: batch[labels],
      }),
      scores: (batches) => ({ mAP: precisionOf(batches as readonly KeptBoxes[], anchors, classes) }),
    },
  };
}

const isOutput = (value: unknown): boolean => (value as Kept | null)?.shape?.length === 3;

const someBoxes = rule("boxes [top, left, bottom, right] of some height and width", (value) =>
  Array.isArray(value)
    ? value.length > 0 && value.every((box) => box?.length === 4 && box[2] > box[0] && box[3] > box[1])
    : false,
);

/** Which true box each anchor is to find, N×A×1, and how that lies to it, N×A×4. */
function matched(
  anchors: Tensor,
  boxes: Tensor,
  labels: Tensor,
): { finds: Tensor; isBackground: Tensor; label: Tensor; offsets: Tensor } {
  const [n, k] = labels.shape;
  const count = anchors.shape[1];
  const ofTruths = (x: Tensor): Tensor => reshape(x, [n, 1, k]);
  const exists = greaterEqual(ofTruths(cast(labels, "i32")), 0);
  const side = (x: Tensor, i: number): Tensor => slice(x, [0, 0, i], [x.shape[0], x.shape[1], i + 1]);
  const [top, left, bottom, right] = [0, 1, 2, 3].map((i) => ofTruths(side(cast(boxes, "f32"), i)));
  const [aTop, aLeft, aBottom, aRight] = [0, 1, 2, 3].map((i) => side(anchors, i));
  const high = maximum(sub(minimum(bottom, aBottom), maximum(top, aTop)), 0);
  const wide = maximum(sub(minimum(right, aRight), maximum(left, aLeft)), 0);
  const both = mul(high, wide);
  const areaOf = (t: Tensor, l: Tensor, b: Tensor, r: Tensor): Tensor => mul(sub(b, t), sub(r, l));
  const union = sub(add(areaOf(top, left, bottom, right), areaOf(aTop, aLeft, aBottom, aRight)), both);
  const shared = where(exists, div(both, union), 0); // N×A×K

  const most = max(shared, { axis: 2, keepDims: true });
  const nearest = reshape(argmax(shared, { axis: 1 }), [n, 1, k]);
  const isNearest = logicalAnd(
    logicalAnd(equal(nearest, reshape(range(count), [1, count, 1])), exists),
    greaterEqual(shared, Number.MIN_VALUE),
  );
  const isAnyNearest = greaterEqual(max(cast(isNearest, "i32"), { axis: 2, keepDims: true }), 1);
  const found = logicalOr(isAnyNearest, greaterEqual(most, finds));
  const which = (of: Tensor): Tensor => reshape(argmax(of, { axis: 2 }), [n, count, 1]);
  const chosen = where(isAnyNearest, which(cast(isNearest, "i32")), which(shared));
  const isChosen = equal(chosen, range(k)); // N×A×K
  const ofChosen = (x: Tensor): Tensor => sum(where(isChosen, x, 0), { axis: 2, keepDims: true });

  const label = ofChosen(ofTruths(cast(labels, "i32")));
  const [t, l, b, r] = [top, left, bottom, right].map(ofChosen);
  const along = (from: Tensor, to: Tensor, aFrom: Tensor, aTo: Tensor): { centre: Tensor; size: Tensor } => {
    const size = sub(aTo, aFrom);
    const centre = div(mul(sub(add(from, to), add(aFrom, aTo)), 0.5), size);
    return { centre, size: log(where(found, div(sub(to, from), size), 1)) };
  };
  const [down, across] = [along(t, b, aTop, aBottom), along(l, r, aLeft, aRight)];
  return {
    finds: found,
    isBackground: logicalAnd(greaterEqual(background, most), equal(cast(found, "i32"), 0)),
    label,
    offsets: concat([down.centre, across.centre, down.size, across.size], { axis: 2 }),
  };
}

/** The focal loss of each score: −α (1 − p)² ln p of what is there, −(1 − α) p² ln(1 − p) of what is not. */
function focal(x: Tensor, isThere: Tensor): Tensor {
  const p = sigmoid(x);
  const cost = sub(softplus(x), mul(x, isThere));
  const missed = add(p, mul(isThere, sub(1, mul(p, 2)))); // 1 − p of what is there, p of what is not
  const share = add(1 - alpha, mul(isThere, 2 * alpha - 1));
  return mul(share, mul(square(missed), cost));
}

function distance(output: Tensor, target: Tensor): Tensor {
  const far = abs(sub(output, target));
  return where(greaterEqual(knee, far), mul(square(far), 0.5 / knee), sub(far, knee / 2));
}

/**
 * The boxes that a network's numbers stand for, those of one class that overlap told once.
 *
 * @param kept     N×A×(classes + 4), as `anchoredBoxes` has it
 * @param options  `first`, the number of the first picture; `least`, how sure an answer must be, 0.05 if left out
 */
export function boxesFound(
  kept: Kept,
  anchors: readonly Corners[],
  options: { first?: number; least?: number } = {},
): Found[] {
  const { first = 0, least = surest } = optionsOf("boxesFound", options, {
    first: wholeNumber,
    least: withinOne,
  });
  checkArgument(
    "boxesFound",
    "what a network gave",
    kept,
    rule("{ values, shape }, N×A×(classes + 4)", isOutput),
  );
  checkArgument("boxesFound", "the anchors", anchors, someBoxes);
  const {
    values,
    shape: [n, count, width],
  } = kept;
  const classes = width - 4;
  const found: Found[] = [];
  for (let i = 0; i < n; i++)
    for (let label = 0; label < classes; label++) {
      const ofClass: Found[] = [];
      for (let a = 0; a < count; a++) {
        const at = (i * count + a) * width;
        const score = 1 / (1 + Math.exp(-values[at + label]));
        if (score < least) continue;
        const box = boxAt(anchors[a], values.subarray(at + classes, at + classes + 4));
        ofClass.push({ picture: first + i, label, box, score });
      }
      found.push(...suppressed(ofClass, same));
    }
  return found;
}

function boxAt(
  [top, left, bottom, right]: Corners,
  [down, across, high, wide]: ArrayLike<number> & Iterable<number>,
): Corners {
  const [height, width] = [bottom - top, right - left];
  const [y, x] = [(top + bottom) / 2 + down * height, (left + right) / 2 + across * width];
  const [h, w] = [(Math.exp(high) * height) / 2, (Math.exp(wide) * width) / 2];
  return [y - h, x - w, y + h, x + w];
}

type KeptBoxes = { readonly [name in "output" | "boxes" | "labels"]: Kept };

function precisionOf(batches: readonly KeptBoxes[], anchors: readonly Corners[], classes: number): number {
  const [found, truths]: [Found[], Truth[]] = [[], []];
  let first = 0;
  for (const { output, boxes, labels } of batches) {
    const [n, k] = labels.shape;
    found.push(...boxesFound(output, anchors, { first }));
    for (let i = 0; i < n * k; i++) {
      const label = labels.values[i];
      if (label < 0 || label >= classes) continue;
      const [top, left, bottom, right] = boxes.values.subarray(4 * i, 4 * i + 4);
      truths.push({ picture: first + Math.floor(i / k), label, box: [top, left, bottom, right] });
    }
    first += n;
  }
  return meanAveragePrecision(found, truths);
}
