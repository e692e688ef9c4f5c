/** How a detector comes to its boxes: what it looks at, what it is sure of, and who suppresses whom. */
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { fromOneOn } from "../../door/rules.js";
import type { FileSource } from "../../formats/given-source.js";
import type { Picture } from "../../images/picture.js";
import { sigmoid } from "../../ops/elementary.js";
import { compile } from "../../tensor/compile.js";
import { numbersOf } from "../../tensor/compute.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Tree } from "../../tensor/tree.js";
import type { Corners } from "../../training/objectives/average-precision.js";
import { byScore } from "./boxes.js";
import { type DetectionOptions, type Detector, someDetector, tellingOf, tellingRules } from "./detector.js";
import { type Detection, looked } from "./looked.js";
import { type SuppressionStep, suppressionSteps } from "./suppression-steps.js";
import { candidatesOf, isFasterRcnn, isRegionNetwork, regionsOf, scaledBack } from "./told-boxes.js";

/** A box that may hold something. */
export interface ScoredBox {
  readonly box: Corners;
  /** 0 to 1 */
  readonly score: number;
}

/** All boxes on the way, in pixels of the picture, the surest first. */
export interface DetectionSteps {
  /** Of Faster R-CNN: the anchors that the network is surest of. */
  readonly anchors?: readonly ScoredBox[];
  /** Of Faster R-CNN: what it proposes, made of anchors, after suppression. */
  readonly proposals?: readonly ScoredBox[];
  /** With classes, before suppression. */
  readonly candidates: readonly Detection[];
  /** Told by places among the candidates. */
  readonly steps: readonly SuppressionStep[];
}

/**
 * The same boxes as `predict` tells, with all that leads to them.
 *
 *     const { candidates, steps } = await detection.detectionSteps(detector, "street.jpg");
 *     candidates[steps[0].kept]; // the first of predict's
 *
 * @param given            as of `predict`, one picture
 * @param options.most     anchors and boxes that are kept, at most; 100 if left out
 */
export async function detectionSteps(
  detector: Detector,
  given: Picture | FileSource,
  options: DetectionOptions = {},
): Promise<DetectionSteps> {
  checkArgument("detectionSteps", "detector", detector, someDetector);
  const { most, least, overlap, soft } = tellingOf(
    optionsOf("detectionSteps", options, { ...tellingRules, most: fromOneOn }),
  );
  const { images, boxes, corners } = await looked(detector, given);
  const { anchors, regions, candidates: told } = await programOf(detector)(images);
  const candidates = boxes(told)
    .map(({ detection }) => detection)
    .filter(({ score }) => score > least)
    .sort(byScore);
  const scored = ({ boxes: all, scores, exists }: Values): ScoredBox[] =>
    Array.from(scores, (score, at) => ({ box: corners(all, at), score, is: exists?.[at] ?? 1 }))
      .filter(({ score, is }) => is && score > 0)
      .map(({ box, score }) => ({ box, score }))
      .sort(byScore);
  return {
    ...(anchors && { anchors: scored(anchors).slice(0, most) }),
    ...(regions && { proposals: scored(regions) }),
    candidates,
    steps: suppressionSteps(candidates, { overlap, least, ...(soft && { soft }) }).slice(0, most),
  };
}

type Values = { readonly [name: string]: ArrayLike<number> };
type Run = (images: Tensor) => Promise<{ candidates: Values; anchors?: Values; regions?: Values }>;

const programs = new WeakMap<Detector, Run>();

function programOf(detector: Detector): Run {
  const known = programs.get(detector);
  if (known) return known;
  const { network, sees } = detector;
  const run = compile((images: Tensor): Tree => {
    const { answers: _, ...candidates } = candidatesOf(detector, images);
    if (!isRegionNetwork(network) && !isFasterRcnn(network)) return { candidates };
    const {
      outputs: { told, regions },
      scale,
    } = regionsOf({ network, sees }, images);
    return {
      candidates,
      anchors: { boxes: scaledBack(told.anchors, scale), scores: sigmoid(told.scores) },
      regions: { ...regions, boxes: scaledBack(regions.boxes, scale) },
    };
  });
  const program: Run = async (images) => (await numbersOf(run(images))) as never;
  programs.set(detector, program);
  return program;
}
