/** Augmentations by name, as they go with a data set. */
import {
  type AnyDataset,
  type Augment,
  colourJitter,
  compose,
  cutout,
  type Mixup,
  pcaLighting,
  randomAffine,
  randomFlip,
  randomShift,
} from "../data/index.js";

/** What handwriting does by itself: turned, larger or smaller, slanted, not quite in the middle. */
const handwriting = { rotation: 10, scale: [0.9, 1.1], shear: 0.15, shift: 2 } as const;

/** Where pictures are covered or shifted: the mean colour of ImageNet, and black on grey pictures. */
const background = ({ shape: [, , c] }: AnyDataset) => (c === 3 ? [124, 116, 104] : 0);

const steps: { readonly [name: string]: (train: AnyDataset) => Augment | undefined } = {
  handwriting: () => randomAffine(handwriting),
  // Files are cropped at random while they are decoded; small pictures move by 4 pixels of 32, as for CIFAR's ResNets.
  crop: (train) => ("read" in train ? undefined : randomShift(Math.ceil(train.shape[0] / 8))),
  flip: () => randomFlip(),
  jitter: () => colourJitter(),
  lighting: () => pcaLighting(),
  cutout: (train) => cutout(train.shape[0] >> 1, { background: background(train) }),
  mixup: () => undefined,
};

export const augmentationNames = Object.keys(steps);

/** The names that hold for a data set: handwriting for grey pictures, crop and flip for photographs. */
function namesFor(augment: boolean | string | undefined, channels: number): string[] {
  if (typeof augment === "string") return augment.split(",");
  if (!augment) return [];
  return channels === 1 ? ["handwriting"] : ["crop", "flip"];
}

/** Whether picture files are shown in parts drawn at random. */
export const cropsFiles = (augment: boolean | string | undefined): boolean =>
  namesFor(augment, 3).includes("crop");

export function augmentOf(
  augment: boolean | string | undefined,
  train: AnyDataset,
): { augment?: Augment; mixup?: Mixup } {
  const names = namesFor(augment, train.shape[2]);
  const made = names.map((name) => steps[name](train)).filter((step) => step !== undefined);
  return {
    ...(made.length > 0 ? { augment: compose(...made) } : {}),
    // As the paper has it for ImageNet; for CIFAR it takes 1.
    ...(names.includes("mixup") ? { mixup: { alpha: train.shape[0] >= 128 ? 0.2 : 1 } } : {}),
  };
}
