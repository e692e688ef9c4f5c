/** Faster R-CNN as published: one level of features, from which boxes are proposed and judged. */
import { optionsOf } from "../../../door/options.js";
import { flag, fromOneOn, oneOf, positive, required, rule, withinOne } from "../../../door/rules.js";
import * as nn from "../../../nn/index.js";
import { mul } from "../../../ops/arithmetic.js";
import { broadcastTo } from "../../../ops/broadcast-to.js";
import { cast } from "../../../ops/cast.js";
import { concat } from "../../../ops/concat.js";
import { range } from "../../../ops/range.js";
import { reshape } from "../../../ops/reshape.js";
import { roiAlign } from "../../../ops/roi-align.js";
import { roiPool } from "../../../ops/roi-pool.js";
import { tensor } from "../../../tensor/creation.js";
import type { Tensor } from "../../../tensor/tensor.js";
import type { Tree } from "../../../tensor/tree.js";
import type { Corners } from "../../../training/objectives/average-precision.js";
import { pixelsFor } from "../../../training/pixels.js";
import { filtersBy, pyramidNodes } from "../model.js";
import { anchorsAt, publishedAnchors } from "./anchors.js";
import { fourOf } from "./box-codes.js";
import { type LevelOutputs, type Proposals, type Proposing, proposals } from "./proposals.js";

/** A {@link regionNetwork} in numbers. */
export interface RegionNetworkOptions {
  /** How many classes there are, without the background. */
  classes: number;
  /**
   * From N×H×W×3 pixels to N×h×w×C, whose places are as far apart along both edges: a network of `nn.sequential` or `nn.graph`,
   * which is given pixels as `pixelsFor` has them. If left out one of 1.6 million parameters whose places are 8
   * pixels apart, with levels of up to 32 pixels added to them.
   */
  backbone?: nn.Network;
  /** Filters of all but a given backbone are so many times as many; 1 if left out. */
  width?: number;
  /** Edges of square anchors, in pixels: 16, 32, 64 and 128 if left out; 128, 256 and 512 in the paper. */
  sizes?: readonly number[];
  /** Heights of anchors by their widths; 0.5, 1 and 2 if left out. */
  ratios?: readonly number[];
  /** Filters of the convolution that proposes; 128 if left out, 512 in the paper. */
  filters?: number;
  /** "align" (RoI align), so if left out, or "max" (RoI pooling), as in the paper. */
  pooling?: "max" | "align";
  /** Bins along each edge of a region; 7 if left out. */
  bins?: number;
  /** Units of the dense layers that judge a region; [256, 256] if left out, [4096, 4096] in the paper. */
  hidden?: readonly number[];
  /** So many anchors of a picture are looked at, the surest; 1000 if left out, 6000 in the paper. */
  considered?: number;
  /** Of these at most so many boxes are proposed; 300 if left out. */
  proposals?: number;
  /** Of proposed boxes that overlap by more only the surest is left; 0.7 if left out. */
  overlap?: number;
  /**
   * What proposes has a backbone of its own, `proposer`, as between the first two of the four steps of training; if left
   * out one is for both.
   */
  apart?: boolean;
}

/** As of options, with the backbone as its description has it. */
export interface RegionDescription extends Omit<RegionNetworkOptions, "backbone"> {
  backbone?: nn.LayerDescription;
}

/** What a {@link regionNetwork} says of N pictures. Boxes are [top, left, bottom, right] in pixels. */
export type RegionOutputs = {
  /** Of A anchors. `scores`, N×A, before a sigmoid; `codes`, N×A×4; `anchors`, 1×A×4. */
  readonly told: { readonly [K in keyof LevelOutputs]: Tensor };
  /** R boxes of each picture: N×R×4, N×R and N×R. */
  readonly regions: { readonly [K in keyof Proposals]: Tensor };
  /** Of each region `scores`, (N·R)×(classes + 1) before softmax, the background first; `codes`, (N·R)×4·(classes + 1). */
  readonly judged: { readonly scores: Tensor; readonly codes: Tensor };
};

/** A network of N×H×W×3 pixels of 0 to 255 to {@link RegionOutputs}. */
export type RegionNetwork = nn.Network<Tensor, RegionOutputs>;

/** What the layer `regions` chooses from. */
export type ToChooseFrom = {
  /** What is said at each level of a pyramid; here there is one. */
  readonly levels: readonly RegionOutputs["told"][];
  /** N×2: height and width of each picture, in pixels. */
  readonly sizes: Tensor;
};

/** The layer that says which regions are judged: a training has another one in its place. */
export const choosing = "regions";

const somePositive = rule(
  "a list of numbers above 0",
  (value) => Array.isArray(value) && value.length > 0 && value.every(positive.holds),
);

const rules = {
  classes: required(fromOneOn),
  backbone: 1,
  width: positive,
  sizes: somePositive,
  ratios: somePositive,
  filters: fromOneOn,
  pooling: oneOf("max", "align"),
  bins: fromOneOn,
  hidden: rule(
    "a list of whole numbers from 1 on",
    (value) => Array.isArray(value) && value.every(fromOneOn.holds),
  ),
  considered: fromOneOn,
  proposals: fromOneOn,
  overlap: withinOne,
  apart: flag,
} as const;

/**
 * Faster R-CNN on one level of features, with any backbone. At each place of the features a 3×3 convolution looks around and
 * gives for every anchor a score and four numbers of its box; the surest boxes, without those that overlap surer ones, are
 * proposed; what the features show in each is pooled to 7×7 bins, from which dense layers tell a class and a box.
 *
 *     const { layers } = models.vgg("vgg16");
 *     const features = layers.slice(0, layers.findIndex(({ type }) => type === "flatten") - 1); // without the last pooling
 *     const published = detection.regionNetwork({
 *       classes: 20,
 *       backbone: nn.sequential("vgg16", ...features),
 *       ...{ sizes: [128, 256, 512], filters: 512, pooling: "max", hidden: [4096, 4096], considered: 6000 },
 *     });
 *
 * Anchors are those of the paper's own program (`publishedAnchors`), their last pixels counted in.
 *
 * Ren, He, Girshick, Sun: Faster R-CNN, NIPS 2015; Girshick: Fast R-CNN, ICCV 2015 (RoI pooling).
 */
export function regionNetwork(given: RegionNetworkOptions): RegionNetwork {
  const { backbone, ...options } = optionsOf("regionNetwork", given, rules);
  if (backbone !== undefined && typeof (backbone as Partial<nn.Network>).describe !== "function")
    throw new TypeError("regionNetwork: backbone is no network of nn.sequential or nn.graph");
  return regionNetworkFrom({ ...options, ...(backbone && { backbone: backbone.describe() }) });
}

/** The same from what its description has. */
export const regionNetworkFrom = (options: RegionDescription): RegionNetwork =>
  nn.network(regionLayer(options)) as RegionNetwork;

/** The same from options that a file holds, as a layer. */
export const describedRegions = (options: object): nn.AnyLayer =>
  regionLayer(optionsOf("regionNetwork", options as RegionDescription, rules)) as unknown as nn.AnyLayer;

function regionLayer(options: RegionDescription): nn.Layer<Tensor, RegionOutputs> {
  const { classes, width = 1, sizes = [16, 32, 64, 128], ratios = [0.5, 1, 2], filters = 128 } = options;
  const { pooling = "align", bins = 7, hidden = [256, 256], apart = false } = options;
  const { considered = 1000, proposals: most = 300, overlap = 0.7 } = options;
  const times = filtersBy(width);
  const seeing = (): nn.Network =>
    options.backbone ? (nn.fromDescription(options.backbone) as unknown as nn.Network) : smallBackbone(width);
  const [see, propose] = [seeing(), seeing()];
  const rpn = proposing(times(filters), sizes.length * ratios.length);
  const judge = judging(hidden.map(times), classes);
  const choose = proposer({ perLevel: considered, overlap, most });
  return {
    type: "regionNetwork",
    options,
    forward(images, scope) {
      const [n, height, wide] = images.shape;
      const pixels = pixelsFor(see, images);
      const features = scope.run(see, pixels, "backbone");
      const base = apart ? scope.run(propose, pixels, "proposer") : features;
      const told = scope.run(rpn, base, "rpn") as { scores: Tensor; codes: Tensor };
      const level = { ...byAnchor(told), anchors: anchorsOn(base, height, { sizes, ratios }) };
      const edges = broadcastTo(tensor([height, wide]), [n, 2]);
      const regions = scope.run(choose, { levels: [level], sizes: edges }, choosing);
      const rows = placedRows(regions.boxes);
      const scale = features.shape[1] / height;
      const seen =
        pooling === "max"
          ? roiPool(features, rows, bins, { scale })
          : roiAlign(features, rows, bins, { scale, aligned: true });
      const judged = scope.run(judge, seen, "head") as RegionOutputs["judged"];
      return { told: level, regions, judged };
    },
  };
}

/** The layer that proposes. */
export const proposer = (how: Proposing): nn.Layer<ToChooseFrom, RegionOutputs["regions"]> => ({
  type: "proposals",
  forward: ({ levels, sizes }) => ({ ...proposals(levels, sizes, how) }),
});

/** Features at places of 8 pixels, with what coarser levels have seen. */
function smallBackbone(width: number): nn.Network {
  const { nodes, last } = pyramidNodes({ width, finest: 8 });
  return nn.graph("pyramid", { inputs: "images", nodes: nodes as never, outputs: last }) as never;
}

/** With which all that gives scores and codes begins: no class is likelier than another then, and all boxes are their anchors. */
const small = { normal: 0.01 } as const;

/** At each place for each anchor a score and four numbers of its box. */
const proposing = (filters: number, anchors: number): nn.Layer<Tensor, Tree> =>
  nn.graph("rpn", {
    inputs: "features",
    nodes: {
      seen: {
        layer: nn.sequential(nn.conv2d({ filters, kernel: 3, padding: 1 }), nn.relu()),
        from: "features",
      },
      scores: { layer: nn.conv2d({ filters: anchors, kernel: 1, initialiser: small }), from: "seen" },
      codes: { layer: nn.conv2d({ filters: 4 * anchors, kernel: 1, initialiser: small }), from: "seen" },
    },
    outputs: ["scores", "codes"],
  }) as never;

/** Of each region a score of every class, the background first, and a box for each. */
const judging = (hidden: readonly number[], classes: number): nn.Layer<Tensor, Tree> =>
  nn.graph("head", {
    inputs: "regions",
    nodes: {
      seen: {
        layer: nn.sequential(nn.flatten(), ...hidden.flatMap((units) => [nn.dense(units), nn.relu()])),
        from: "regions",
      },
      scores: { layer: nn.dense(classes + 1, { initialiser: small }), from: "seen" },
      codes: { layer: nn.dense(4 * (classes + 1), { initialiser: { normal: 0.001 } }), from: "seen" },
    },
    outputs: ["scores", "codes"],
  }) as never;

/** What is said at places, by anchors. */
function byAnchor({
  scores,
  codes,
}: {
  scores: Tensor;
  codes: Tensor;
}): Pick<LevelOutputs, "scores" | "codes"> {
  const [n, height, width, anchors] = scores.shape;
  const count = height * width * anchors;
  return { scores: reshape(scores, [n, count]), codes: reshape(codes, [n, count, 4]) };
}

/** The paper's anchors at all places; right and bottom are behind their last pixels, as those of all boxes here. */
function anchorsOn(
  features: Tensor,
  pixels: number,
  { sizes, ratios }: { sizes: readonly number[]; ratios: readonly number[] },
): Tensor {
  const [, height, width] = features.shape;
  const stride = pixels / height;
  const scales = sizes.map((size) => size / stride);
  const anchors = publishedAnchors({ stride, ratios, scales }).map(
    ([top, left, bottom, right]): Corners => [top, left, bottom + 1, right + 1],
  );
  return anchorsAt(anchors, { height, width, stride: [stride, stride] });
}

/** N×R×4 as (N·R)×5: the picture's number, left, top, right and bottom. */
export function placedRows(boxes: Tensor): Tensor {
  const [n, count] = boxes.shape;
  const rows = n * count;
  const image = mul(reshape(cast(range(n), "f32"), [n, 1]), broadcastTo(tensor([1]), [n, count]));
  const [top, left, bottom, right] = fourOf(reshape(boxes, [rows, 4]));
  return concat([reshape(image, [rows, 1]), left, top, right, bottom], { axis: 1 });
}
