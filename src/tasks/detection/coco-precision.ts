import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { fromOneOn } from "../../door/rules.js";
import { type Corners, monotone } from "../../training/objectives/average-precision.js";
import { byScore, type Found, grouped, meanOf, someFound, someTrue, type TrueBox } from "./boxes.js";

/** How many boxes {@link cocoPrecision} takes of a picture. */
export interface CocoPrecisionOptions {
  /** Of each class in each picture so many, the surest; 100 if left out. */
  most?: number;
}

/** The twelve numbers of COCO's evaluation, for all classes or for one; NaN where there is nothing to be found. */
export interface CocoScores {
  /** Mean over the overlaps 0.5, 0.55, … 0.95. */
  readonly AP: number;
  readonly AP50: number;
  readonly AP75: number;
  /** Of objects of up to 32², from there to 96², and of more pixels. */
  readonly APsmall: number;
  readonly APmedium: number;
  readonly APlarge: number;
  /** Recall, mean over the overlaps, of the surest box of a picture, of the ten surest, of all. */
  readonly AR1: number;
  readonly AR10: number;
  readonly AR: number;
  readonly ARsmall: number;
  readonly ARmedium: number;
  readonly ARlarge: number;
}

/** COCO's numbers, and those of each class. */
export interface CocoPrecision extends CocoScores {
  readonly classes: readonly (CocoScores & {
    readonly label: number;
    readonly truths: number;
    readonly ignored: number;
  })[];
}

/** 0.5, 0.55, … 0.95 and 0, 0.01, … 1 as COCO's scripts make them (numpy.linspace). */
const overlaps = Array.from({ length: 10 }, (_, i) => (i === 9 ? 0.95 : 0.5 + i * ((0.95 - 0.5) / 9)));
const recalls = Array.from({ length: 101 }, (_, i) => (i === 100 ? 1 : i * 0.01));

/** Pixels of an object, both ends included. */
const areas = {
  all: [0, 1e10],
  small: [0, 32 ** 2],
  medium: [32 ** 2, 96 ** 2],
  large: [96 ** 2, 1e10],
} as const;
type AreaName = keyof typeof areas;

/**
 * Average precision by the rules of COCO.
 *
 * Boxes of a class are ranked by their scores, of equal ones by picture, then the first given first. In each picture they
 * choose in that order, at each overlap t: the best true box that nobody surer has, with an overlap of at least t; one that
 * does not count (crowds, what is difficult, areas outside the range) only where there is no other, and then the box does not
 * count either; nor does one that finds nothing and is itself outside the range. A crowd may be chosen by many; their overlap
 * with it is the part of them that lies in it. Precision is the highest at a recall or a greater one, its mean is taken at
 * 101 recalls, 0 where they are not reached.
 *
 * Lin et al.: Microsoft COCO, ECCV 2014; cocodataset.org/#detection-eval.
 */
export function cocoPrecision(
  found: readonly Found[],
  truths: readonly TrueBox[],
  options: CocoPrecisionOptions = {},
): CocoPrecision {
  const { most = 100 } = optionsOf("cocoPrecision", options, { most: fromOneOn });
  checkArgument("cocoPrecision", "found", found, someFound);
  checkArgument("cocoPrecision", "truths", truths, someTrue);
  const foundBy = grouped(found, ({ label }) => label);
  const measured = [...grouped(truths, ({ label }) => label)]
    .sort(([a], [b]) => a - b)
    .map(([label, own]) => ({ label, own, curves: new ClassCurves(foundBy.get(label) ?? [], own, most) }));
  const scores = (of: typeof measured): CocoScores => {
    const precision = (area: AreaName, at: readonly number[] = [...overlaps.keys()]) =>
      meanOf(
        of.flatMap(({ curves }) => curves.at(area, most)).flatMap((one) => at.map((t) => one.precision[t])),
      );
    const recall = (area: AreaName, n: number) =>
      meanOf(of.flatMap(({ curves }) => curves.at(area, n)).flatMap((one) => one.recall));
    return {
      AP: precision("all"),
      AP50: precision("all", [0]),
      AP75: precision("all", [5]),
      APsmall: precision("small"),
      APmedium: precision("medium"),
      APlarge: precision("large"),
      AR1: recall("all", Math.min(1, most)),
      AR10: recall("all", Math.min(10, most)),
      AR: recall("all", most),
      ARsmall: recall("small", most),
      ARmedium: recall("medium", most),
      ARlarge: recall("large", most),
    };
  };
  return {
    ...scores(measured),
    classes: measured.map((one) => {
      const counted = one.own.filter((truth) => !isIgnored(truth, areas.all)).length;
      return { label: one.label, truths: counted, ignored: one.own.length - counted, ...scores([one]) };
    }),
  };
}

const areaOf = ([top, left, bottom, right]: Corners): number => (bottom - top) * (right - left);

const isOutside = (area: number, [least, most]: readonly [number, number]): boolean =>
  area < least || area > most;

const isIgnored = ({ difficult, crowd, area, box }: TrueBox, range: readonly [number, number]): boolean =>
  difficult === true || crowd === true || isOutside(area ?? areaOf(box), range);

/** Intersection by union, or of a crowd by the found box alone. */
function shareOf(box: Corners, { box: there, crowd }: TrueBox): number {
  const high = Math.min(box[2], there[2]) - Math.max(box[0], there[0]);
  const wide = Math.min(box[3], there[3]) - Math.max(box[1], there[1]);
  if (high <= 0 || wide <= 0) return 0;
  const both = high * wide;
  return both / (crowd ? areaOf(box) : areaOf(box) + areaOf(there) - both);
}

/** What became of a found box at each overlap. */
interface Judged {
  readonly score: number;
  readonly hit: readonly boolean[];
  readonly ignored: readonly boolean[];
}

/** At each overlap the mean precision at all recalls, and the recall that is reached. */
interface Measured {
  readonly precision: readonly number[];
  readonly recall: readonly number[];
}

/** The curves of one class, each measured once. */
class ClassCurves {
  readonly #pictures: { found: Found[]; truths: TrueBox[]; shares: number[][] }[];
  readonly #judged = new Map<AreaName, { boxes: Judged[][]; counted: number }>();
  readonly #measured = new Map<string, Measured[]>();

  constructor(found: readonly Found[], truths: readonly TrueBox[], most: number) {
    const [foundIn, truthsIn] = [grouped(found, (one) => one.picture), grouped(truths, (one) => one.picture)];
    const numbers = [...new Set([...foundIn.keys(), ...truthsIn.keys()])].sort((a, b) => a - b);
    this.#pictures = numbers.map((number) => {
      const best = [...(foundIn.get(number) ?? [])].sort(byScore).slice(0, most);
      const there = truthsIn.get(number) ?? [];
      return {
        found: best,
        truths: there,
        shares: best.map(({ box }) => there.map((truth) => shareOf(box, truth))),
      };
    });
  }

  /** Of so many boxes of each picture; none where nothing of that size is to be found. */
  at(area: AreaName, most: number): Measured[] {
    const key = `${area} ${most}`;
    let measured = this.#measured.get(key);
    if (!measured) {
      let judged = this.#judged.get(area);
      if (!judged) {
        const pictures = this.#pictures.map((one) => judge(one, areas[area]));
        judged = {
          boxes: pictures.map(({ boxes }) => boxes),
          counted: pictures.reduce((sum, { counted }) => sum + counted, 0),
        };
        this.#judged.set(area, judged);
      }
      const { boxes, counted } = judged;
      measured =
        counted === 0
          ? []
          : [
              measure(
                boxes.flatMap((own) => own.slice(0, most)),
                counted,
              ),
            ];
      this.#measured.set(key, measured);
    }
    return measured;
  }
}

function judge(
  { found, truths, shares }: { found: Found[]; truths: TrueBox[]; shares: number[][] },
  range: readonly [number, number],
): { boxes: Judged[]; counted: number } {
  const ignored = truths.map((truth) => isIgnored(truth, range));
  // Those that do not count are looked at last.
  const order = truths.map((_, i) => i).sort((a, b) => Number(ignored[a]) - Number(ignored[b]));
  const boxes = found.map(({ score, box }) => ({
    score,
    hit: overlaps.map(() => false),
    ignored: overlaps.map(() => isOutside(areaOf(box), range)),
  }));
  overlaps.forEach((least, t) => {
    const taken = truths.map(() => false);
    boxes.forEach((judged, d) => {
      let [chosen, best] = [-1, Math.min(least, 1 - 1e-10)];
      for (const g of order) {
        if (taken[g] && !truths[g].crowd) continue;
        if (chosen >= 0 && !ignored[chosen] && ignored[g]) break;
        if (shares[d][g] < best) continue;
        [chosen, best] = [g, shares[d][g]];
      }
      if (chosen < 0) return;
      taken[chosen] = true;
      judged.hit[t] = true;
      judged.ignored[t] = ignored[chosen];
    });
  });
  return { boxes, counted: ignored.filter((is) => !is).length };
}

function measure(boxes: readonly Judged[], counted: number): Measured {
  const ranked = [...boxes].sort(byScore);
  const [precision, recall]: [number[], number[]] = [[], []];
  for (const t of overlaps.keys()) {
    const own = ranked.filter((box) => !box.ignored[t]);
    const reached = new Float64Array(own.length);
    const exact = new Float64Array(own.length);
    let hits = 0;
    own.forEach((box, i) => {
      if (box.hit[t]) hits++;
      reached[i] = hits / counted;
      exact[i] = hits / (i + 1);
    });
    const highest = monotone(exact);
    let [at, sum] = [0, 0];
    for (const least of recalls) {
      while (at < own.length && reached[at] < least) at++;
      if (at < own.length) sum += highest[at];
    }
    precision.push(sum / recalls.length);
    recall.push(hits / counted);
  }
  return { precision, recall };
}
