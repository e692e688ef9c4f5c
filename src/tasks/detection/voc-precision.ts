import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { oneOf, withinOne } from "../../door/rules.js";
import {
  areaBelow,
  monotone,
  precisionCurve,
  type RankedPlace,
} from "../../training/objectives/average-precision.js";
import { type Found, grouped, meanOf, someFound, someTrue, type TrueBox } from "./boxes.js";

/** By which rule {@link vocPrecision} makes one number of a curve. */
export interface VocPrecisionOptions {
  /**
   * "area": that below the curve of the highest precision at a recall or a greater one (from VOC 2010 on); "11 points": the
   * mean of it at the recalls 0, 0.1, … 1 (VOC 2007). "area" if left out.
   */
  rule?: "area" | "11 points";
  /** A box is found by one that overlaps it by more than this; 0.5 if left out. */
  overlap?: number;
}

/** How well the boxes of a class are found. */
export interface ClassPrecision {
  readonly label: number;
  /** The average precision; NaN where there are none to be found. */
  readonly precision: number;
  /** How many are to be found. */
  readonly truths: number;
  /** How many of them do not count. */
  readonly ignored: number;
  /** At each place of the ranking, without those that found what does not count. */
  readonly curve: readonly RankedPlace[];
}

/** How well boxes are found, by the rules of Pascal VOC. */
export interface VocPrecision {
  /** The mean over the classes with boxes to be found; NaN where there are none. */
  readonly mAP: number;
  /** In the order of their labels. */
  readonly classes: readonly ClassPrecision[];
}

/**
 * Average precision by the rules of Pascal VOC, for each class of the true boxes.
 *
 * Boxes are ranked by their scores, of equal ones the first given first. Each looks at the true box of its class and
 * picture that it overlaps most: it is a hit where that is by more than a half and nobody surer has found it; where somebody
 * has, or the overlap is less, it is a mistake. Boxes that find what is difficult, or a crowd, do not count. The overlap is
 * intersection by union of boxes whose right and bottom lie outside, which is what VOC's + 1 comes to. Of eleven points
 * the recall is held against k · 0.1 as floating-point numbers are, as in the published scripts: 0.3 is not 3 · 0.1.
 *
 * Everingham, Van Gool, Williams, Winn, Zisserman: The Pascal Visual Object Classes (VOC) Challenge, IJCV 88, 2010, section 4.2.
 */
export function vocPrecision(
  found: readonly Found[],
  truths: readonly TrueBox[],
  options: VocPrecisionOptions = {},
): VocPrecision {
  const { rule = "area", overlap: least = 0.5 } = optionsOf("vocPrecision", options, {
    rule: oneOf("area", "11 points"),
    overlap: withinOne,
  });
  checkArgument("vocPrecision", "found", found, someFound);
  checkArgument("vocPrecision", "truths", truths, someTrue);
  const foundBy = grouped(found, ({ label }) => label);
  const classes = [...grouped(truths, ({ label }) => label)]
    .sort(([a], [b]) => a - b)
    .map(([label, own]) => {
      const counts = (truth: TrueBox): boolean => !(truth.difficult || truth.crowd);
      const counted = own.filter(counts).length;
      const curve = precisionCurve(foundBy.get(label) ?? [], own, {
        finds: (shared) => shared > least,
        counts,
      });
      return {
        label,
        precision: counted === 0 ? Number.NaN : averageOf(curve, rule),
        truths: counted,
        ignored: own.length - counted,
        curve,
      };
    });
  return { mAP: meanOf(classes.filter(({ truths: n }) => n > 0).map(({ precision }) => precision)), classes };
}

type Curve = ClassPrecision["curve"];

function averageOf(curve: Curve, rule: "area" | "11 points"): number {
  if (rule === "area") return areaBelow(curve);
  const highest = monotone(Float64Array.from(curve, ({ precision }) => precision));
  let sum = 0;
  for (let k = 0; k <= 10; k++) {
    const at = curve.findIndex(({ recall }) => recall >= k * 0.1);
    sum += (at < 0 ? 0 : highest[at]) / 11;
  }
  return sum;
}
