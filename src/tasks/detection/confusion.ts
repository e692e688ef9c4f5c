import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { fromOneOn, required, withinOne } from "../../door/rules.js";
import { overlap } from "../../training/objectives/average-precision.js";
import { byScore, type Found, grouped, someFound, someTrue, type TrueBox } from "./boxes.js";

/** Which boxes {@link boxConfusion} takes for one. */
export interface BoxConfusionOptions {
  /** How many classes there are. */
  classes: number;
  /** Boxes count from this score on; 0.3 if left out. */
  least?: number;
  /** A box finds one that it overlaps by more than this; 0.5 if left out. */
  overlap?: number;
}

/**
 * For which class objects were taken: a row for each true class and a column for each that was told, the last ones for none.
 * Each box, the surest first, finds the object that it overlaps most of those that are left in its picture, whatever their
 * classes. Who finds what is difficult or a crowd does not count, nor does who misses it.
 *
 * @returns  (classes + 1)×(classes + 1): [t][classes] are missed, [classes][p] made up
 */
export function boxConfusion(
  found: readonly Found[],
  truths: readonly TrueBox[],
  options: BoxConfusionOptions,
): number[][] {
  checkArgument("boxConfusion", "found", found, someFound);
  checkArgument("boxConfusion", "truths", truths, someTrue);
  const {
    classes,
    least = 0.3,
    overlap: most = 0.5,
  } = optionsOf("boxConfusion", options, {
    classes: required(fromOneOn),
    least: withinOne,
    overlap: withinOne,
  });
  const counts = Array.from({ length: classes + 1 }, () => Array.from({ length: classes + 1 }, () => 0));
  const foundIn = grouped(
    found.filter(({ score }) => score >= least),
    ({ picture }) => picture,
  );
  const truthsIn = grouped(truths, ({ picture }) => picture);
  for (const picture of new Set([...foundIn.keys(), ...truthsIn.keys()])) {
    const left = new Set(truthsIn.get(picture) ?? []);
    for (const { box, label } of [...(foundIn.get(picture) ?? [])].sort(byScore)) {
      let best: TrueBox | undefined;
      let shared = most;
      for (const truth of left) {
        const own = overlap(box, truth.box);
        if (own > shared) [best, shared] = [truth, own];
      }
      if (best && !best.crowd) left.delete(best);
      if (!best?.crowd && !best?.difficult) counts[best?.label ?? classes][label]++;
    }
    for (const { label, difficult, crowd } of left) if (!difficult && !crowd) counts[label][classes]++;
  }
  return counts;
}
