import { optionsOf } from "../../../door/options.js";
import { fromOneOn, positive, required } from "../../../door/rules.js";
import * as nn from "../../../nn/index.js";
import { convolved, Nodes, type SegmentationNetwork } from "./nodes.js";
import { stagesOf } from "./stages.js";

/** A {@link segmentationNetwork} in numbers. */
export interface SegmentationNetworkOptions {
  classes: number;
  /** Filters are so many times as many: 1 if left out. Of a backbone those on the way back up alone. */
  width?: number;
  /** A network that it stands on, such as those of `models`; its levels take the place of the own ones. */
  backbone?: nn.Model;
}

/** Of the levels of 2, 4, 8, 16 and 32 pixels. */
const filters = [24, 48, 96, 160, 256] as const;
/** On the way back up to 2 pixels. */
const upwards = [32, 64, 96, 128] as const;
/** Of the pictures' own size: what comes from the finest level, and what the picture itself adds. */
const finest = [16, 8] as const;

/**
 * The network that is trained where no other is named: levels of 2 to 32 pixels, each a convolution that halves and a residual
 * block; then back up, each made twice as large and joined with the next finer one, to two pixels, and with a convolution of the
 * picture itself to each of its pixels. Pictures may have any size. On a backbone its levels take the place of these.
 *
 * Ronneberger, Fischer, Brox: U-Net, arXiv:1505.04597 (levels that are joined); He, Zhang, Ren, Sun: Deep Residual Learning for
 * Image Recognition, arXiv:1512.03385 (blocks).
 */
export function segmentationNetwork(given: SegmentationNetworkOptions): SegmentationNetwork {
  const {
    classes,
    width = 1,
    backbone,
  } = optionsOf("segmentationNetwork", given, {
    classes: required(fromOneOn),
    width: positive,
    backbone: 1,
  });
  const times = (count: number): number => Math.max(8, 8 * Math.round((count * width) / 8));
  const nodes = new Nodes();
  const levels = backbone ? fromBackbone(nodes, backbone) : own(nodes, times);
  let at = levels[levels.length - 1].name;
  for (let i = levels.length - 2; i >= 0; i--) {
    const { name, stride } = levels[i];
    const larger = nodes.add(`enlarged${stride}`, nn.upsampleTo(), [at, name]);
    const both = nodes.add(`both${stride}`, nn.concatenate(), [larger, name]);
    const count = times(upwards[Math.min(upwards.length - 1, Math.max(0, Math.log2(stride) - 1))]);
    at = nodes.add(`up${stride}`, nn.sequential(...convolved(count)), both);
  }
  const { stride } = levels[0];
  if (stride > 1) {
    // Each place of the finest level says something else of each of its pixels.
    const parts = nn.conv2dTranspose({ filters: times(finest[0]), kernel: stride, stride });
    at = nodes.add("enlarged1", nn.sequential(parts, nn.relu()), at);
    // What levels without padding have lost at the edges is made up for; of odd sizes there is a row too many.
    const fitting = backbone ? nn.upsampleTo() : nn.cropTo({ offset: 0 });
    at = nodes.add("fitted1", fitting, [at, "pixels"]);
    nodes.add("own", nn.sequential(...convolved(times(finest[1]))), "pixels");
    at = nodes.add("both1", nn.concatenate(), [at, "own"]);
  }
  const scores = nn.conv2d({ filters: classes, kernel: 3, padding: "same" });
  return nodes.network(
    backbone ? `segmentation_${backbone.name}` : "segmentation",
    nodes.add("scores", scores, at),
  );
}

interface Level {
  readonly name: string;
  readonly stride: number;
}

function own(nodes: Nodes, times: (count: number) => number): Level[] {
  let at = nodes.add("pixels", nn.rescale({ mean: 0.5, deviation: 0.25 }), "images");
  return filters.map((wished, i) => {
    const count = times(wished);
    const residual = nn.residual(
      [
        ...convolved(count),
        nn.conv2d({ filters: count, kernel: 3, padding: "same", bias: false }),
        nn.batchNorm(),
      ],
      { activation: nn.relu() },
    );
    const stride = 2 << i;
    at = nodes.add(`level${stride}`, nn.sequential(...convolved(count, { stride: 2 }), residual), at);
    return { name: at, stride };
  });
}

function fromBackbone(nodes: Nodes, backbone: nn.Model): Level[] {
  const { pixels, stages } = stagesOf("segmentationNetwork", backbone);
  let at = nodes.add("pixels", pixels, "images");
  return stages.map(({ layers, stride }, i) => {
    at = nodes.add(`stage${i + 1}`, nn.sequential(...layers), at);
    return { name: at, stride };
  });
}
