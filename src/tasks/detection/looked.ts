/** A picture as a detector sees it, and its boxes in the picture's own pixels. */
import type { FileSource } from "../../formats/given-source.js";
import type { Picture } from "../../images/picture.js";
import { withChannels } from "../../images/preprocessing.js";
import { readImage } from "../../images/read.js";
import { Tensor } from "../../tensor/tensor.js";
import type { Corners } from "../../training/objectives/average-precision.js";
import { boxOutOf, fittedPixels, type Placed, placeOf } from "../annotations/fitted.js";
import type { DetectorFit } from "./told-boxes.js";

/** An object that was found in a picture. */
export interface Detection {
  /** The name of its class, and its place among the classes. */
  readonly class: string;
  readonly label: number;
  /** [top, left, bottom, right] in pixels of the picture. */
  readonly box: Corners;
  /** 0 to 1 */
  readonly score: number;
}

type Values = ArrayLike<number>;

/** One picture. */
export interface Looked {
  readonly picture: Picture;
  /** 1×H×W×3 bytes */
  readonly images: Tensor;
  /** A box of the network's pixels in those of the picture. */
  corners(boxes: Values, at: number): Corners;
  /** Boxes with area, and their places among those that were told; labels of −1 are none. */
  boxes(told: {
    readonly [name: string]: Values;
  }): { readonly place: number; readonly detection: Detection }[];
}

export async function looked(
  { sees, classes }: { readonly sees: DetectorFit; readonly classes: readonly string[] },
  given: Picture | FileSource,
): Promise<Looked> {
  const picture = isPicture(given) ? given : await readImage(given);
  const place = lyingIn(picture, sees);
  const corners = (boxes: Values, at: number): Corners =>
    boxOutOf([0, 1, 2, 3].map((side) => boxes[4 * at + side]) as unknown as Corners, picture, place);
  return {
    picture,
    images: pixelsSeen([picture], sees),
    corners,
    boxes: ({ boxes, scores, labels }) =>
      Array.from(labels as ArrayLike<number>, (label, at) => ({ label, at }))
        .filter(({ label }) => label >= 0)
        .map(({ label, at }) => ({
          place: at,
          detection: { class: classes[label], label, box: corners(boxes, at), score: scores[at] },
        }))
        .filter(
          ({
            detection: {
              box: [top, left, bottom, right],
            },
          }) => bottom > top && right > left,
        ),
  };
}

/** Where a picture lies in what a detector is given: itself, where that scales it. */
export const lyingIn = (picture: Picture, sees: DetectorFit): Placed =>
  sees.fit === "scale"
    ? { top: 0, left: 0, height: picture.height, width: picture.width }
    : placeOf(picture, sees);

/** Pictures, of one size where each is seen in its own, as N×H×W×3 bytes. */
export function pixelsSeen(pictures: readonly Picture[], sees: DetectorFit): Tensor {
  const [height, width] = sees.fit === "scale" ? [pictures[0].height, pictures[0].width] : sees.size;
  const length = height * width * 3;
  const images = new Uint8Array(pictures.length * length);
  pictures.forEach((picture, n) => {
    images.set(
      sees.fit === "scale" ? withChannels(picture, 3).pixels : fittedPixels(picture, sees),
      n * length,
    );
  });
  return Tensor.from(images, [pictures.length, height, width, 3], "u8");
}

export const isPicture = (value: unknown): value is Picture =>
  typeof value === "object" && value !== null && "pixels" in value && "channels" in value;
