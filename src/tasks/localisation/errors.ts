import { checkArgument } from "../../door/argument.js";
import { rule } from "../../door/rules.js";
import { type Corners, overlap } from "../../training/objectives/average-precision.js";

/** A class with a box of it. */
export interface Located {
  readonly label: number;
  readonly box: Corners;
}

/** Shares of pictures that are wrong. */
export interface LocalisationErrors {
  /** Of the first guess. */
  readonly top1: number;
  /** Of all of the first five guesses. */
  readonly top5: number;
  /** The class alone: of the first guess, and of all of the first five. */
  readonly class1: number;
  readonly class5: number;
  /** How many pictures were judged. */
  readonly pictures: number;
}

const ofPictures = rule(
  "a list of { label, box: [top, left, bottom, right] } for each picture",
  (value) =>
    Array.isArray(value) &&
    value.every(
      (one) => Array.isArray(one) && one.every((at) => at?.box?.length === 4 && Number.isInteger(at.label)),
    ),
);

/**
 * Errors of localisation (ILSVRC's second task). A guess is right where its class is that of an object in the picture and
 * its box overlaps one of the boxes of that class by at least a half.
 *
 * @param guesses  of each picture, the surest first
 * @param truths   of each picture all boxes of its class (or classes)
 * @throws RangeError where there are not as many of both
 * Russakovsky et al.: ImageNet Large Scale Visual Recognition Challenge, IJCV 115, 2015, section 4.2.
 */
export function localisationErrors(
  guesses: readonly (readonly Located[])[],
  truths: readonly (readonly Located[])[],
): LocalisationErrors {
  checkArgument("localisationErrors", "the guesses", guesses, ofPictures);
  checkArgument("localisationErrors", "the truths", truths, ofPictures);
  if (guesses.length !== truths.length)
    throw new RangeError(
      `localisationErrors: there are guesses of ${guesses.length} pictures, and truths of ${truths.length}`,
    );
  const pictures = guesses.length;
  const wrong = (most: number, isRight: (guess: Located, truth: Located) => boolean): number =>
    pictures === 0
      ? Number.NaN
      : guesses.filter(
          (own, i) => !own.slice(0, most).some((guess) => truths[i].some((truth) => isRight(guess, truth))),
        ).length / pictures;
  const sameClass = (a: Located, b: Located) => a.label === b.label;
  const found = (a: Located, b: Located) => sameClass(a, b) && overlap(a.box, b.box) >= 0.5;
  return {
    top1: wrong(1, found),
    top5: wrong(5, found),
    class1: wrong(1, sameClass),
    class5: wrong(5, sameClass),
    pictures,
  };
}
