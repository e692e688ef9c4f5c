import { optionsOf } from "../../door/options.js";
import { wholeNumber } from "../../door/rules.js";

/** How well pixels are labelled, over the whole set. */
export interface SegmentationScores {
  /** Mean over the classes that occur, in truth or answer, of intersection by union; NaN where none does. */
  readonly mIoU: number;
  /** Share of the pixels that count whose label is right. */
  readonly accuracy: number;
  /** Mean over the classes that are there of the share of their pixels that is found. */
  readonly classAccuracy: number;
  /** Intersection by union of each class; NaN where it occurs in neither. */
  readonly IoU: readonly number[];
  /** Of each class the share of its pixels that is found; NaN where it has none. */
  readonly recall: readonly number[];
  /** Pixels that count, and those that do not. */
  readonly pixels: number;
  readonly ignored: number;
}

/**
 * Which pixels are taken for what: one matrix for a whole set of pictures, whose scores are not the means of those of single
 * pictures. Pixels whose true label is `ignore`, or none of the classes, do not count.
 *
 * Long, Shelhamer, Darrell: Fully Convolutional Networks for Semantic Segmentation, CVPR 2015, section 5.
 */
export class ConfusionMatrix {
  /** Pixels by true class and by answer: K×K in rows of the true class. */
  readonly counts: Float64Array;
  readonly #ignore: number;
  #ignored = 0;

  /** @param classes  how many there are, K */
  constructor(
    readonly classes: number,
    options: { ignore?: number } = {},
  ) {
    const { ignore = 255 } = optionsOf("ConfusionMatrix", options, { ignore: wholeNumber });
    if (!Number.isInteger(classes) || classes < 1)
      throw new RangeError(
        `ConfusionMatrix: there are ${classes} classes, expected a whole number from 1 on`,
      );
    this.#ignore = ignore;
    this.counts = new Float64Array(classes * classes);
  }

  /**
   * Counts the pixels of pictures.
   *
   * @param truth   a label for each pixel, in any order
   * @param answer  the label that was read, in the same order
   * @throws RangeError where there are not as many of both, or an answer is no class
   */
  add(truth: ArrayLike<number>, answer: ArrayLike<number>): void {
    if (truth.length !== answer.length)
      throw new RangeError(`ConfusionMatrix: ${answer.length} answers for ${truth.length} pixels`);
    const { classes, counts } = this;
    for (let i = 0; i < truth.length; i++) {
      const label = truth[i];
      if (label === this.#ignore || !(label >= 0 && label < classes)) {
        this.#ignored++;
        continue;
      }
      if (!(answer[i] >= 0 && answer[i] < classes))
        throw new RangeError(
          `ConfusionMatrix: the answer ${answer[i]} at place ${i} is none of ${classes} classes`,
        );
      counts[label * classes + answer[i]]++;
    }
  }

  get scores(): SegmentationScores {
    const { classes, counts } = this;
    const each = Array.from({ length: classes }, (_, c) => c);
    const row = each.map((t) => each.reduce((sum, a) => sum + counts[t * classes + a], 0));
    const column = each.map((a) => each.reduce((sum, t) => sum + counts[t * classes + a], 0));
    const hits = each.map((c) => counts[c * classes + c]);
    const pixels = row.reduce((a, b) => a + b, 0);
    const IoU = each.map((c) => hits[c] / (row[c] + column[c] - hits[c]));
    const recall = each.map((c) => hits[c] / row[c]);
    const meanOf = (numbers: readonly number[]) => {
      const there = numbers.filter((n) => !Number.isNaN(n));
      return there.reduce((a, b) => a + b, 0) / there.length;
    };
    return {
      mIoU: meanOf(IoU),
      accuracy: hits.reduce((a, b) => a + b, 0) / pixels,
      classAccuracy: meanOf(recall),
      IoU,
      recall,
      pixels,
      ignored: this.#ignored,
    };
  }
}
