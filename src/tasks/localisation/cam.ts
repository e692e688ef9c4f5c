/** Boxes out of maps that say where a class is seen, learned without any box: the weak form of localisation. */
import { checkArgument } from "../../door/argument.js";
import { fromOneOn, rule } from "../../door/rules.js";
import type { Corners } from "../../training/objectives/average-precision.js";

/** A map as {@link boxOfMap} takes it. */
export interface ClassMap {
  readonly height: number;
  readonly width: number;
  /** height×width */
  readonly values: ArrayLike<number>;
}

const aMap = rule("{ height, width, values }, as many values as height times width", (value) => {
  const { height, width, values } = (value ?? {}) as Partial<ClassMap>;
  return fromOneOn.holds(height) && fromOneOn.holds(width) && values?.length === height! * width!;
});

/** A class is seen where its map has more than this share of its greatest value. */
export const usualShare = 0.2;

/**
 * The box around the largest connected part of a map that is above a share of its greatest value; of equally large parts the
 * first. Places touch along their edges. The whole map where nothing in it is above 0.
 *
 * @param share  0.2 if left out, as in the paper
 * @returns  [top, left, bottom, right] in places of the map, bottom and right outside
 * Zhou, Khosla, Lapedriza, Oliva, Torralba: Learning Deep Features for Discriminative Localization, CVPR 2016, section 3.2.
 */
export function boxOfMap(map: ClassMap, share = usualShare): Corners {
  checkArgument("boxOfMap", "the map", map, aMap);
  checkArgument(
    "boxOfMap",
    "the share",
    share,
    rule("a number of 0 to 1", (value) => (value as number) >= 0 && (value as number) < 1),
  );
  const { height, width, values } = map;
  let most = 0;
  for (let at = 0; at < values.length; at++) most = Math.max(most, values[at]);
  if (!(most > 0)) return [0, 0, height, width];
  const isSeen = (at: number): boolean => values[at] > share * most;
  const known = new Uint8Array(values.length);
  let best: Corners = [0, 0, height, width];
  let largest = 0;
  for (let first = 0; first < values.length; first++) {
    if (known[first] || !isSeen(first)) continue;
    let count = 0;
    let [top, left, bottom, right] = [height, width, 0, 0];
    const open = [first];
    known[first] = 1;
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      count++;
      const [i, j] = [Math.floor(at / width), at % width];
      [top, left] = [Math.min(top, i), Math.min(left, j)];
      [bottom, right] = [Math.max(bottom, i + 1), Math.max(right, j + 1)];
      for (const [y, x] of [
        [i - 1, j],
        [i + 1, j],
        [i, j - 1],
        [i, j + 1],
      ]) {
        const next = y * width + x;
        if (y < 0 || x < 0 || y >= height || x >= width || known[next] || !isSeen(next)) continue;
        known[next] = 1;
        open.push(next);
      }
    }
    if (count > largest) {
      largest = count;
      best = [top, left, bottom, right];
    }
  }
  return best;
}
