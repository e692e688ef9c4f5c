/** Faster R-CNN on a feature pyramid, as one network from pictures to boxes. */
import { optionsOf } from "../../../door/options.js";
import { fromOneOn, notNegative, required, withinOne } from "../../../door/rules.js";
import { resnetBody } from "../../../models/resnet.js";
import * as nn from "../../../nn/index.js";
import { concat } from "../../../ops/concat.js";
import { reshape } from "../../../ops/reshape.js";
import type { Tensor } from "../../../tensor/tensor.js";
import type { FoundBoxes } from "../decoding.js";
import { anchorsAt, centredAnchors } from "./anchors.js";
import { judgedBoxes } from "./judged.js";
import { type LevelOutputs, usualProposing } from "./proposals.js";
import { pyramidAlign } from "./pyramid-align.js";
import { choosing, proposer, type RegionOutputs } from "./region-network.js";

/** A {@link fasterRcnn} in numbers. What is left out is as in torchvision. */
export interface FasterRcnnOptions {
  /** How many classes there are, without the background. */
  classes: number;
  /**
   * Added to the variances of the backbone's normalisations, 1e-5 if left out. torchvision's published weights
   * (`FasterRCNN_ResNet50_FPN_Weights.COCO_V1`) are used with 0.
   */
  epsilon?: number;
  /** Boxes that are proposed in each picture, at most; 1000 if left out. */
  proposals?: number;
  /** How sure a box must be; 0.05 if left out. */
  least?: number;
  /** Of boxes of a class that overlap by more only the surest is told; 0.5 if left out. */
  overlap?: number;
  /** So many boxes of a picture at most; 100 if left out. */
  most?: number;
}

/** What a {@link fasterRcnn} takes. */
export type FasterRcnnInput = {
  /** N×H×W×3: normalised by ImageNet's statistics, edges are multiples of 32. */
  readonly images: Tensor;
  /** N×2: height and width of each picture, in pixels; below and to the right of it is padding. */
  readonly sizes: Tensor;
};

/** Faster R-CNN as a network: boxes in pixels of its input, and what they are made of. */
export type FasterRcnn = nn.Network<FasterRcnnInput, FoundBoxes & RegionOutputs>;

/** Channels of all levels, and what a region's 7×7 bins are made to. */
const [channels, hidden, bins] = [256, 1024, 7];
/** Places of level k are 2^k pixels apart. */
const [finest, coarsest, last] = [2, 5, 6];
/** Anchors of level k have such an edge: 32 pixels at the finest. */
const edgeAt = (level: number): number => 32 << (level - finest);
const anchorsOfPlace = 3;

const levelsUpTo = (most: number): number[] =>
  Array.from({ length: most - finest + 1 }, (_, i) => finest + i);

type Levels = { readonly [name: `level${number}`]: Tensor };

/**
 * ResNet-50 with frozen normalisations, and the pyramid on it: what its stages see at 4, 8, 16 and 32 pixels, each brought to 256
 * channels, added to the next coarser level made twice as large, and smoothed; and every second place of the last.
 * Lin et al.: Feature Pyramid Networks, CVPR 2017, section 3.
 */
function pyramid(epsilon: number): nn.AnyLayer {
  const { stem, stages } = resnetBody("resnet50", { frozen: true, epsilon });
  const conv = (kernel: number): nn.Layer =>
    nn.conv2d({ filters: channels, kernel, padding: (kernel - 1) / 2 });
  const nodes: { [name: string]: { layer: nn.AnyLayer; from: string | readonly string[] } } = {
    stem: { layer: nn.sequential(...stem) as never, from: "images" },
  };
  stages.forEach((stage, i) => {
    nodes[`stage${i + 1}`] = { layer: stage as never, from: i === 0 ? "stem" : `stage${i}` };
  });
  for (const level of levelsUpTo(coarsest).reverse()) {
    nodes[`across${level}`] = { layer: conv(1) as never, from: `stage${level - 1}` };
    const isCoarsest = level === coarsest;
    const above = level + 1 === coarsest ? `across${coarsest}` : `both${level + 1}`;
    if (!isCoarsest) {
      nodes[`up${level}`] = { layer: nn.upsample2d({ factor: 2 }) as never, from: above };
      nodes[`both${level}`] = { layer: nn.add() as never, from: [`across${level}`, `up${level}`] };
    }
    nodes[`level${level}`] = {
      layer: conv(3) as never,
      from: isCoarsest ? `across${level}` : `both${level}`,
    };
  }
  nodes[`level${last}`] = { layer: nn.maxPool2d(1, { stride: 2 }) as never, from: `level${coarsest}` };
  return nn.graph("pyramid", {
    inputs: "images",
    nodes,
    outputs: levelsUpTo(last).map((level) => `level${level}`),
  }) as never;
}

/** What proposes, the same at all levels: at each place for each anchor a score and four numbers of its box. */
const proposing = (): nn.AnyLayer =>
  nn.graph("rpn", {
    inputs: "level",
    nodes: {
      seen: {
        layer: nn.sequential(nn.conv2d({ filters: channels, kernel: 3, padding: 1 }), nn.relu()),
        from: "level",
      },
      scores: { layer: nn.conv2d({ filters: anchorsOfPlace, kernel: 1 }), from: "seen" },
      codes: { layer: nn.conv2d({ filters: 4 * anchorsOfPlace, kernel: 1 }), from: "seen" },
    },
    outputs: ["scores", "codes"],
  }) as never;

/** What judges regions: of each a score of every class, the background first, and a box for each. */
const judging = (classes: number): nn.AnyLayer =>
  nn.graph("head", {
    inputs: "regions",
    nodes: {
      seen: {
        layer: nn.sequential(nn.flatten(), nn.dense(hidden), nn.relu(), nn.dense(hidden), nn.relu()),
        from: "regions",
      },
      scores: { layer: nn.dense(classes + 1), from: "seen" },
      codes: { layer: nn.dense(4 * (classes + 1)), from: "seen" },
    },
    outputs: ["scores", "codes"],
  }) as never;

/**
 * Faster R-CNN with ResNet-50 and a feature pyramid, torchvision's `fasterrcnn_resnet50_fpn`, whose files `loadWeights` reads:
 * a pyramid of features, at each of its places three anchors from which boxes are proposed, and of each proposed region a class
 * and a box. With 90 classes there are 41,755,286 parameters; the backbone's normalisations are frozen and none of them.
 *
 * Labels count from 0, without the background: torchvision's less one.
 *
 * Ren, He, Girshick, Sun: Faster R-CNN, NIPS 2015; Lin, Dollár, Girshick, He, Hariharan, Belongie: Feature Pyramid Networks,
 * CVPR 2017; He, Gkioxari, Dollár, Girshick: Mask R-CNN, ICCV 2017 (RoI align).
 */
export function fasterRcnn(given: FasterRcnnOptions): FasterRcnn {
  const options = optionsOf("fasterRcnn", given, {
    classes: required(fromOneOn),
    epsilon: notNegative,
    proposals: fromOneOn,
    least: withinOne,
    overlap: withinOne,
    most: fromOneOn,
  });
  const { classes, epsilon = 1e-5, proposals: proposed = usualProposing.most } = options;
  const { least = 0.05, overlap = 0.5, most = 100 } = options;
  const [seeing, telling, judge] = [pyramid(epsilon), proposing(), judging(classes)];
  const choose = proposer({ ...usualProposing, most: proposed });
  return nn.network<FasterRcnnInput, FoundBoxes & RegionOutputs>({
    type: "fasterRcnn",
    name: "fasterrcnn_resnet50_fpn",
    options,
    forward({ images, sizes }, scope) {
      const levels = scope.run(seeing, images, "pyramid") as Levels;
      const told = levelsUpTo(last).map((level): LevelOutputs => {
        const where = level === finest ? undefined : { shared: "rpn" };
        const seen = levels[`level${level}`];
        return ofLevel(scope.run(telling, seen, level === finest ? "rpn" : `rpn${level}`, where), {
          images,
          level,
        });
      });
      const regions = scope.run(choose, { levels: told.map((one) => ({ ...one })), sizes }, choosing);
      const looked = pyramidAlign(
        levelsUpTo(coarsest).map((level) => levels[`level${level}`]),
        regions.boxes,
        { finest, size: bins },
      );
      const judged = scope.run(judge, looked, "head") as RegionOutputs["judged"];
      const all = (name: keyof LevelOutputs): Tensor =>
        concat(
          told.map((one) => one[name]),
          { axis: 1 },
        );
      return {
        ...judgedBoxes(judged, regions, { sizes, least, overlap, most }),
        told: { scores: all("scores"), codes: all("codes"), anchors: all("anchors") },
        regions,
        judged,
      };
    },
  });
}

/** What the network says at the places of a level, by anchors. */
function ofLevel(told: unknown, { images, level }: { images: Tensor; level: number }): LevelOutputs {
  const { scores, codes } = told as { scores: Tensor; codes: Tensor };
  const [n, height, width] = scores.shape;
  const count = height * width * anchorsOfPlace;
  const stride = [Math.floor(images.shape[1] / height), Math.floor(images.shape[2] / width)] as const;
  return {
    scores: reshape(scores, [n, count]),
    codes: reshape(codes, [n, count, 4]),
    anchors: anchorsAt(centredAnchors([edgeAt(level)]), { height, width, stride }),
  };
}
