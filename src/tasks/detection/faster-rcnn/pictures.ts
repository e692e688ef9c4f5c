/** Pictures of any size as what a {@link fasterRcnn} takes, and boxes back in their pixels. */
import { optionsOf } from "../../../door/options.js";
import { fromOneOn } from "../../../door/rules.js";
import type { FileSource } from "../../../formats/given-source.js";
import type { Picture } from "../../../images/picture.js";
import { withChannels } from "../../../images/preprocessing.js";
import { readImage } from "../../../images/read.js";
import { imagenetStatistics } from "../../../models/imagenet.js";
import { div, mul, sub } from "../../../ops/arithmetic.js";
import { cast } from "../../../ops/cast.js";
import { pad } from "../../../ops/pad.js";
import { upsample2d } from "../../../ops/upsample2d.js";
import { compile } from "../../../tensor/compile.js";
import { numbersOf } from "../../../tensor/compute.js";
import { tensor } from "../../../tensor/creation.js";
import { Tensor } from "../../../tensor/tensor.js";
import type { Found } from "../boxes.js";
import type { FoundBoxes } from "../decoding.js";
import type { FasterRcnn, FasterRcnnInput } from "./network.js";

/** As how large a network sees a picture, in pixels. */
export interface SeenSize {
  /** The shorter edge becomes so long, if the longer one stays below its bound; 800 if left out. */
  minSize?: number;
  /** The longer edge becomes at most so long; 1333 if left out. */
  maxSize?: number;
}

/** Padded pictures have edges that are multiples of it. */
const sizesBy = 32;

/**
 * Height and width of a picture of h×w pixels in the size in which it is seen, in its proportions: the scale is the smaller one
 * of minSize / min(h, w) and maxSize / max(h, w), and what is left of a pixel is cut off.
 */
export function seenSize(
  [height, width]: readonly [number, number],
  given: SeenSize = {},
): [height: number, width: number] {
  const { minSize = 800, maxSize = 1333 } = optionsOf("seenSize", given, {
    minSize: fromOneOn,
    maxSize: fromOneOn,
  });
  // In f32 and by the inverse, as torchvision finds it: of 427 lines 799 are left, where 800 / 427 · 427 is 800.
  const f = Math.fround;
  const times = (bound: number, edge: number): number => f(f(1 / edge) * bound);
  const scale = Math.min(times(minSize, Math.min(height, width)), times(maxSize, Math.max(height, width)));
  return [Math.floor(height * scale), Math.floor(width * scale)];
}

/**
 * Pictures of one size as the network takes them: normalised by ImageNet's statistics, brought to their seen size (bilinear),
 * and padded with zeros on the right and below to multiples of 32.
 *
 * @param pixels  N×H×W×3, 0 to 255
 */
export function seenPictures(pixels: Tensor, size: readonly [number, number]): FasterRcnnInput {
  const { mean, deviation } = imagenetStatistics;
  const scaled = div(sub(mul(cast(pixels, "f32"), 1 / 255), tensor([...mean])), tensor([...deviation]));
  const missing = size.map((edge) => sizesBy * Math.ceil(edge / sizesBy) - edge);
  const around = [
    [0, 0],
    [0, missing[0]],
    [0, missing[1]],
    [0, 0],
  ] as const;
  const n = pixels.shape[0];
  return {
    images: pad(upsample2d(scaled, size, { method: "bilinear" }), around),
    sizes: tensor(
      Array.from({ length: n }, () => [...size]),
      [n, 2],
    ),
  };
}

/**
 * The objects that a network finds in a picture, the surest first.
 *
 *     const network = detection.fasterRcnn({ classes: 90, epsilon: 0 });
 *     network.build({ images: [800, 1088, 3], sizes: [2] }, { blank: true });
 *     await models.loadWeights(network, "fasterrcnn_resnet50_fpn_coco-258fb6c6.pth");
 *     const [first] = await detection.findRegions(network, "street.jpg");
 *
 * @param given  a decoded picture, or what `readImage` reads: in Node a path; a Blob, a File, an address, or bytes
 * @returns      boxes [top, left, bottom, right] in pixels of the picture; labels from 0 on
 */
export async function findRegions(
  network: FasterRcnn,
  given: Picture | FileSource,
  size: SeenSize = {},
): Promise<Omit<Found, "picture">[]> {
  const picture = isPicture(given) ? given : await readImage(given);
  const { height, width } = picture;
  const seen = seenSize([height, width], size);
  const pixels = Tensor.from(withChannels(picture, 3).pixels, [1, height, width, 3], "u8");
  const { boxes, scores, labels } = await programOf(network, seen)(pixels);
  const back = [height / seen[0], width / seen[1], height / seen[0], width / seen[1]];
  return Array.from(labels, (label, i) => ({
    label,
    score: scores[i],
    box: [0, 1, 2, 3].map((side) => boxes[4 * i + side] * back[side]) as unknown as Found["box"],
  })).filter(({ label }) => label >= 0);
}

type Run = (pixels: Tensor) => Promise<{ readonly [K in keyof FoundBoxes]: ArrayLike<number> }>;

/** Of each network one program for each seen size. */
const programs = new WeakMap<FasterRcnn, Map<string, Run>>();

function programOf(network: FasterRcnn, size: readonly [number, number]): Run {
  const own = programs.get(network) ?? new Map<string, Run>();
  programs.set(network, own);
  const known = own.get(size.join());
  if (known) return known;
  const found = compile((pixels: Tensor) => {
    const { boxes, scores, labels } = network(seenPictures(pixels, size));
    return { boxes, scores, labels };
  });
  const run = async (pixels: Tensor) =>
    (await numbersOf(found(pixels))) as { readonly [K in keyof FoundBoxes]: ArrayLike<number> };
  own.set(size.join(), run);
  return run;
}

const isPicture = (value: Picture | FileSource): value is Picture =>
  typeof value === "object" && value !== null && "pixels" in value && "channels" in value;
