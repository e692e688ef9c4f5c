/** What was missed and what was made up, picture by picture. */
import { overlap } from "../../training/objectives/average-precision.js";
import { byScore, type Found, grouped, type TrueBox } from "./boxes.js";

/** A picture by what is wrong with what was found in it. */
export interface PictureMistakes {
  readonly picture: number;
  readonly found: readonly Found[];
  readonly truths: readonly TrueBox[];
  /** Objects that nothing was found for. */
  readonly missed: readonly TrueBox[];
  /** Boxes where no object of the class is, or one that a surer box has found. */
  readonly made: readonly Found[];
}

/**
 * Pictures with mistakes, those with the most first. Boxes of a score of at least `least` count; each, the surest first,
 * finds the object of its class that it overlaps most of those that are left, by more than a half.
 */
export function pictureMistakes(
  { found, truths }: { readonly found: readonly Found[]; readonly truths: readonly TrueBox[] },
  { least = 0.3 }: { least?: number } = {},
): PictureMistakes[] {
  const foundIn = grouped(
    found.filter(({ score }) => score >= least),
    ({ picture }) => picture,
  );
  const truthsIn = grouped(truths, ({ picture }) => picture);
  return [...new Set([...foundIn.keys(), ...truthsIn.keys()])]
    .map((picture): PictureMistakes => {
      const own = { found: foundIn.get(picture) ?? [], truths: truthsIn.get(picture) ?? [] };
      const left = new Set(own.truths);
      const made = [...own.found].sort(byScore).filter((box) => {
        let best: TrueBox | undefined;
        let most = 0.5;
        for (const truth of left) {
          const shared = truth.label === box.label ? overlap(box.box, truth.box) : 0;
          if (shared > most) [best, most] = [truth, shared];
        }
        // A crowd may be found as often as one likes.
        if (best && !best.crowd) left.delete(best);
        return best === undefined;
      });
      const missed = [...left].filter(({ difficult, crowd }) => !difficult && !crowd);
      return { picture, ...own, missed, made };
    })
    .filter(({ missed, made }) => missed.length + made.length > 0)
    .sort(
      (a, b) => b.missed.length + b.made.length - (a.missed.length + a.made.length) || a.picture - b.picture,
    );
}
