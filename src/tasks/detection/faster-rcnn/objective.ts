/** What Faster R-CNN is trained for: that boxes are proposed where objects are, and that what is proposed is judged rightly. */
import { optionsOf } from "../../../door/options.js";
import { oneOf, recordOf, text } from "../../../door/rules.js";
import type { AnyLayer } from "../../../nn/index.js";
import { broadcastTo } from "../../../ops/broadcast-to.js";
import { cast } from "../../../ops/cast.js";
import { greater, greaterEqual, logicalAnd } from "../../../ops/comparisons.js";
import { concat } from "../../../ops/concat.js";
import { max } from "../../../ops/extremes.js";
import { zeros } from "../../../ops/fill.js";
import { randomUniform } from "../../../ops/random-uniform.js";
import { reshape } from "../../../ops/reshape.js";
import { stopGradient } from "../../../ops/stop-gradient.js";
import { where } from "../../../ops/where.js";
import { sampledAnchors, sampledRegions } from "../../../random/streams.js";
import { tensor } from "../../../tensor/creation.js";
import type { Tensor } from "../../../tensor/tensor.js";
import type { BatchTensors, Cost, Kept, Objective, Trainable } from "../../../training/objective.js";
import { fieldOf } from "../../../training/objectives/inputs.js";
import { gathered, type KeptDetections } from "../boxes.js";
import { type DetectionObjectiveOptions, measured } from "../objective.js";
import type { TrueBoxes } from "../targets.js";
import { vocPrecision } from "../voc-precision.js";
import { judgedBoxes } from "./judged.js";
import { proposalLosses, type RcnnLosses, regionLosses } from "./losses.js";
import {
  anchorMatching,
  anchorSampling,
  type Matched,
  matched,
  overlaps,
  regionMatching,
  type Sampled,
  type Sampling,
  sampled,
} from "./matching.js";
import { picked } from "./picks.js";
import { hasEdges } from "./proposals.js";
import { choosing, type RegionOutputs, type ToChooseFrom } from "./region-network.js";

/** Fields of {@link regionObjective}, which half is trained, and how much a step looks at. */
export interface RegionObjectiveOptions extends DetectionObjectiveOptions {
  /**
   * "both", so if left out: approximate joint training, in which no gradient goes through proposed boxes; "proposals": what
   * proposes alone; "regions": what judges alone.
   */
  halves?: "both" | "proposals" | "regions";
  /** Anchors of a picture that a step looks at, and the share of them that may find a box; 256 and 0.5 if left out. */
  anchors?: Sampling;
  /** Regions of a picture likewise; 64 and 0.25 if left out. */
  regions?: Sampling;
}

/** As in the paper's program: 128 in two pictures. */
const usualRegions: Sampling = { count: 64, share: 0.25 };

const aSampling = recordOf("{ count, share }");

/**
 * The objective of a `regionNetwork`: four losses. `objects`, a binary cross entropy of the anchors' scores, and `proposals`,
 * smooth L1 of their codes; `classes`, a cross entropy of regions' classes, and `boxes`, smooth L1 of their codes. True boxes
 * are among the regions that are judged. Anchors find a box from an overlap of 0.7 on, and those that overlap it most; regions
 * from 0.5 on; a sample of both is looked at, drawn in each step. Anchors that cross the picture's edge are trained, too, as in
 * torchvision; the paper leaves them out. Score: `mAP`, by Pascal VOC's rule; where "proposals" are
 * trained alone `recall`, the share of objects that a proposed box overlaps by half.
 *
 * Ren, He, Girshick, Sun: Faster R-CNN, NIPS 2015, sections 3.1.2 and 3.2; Girshick: Fast R-CNN, ICCV 2015, section 2.3.
 */
export function regionObjective(options: RegionObjectiveOptions = {}): Objective {
  const {
    images = "images",
    boxes = "boxes",
    labels = "labels",
    ignored = "ignored",
    halves = "both",
    anchors = anchorSampling,
    regions = usualRegions,
  } = optionsOf("regionObjective", options, {
    ...{ images: text, boxes: text, labels: text, ignored: text },
    halves: oneOf("both", "proposals", "regions"),
    anchors: aSampling,
    regions: aSampling,
  });
  const field = (batch: BatchTensors, name: string) => fieldOf("regionObjective", batch, name);
  const truthsOf = (batch: BatchTensors): TrueBoxes => ({
    boxes: field(batch, boxes),
    labels: field(batch, labels),
    ...(Object.hasOwn(batch, ignored) ? { ignored: batch[ignored] } : {}),
  });
  const outputs = (model: Trainable, batch: BatchTensors, mode = {}) =>
    model(field(batch, images), mode) as RegionOutputs;
  return {
    name: "regions",
    inputs: [images],
    best: { score: halves === "proposals" ? "recall" : "mAP", higher: true },
    cost(model, batch, mode) {
      const truths = truthsOf(batch);
      // A batch that is only measured is measured by the same draws each time.
      const seed = mode.seed ?? tensor(Int32Array.of(0), []);
      const looking = lookedAt(truths, { seed, sampling: regions });
      const instead = (path: string, layer: AnyLayer) =>
        path === choosing ? looking.instead(layer) : mode.instead?.(path, layer);
      const { told, judged } = outputs(model, batch, { ...mode, instead });
      return {
        losses: {
          ...(halves !== "regions" &&
            named("objects", "proposals", costOfProposing(told, truths, { seed, sampling: anchors }))),
          ...(halves !== "proposals" &&
            named("classes", "boxes", regionLosses(judged, looking.seen!.boxes, looking.seen!))),
        },
      };
    },
    kept: {
      of(model, batch): { readonly [name: string]: Tensor } {
        const { regions: proposed, judged } = outputs(model, batch);
        const own = truthsOf(batch);
        const [n, height, width] = field(batch, images).shape;
        if (halves === "proposals") return { reached: reached(proposed, own) };
        return {
          ...judgedBoxes(judged, proposed, {
            ...measured,
            sizes: tensor(Array.from({ length: n }, () => [height, width])),
          }),
          trueBoxes: own.boxes,
          trueLabels: own.labels,
          ...(own.ignored ? { difficult: own.ignored } : {}),
        };
      },
      scores(batches): { [name: string]: number } {
        if (halves === "proposals")
          return { recall: recallIn(batches as unknown as readonly { reached: Kept }[]) };
        const { found, truths } = gathered(batches as unknown as readonly KeptDetections[]);
        // Of pictures without any object there is nothing to be found.
        return { mAP: vocPrecision(found, truths).mAP || 0 };
      },
    },
  };
}

const named = (classes: string, boxes: string, losses: RcnnLosses): Cost["losses"] => ({
  [classes]: losses.classes,
  [boxes]: losses.boxes,
});

interface Drawing {
  readonly seed: Tensor;
  readonly sampling: Sampling;
}

function costOfProposing(
  told: RegionOutputs["told"],
  truths: TrueBoxes,
  { seed, sampling }: Drawing,
): RcnnLosses {
  const anchors = broadcastTo(told.anchors, told.codes.shape);
  const matches = matched(anchors, truths, anchorMatching);
  const draws = randomUniform(matches.kind.shape, seed, sampledAnchors);
  const sample = sampled(matches.kind, draws, sampling);
  return proposalLosses({ ...told, anchors }, truths, { matches, sample });
}

/** What a step has looked at: all that could be chosen, what each was to find, and which were chosen. */
interface Seen {
  readonly boxes: Tensor;
  readonly truths: TrueBoxes;
  readonly matches: Matched;
  readonly sample: Sampled;
}

/** In the place of what proposes for judging: the same proposals and the true boxes, of which a sample is judged. */
function lookedAt(truths: TrueBoxes, { seed, sampling }: Drawing) {
  const own: { seen?: Seen; instead(layer: AnyLayer): AnyLayer } = {
    instead: (layer) => ({
      type: "sampledRegions",
      forward(from, scope) {
        const proposed = layer.forward(from as ToChooseFrom, scope) as RegionOutputs["regions"];
        const [n, k] = truths.labels.shape;
        const there = cast(truths.boxes, "f32");
        const isTrue = logicalAnd(
          greaterEqual(cast(truths.labels, "i32"), 0),
          reshape(hasEdges(there, 1e-3), [n, k]),
        );
        const boxes = stopGradient(concat([proposed.boxes, there], { axis: 1 }));
        const exists = concat([cast(proposed.exists, "i32"), cast(isTrue, "i32")], { axis: 1 });
        const { kind, which } = matched(boxes, truths, regionMatching);
        const matches = { kind: where(greater(exists, 0), kind, -1), which };
        const draws = randomUniform(kind.shape, seed, sampledRegions);
        const sample = sampled(matches.kind, draws, sampling);
        own.seen = { boxes, truths, matches, sample };
        return {
          boxes: picked(boxes, sample.indices),
          scores: zeros(sample.indices.shape),
          exists: sample.exists,
        };
      },
    }),
  };
  return own;
}

/** N×K: of each object 1 where one of the proposed boxes overlaps it by half, 0 where none does, −1 where there is none. */
function reached(
  { boxes, exists }: RegionOutputs["regions"],
  { boxes: there, labels, ignored }: TrueBoxes,
): Tensor {
  const [n, count] = exists.shape;
  const shared = where(reshape(exists, [n, count, 1]), overlaps(boxes, there), 0);
  const is = cast(greaterEqual(max(shared, { axis: 1 }), 0.5), "i32");
  const isTrue = greaterEqual(cast(labels, "i32"), 0);
  const isWanted = ignored
    ? greater(cast(isTrue, "i32"), cast(greater(cast(ignored, "i32"), 0), "i32"))
    : isTrue;
  return where(isWanted, is, -1);
}

function recallIn(batches: readonly { readonly reached: Kept }[]): number {
  let [found, all] = [0, 0];
  for (const { reached: one } of batches)
    for (const value of one.values) {
      if (value < 0) continue;
      all++;
      found += value;
    }
  return all === 0 ? 0 : found / all;
}
