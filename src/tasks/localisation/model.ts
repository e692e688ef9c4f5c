import { optionsOf } from "../../door/options.js";
import { belowOne, fromOneOn, positive, required } from "../../door/rules.js";
import * as nn from "../../nn/index.js";
import { add, mul, sub } from "../../ops/arithmetic.js";
import { cast } from "../../ops/cast.js";
import { concat } from "../../ops/concat.js";
import { softplus } from "../../ops/elementary.js";
import { range } from "../../ops/range.js";
import { reshape } from "../../ops/reshape.js";
import { slice } from "../../ops/slice.js";
import { softmax } from "../../ops/softmax.js";
import { sum } from "../../ops/sum.js";
import type { Tensor } from "../../tensor/tensor.js";
import { placePixels, placesEncoder } from "../places-encoder.js";

/** A {@link localisationNetwork} in numbers. */
export interface LocalisationNetworkOptions {
  classes: number;
  /** Filters are so many times as many: 1 if left out. */
  width?: number;
  /** Share of the last features that a step of training leaves out; 0.2 if left out. */
  dropout?: number;
}

/** What a {@link localisationNetwork} says of pictures. */
export interface LocalisationOutputs {
  /** N×h×w×D: what is seen at each place, of which classes are a linear function. */
  readonly maps: Tensor;
  /** N×classes, before a softmax. */
  readonly scores: Tensor;
  /**
   * N×h×w×5 of the one box: how far a place is to be believed, before a softmax over all places; and before `softplus` how far
   * the box's top, left, bottom and right are from the middle of the place, in units of 16 pixels.
   */
  readonly places: Tensor;
}

/** A network of N×H×W×3 pixels of 0 to 255 to {@link LocalisationOutputs}. */
export type LocalisationNetwork = nn.Graph<Tensor, { readonly [K in keyof LocalisationOutputs]: Tensor }>;

/** In pixels: so that the network's numbers are about 1. */
const distanceUnit = 16;

/**
 * A network with two heads: the class of a picture, by the means of what is seen, and one box. Classes are a dense layer on the
 * means over all places, so that their maps say where a class is seen (class activation maps); for the box each place tells its
 * own, and how far it is to be believed.
 *
 * Sermanet, Eigen, Zhang, Mathieu, Fergus, LeCun: OverFeat, ICLR 2014 (a class and a box from one network); Zhou, Khosla,
 * Lapedriza, Oliva, Torralba: Learning Deep Features for Discriminative Localization, CVPR 2016 (classes by means).
 */
export function localisationNetwork(given: LocalisationNetworkOptions): LocalisationNetwork {
  const {
    classes,
    width = 1,
    dropout = 0.2,
  } = optionsOf("localisationNetwork", given, {
    classes: required(fromOneOn),
    width: positive,
    dropout: belowOne,
  });
  const head = Math.max(8, 8 * Math.round(6 * width));
  return nn.graph("localisation", {
    inputs: "images",
    nodes: {
      maps: { layer: placesEncoder(width), from: "images" },
      means: { layer: nn.sequential(nn.globalAvgPool2d(), nn.dropout(dropout)), from: "maps" },
      scores: { layer: nn.dense(classes), from: "means" },
      places: {
        layer: nn.sequential(
          nn.conv2d({ filters: head, kernel: 3, padding: "same", bias: false }),
          nn.batchNorm(),
          nn.relu(),
          nn.conv2d({ filters: 5, kernel: 1 }),
        ),
        from: "maps",
      },
    },
    outputs: ["maps", "scores", "places"],
  }) as never;
}

/**
 * The one box of each picture: the mean of those that all places tell, weighed by how far they are to be believed.
 * @param places  N×h×w×5, as the network says them
 * @returns  N×4, [top, left, bottom, right] in pixels of what the network sees
 */
export function toldBox(places: Tensor): Tensor {
  const [n, h, w] = places.shape;
  const part = (from: number, to: number): Tensor => slice(places, [0, 0, 0, from], [n, h, w, to]);
  const belief = reshape(softmax(reshape(part(0, 1), [n, h * w])), [n, h, w, 1]);
  const far = mul(softplus(part(1, 5)), distanceUnit);
  const side = (k: number): Tensor => slice(far, [0, 0, 0, k], [n, h, w, k + 1]);
  const middle = (extent: number): Tensor => mul(add(cast(range(extent), "f32"), 0.5), placePixels);
  const [y, x] = [reshape(middle(h), [1, h, 1, 1]), reshape(middle(w), [1, 1, w, 1])];
  const boxes = concat([sub(y, side(0)), sub(x, side(1)), add(y, side(2)), add(x, side(3))], { axis: 3 });
  return sum(mul(boxes, belief), { axis: [1, 2] });
}
