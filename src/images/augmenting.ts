/** In a thread: augmentations by the functions that make them, which give what those of the main thread give. */
import { compose, randomAffine, randomShift } from "../data/augment.js";
import { colourJitter, pcaLighting } from "../data/augment-colour.js";
import { cutout, randomCrop, randomFlip } from "../data/augment-parts.js";
import type { AugmentStep } from "../data/augment-steps.js";
import type { Augment } from "../data/augmentation.js";

const makers: { readonly [name: string]: (...given: never[]) => Augment } = {
  colourJitter,
  cutout,
  pcaLighting,
  randomAffine,
  randomCrop,
  randomFlip,
  randomShift,
};

export const augmentBySteps = (steps: readonly AugmentStep[]): Augment =>
  compose(...steps.map(({ name, given }) => makers[name](...(given as never[]))));
