/** The boxes of a picture by any network that finds objects. */
import type { AnyOwnLayers, Mode } from "../../nn/index.js";
import { mul } from "../../ops/arithmetic.js";
import { broadcastTo } from "../../ops/broadcast-to.js";
import { tensor } from "../../tensor/creation.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { PictureFit } from "../annotations/fitted.js";
import {
  type CandidateBoxes,
  type FoundBoxes,
  placeCandidates,
  type Telling,
  unsuppressed,
} from "./decoding.js";
import { regionCandidates } from "./faster-rcnn/judged.js";
import { type FasterRcnn, type FasterRcnnOptions, fasterRcnn } from "./faster-rcnn/network.js";
import { seenPictures, seenSize } from "./faster-rcnn/pictures.js";
import { describedRegions, type RegionNetwork, type RegionOutputs } from "./faster-rcnn/region-network.js";
import type { DetectionNetwork } from "./model.js";

/** A network that finds objects: of one stage, Faster R-CNN on one level, or on a pyramid as torchvision has it. */
export type BoxNetwork = DetectionNetwork | RegionNetwork | FasterRcnn;

/**
 * As what a detector sees pictures: all in one size, or each in its own proportions, the shorter edge and at most the longer
 * one in pixels, as `fasterRcnn` does ("scale").
 */
export type DetectorFit =
  | PictureFit
  | { readonly size: readonly [shorter: number, longer: number]; readonly fit: "scale" };

/** A network, and as what it sees. */
export interface Seeing {
  readonly network: BoxNetwork;
  readonly sees: DetectorFit;
}

export const isRegionNetwork = (network: BoxNetwork): network is RegionNetwork =>
  network.type === "regionNetwork";
export const isFasterRcnn = (network: BoxNetwork): network is FasterRcnn => network.type === "fasterRcnn";

/** By which `nn.fromDescription` makes them. */
export const boxLayers: AnyOwnLayers = {
  regionNetwork: describedRegions,
  fasterRcnn: (options: object) => fasterRcnn(options as FasterRcnnOptions) as never,
};

/**
 * What Faster R-CNN says of pictures, and how its pixels are to those of the pictures, down and across.
 * @param images  N×H×W×3, pixels of 0 to 255
 */
export function regionsOf(
  { network, sees }: { network: RegionNetwork | FasterRcnn; sees: DetectorFit },
  images: Tensor,
  mode: Mode = {},
): { readonly outputs: RegionOutputs; readonly sizes: Tensor; readonly scale: readonly [number, number] } {
  const [n, height, width] = images.shape;
  if (!isFasterRcnn(network)) {
    const sizes = broadcastTo(tensor([height, width]), [n, 2]);
    return { outputs: network(images, mode), sizes, scale: [1, 1] };
  }
  const [minSize, maxSize] = sees.size;
  const seen =
    sees.fit === "scale" ? seenSize([height, width], { minSize, maxSize }) : ([height, width] as const);
  const given = seenPictures(images, seen);
  return { outputs: network(given, mode), sizes: given.sizes, scale: [height / seen[0], width / seen[1]] };
}

/** Boxes in pixels of pictures that were seen larger or smaller. */
export const scaledBack = (boxes: Tensor, [down, across]: readonly [number, number]): Tensor =>
  down === 1 && across === 1 ? boxes : mul(boxes, tensor([down, across, down, across]));

/**
 * The boxes that a network tells of pictures before any is suppressed.
 * @param images  N×H×W×3, pixels of 0 to 255
 * @param mode    who watches
 */
export function candidatesOf({ network, sees }: Seeing, images: Tensor, mode: Mode = {}): CandidateBoxes {
  if (!isRegionNetwork(network) && !isFasterRcnn(network)) return placeCandidates(network(images, mode));
  const { outputs, sizes, scale } = regionsOf({ network, sees }, images, mode);
  const candidates = regionCandidates(outputs.judged, outputs.regions, sizes);
  return { ...candidates, boxes: scaledBack(candidates.boxes, scale) };
}

/** The boxes that are left after suppression. */
export const toldBoxes = (seeing: Seeing, images: Tensor, telling: Telling): FoundBoxes => {
  const { indices: _, ...found } = unsuppressed(candidatesOf(seeing, images), telling);
  return found;
};
