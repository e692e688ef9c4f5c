/** The homography with which the most pairs agree, if that is no chance. */

import { positive, wholeNumber, wholeOfAtLeast } from "../../door/rules.js";
import { samplesOfPairs } from "../../random/streams.js";
import { RandomStream } from "../../random/threefry.js";
import { settingsOf } from "../settings.js";
import {
  distinctPlaces,
  expectedByChance,
  fromTolerance,
  isLine,
  isSoundSample,
  keepsWhole,
  placesOf,
} from "./agreement.js";
import { fitHomography, type Homography, type Point, type PointPair, project } from "./homography.js";

/** How {@link ransacHomography} samples, and what it calls agreement. */
export interface RansacOptions {
  /** Pairs within so many pixels agree with a homography. */
  tolerance?: number;
  /** At most so many samples; fewer where enough pairs agree. */
  samples?: number;
  /** Fewer places that agree are no agreement. */
  leastInliers?: number;
  seed?: number;
}

/** The homography on which most pairs agree, and which these are. */
export interface RansacResult {
  readonly homography: Homography;
  /** Places of the pairs that agree. */
  readonly inliers: readonly number[];
}

/** How sure it shall be that one sample was free of wrong pairs. */
const confidence = 0.999;

/** Even where most pairs agree with the first: four of them may lie close together. */
const fewestSamples = 100;

/** Samples with which so large a share of the best's support agrees may lead to a better homography. */
const worthALook = 0.9;

/** After so many only those with more support do. */
const mostLooks = 6;

/** Homographies of that support that chance may give: more, and it is chance. A decimal logarithm. */
const mostByChance = -3;

/**
 * The homography with which the most pairs agree: of many through four pairs drawn at random, those with the most are
 * fitted again to all that agree with them, and the one is taken from which all pairs together are the least off. Pairs
 * at one place, at either end, count once.
 *
 * @returns undefined where no four pairs agree, or where as many would agree if they were drawn by lot: pairs of two
 *   unrelated pictures. Four or five pairs that all agree, with little to test them by, are taken at their word.
 * Fischler, Bolles: Random Sample Consensus, CACM 24, 1981; Hartley, Zisserman: Multiple View Geometry, 2004, 4.7;
 * Chum, Matas, Kittler: Locally Optimized RANSAC, DAGM 2003.
 */
export function ransacHomography(
  pairs: readonly PointPair[],
  options: RansacOptions = {},
): RansacResult | undefined {
  const {
    tolerance = 3,
    samples = 2000,
    leastInliers = 4,
    seed = 0,
  } = settingsOf("ransacHomography", options, {
    tolerance: positive,
    samples: wholeOfAtLeast(1),
    leastInliers: wholeOfAtLeast(1),
    seed: wholeNumber,
  });
  if (pairs.length < 4) return undefined;
  const random = new RandomStream(seed, samplesOfPairs);
  const places = placesOf(pairs, tolerance);
  const near = fromTolerance(pairs, tolerance);
  const least = Math.max(4, leastInliers);
  let best: Local | undefined;
  let support = 0;
  let [looks, needed] = [0, samples];
  for (let s = 0; s < needed; s++) {
    const four = new Set<number>();
    while (four.size < 4) four.add(random.integer(pairs.length));
    const sample = [...four].map((i) => pairs[i]);
    const h = isSoundSample(sample, near, tolerance) ? fitHomography(sample) : undefined;
    if (!h) continue;
    const agreeing = agreeingWith(h, pairs, tolerance);
    const enough = looks < mostLooks ? worthALook * support : support + 1;
    if (agreeing.length < enough) continue;
    const distinct = distinctPlaces(places, agreeing);
    if (distinct < Math.max(least, enough) || !keepsWhole(h, fromOf(pairs, agreeing))) continue;
    looks++;
    const local = settled(agreeing, pairs, tolerance);
    if (local && !(local.off >= (best?.off ?? Infinity)) && distinctPlaces(places, local.inliers) >= least)
      best = local;
    if (distinct <= support) continue;
    support = distinct;
    const sound = (agreeing.length / pairs.length) ** 4;
    const sure = sound < 1 ? Math.ceil(Math.log(1 - confidence) / Math.log(1 - sound)) : 0;
    needed = Math.min(samples, Math.max(fewestSamples, sure));
  }
  if (!best || isLine(fromOf(pairs, best.inliers), near)) return undefined;
  const isAllOfFew = best.inliers.length === pairs.length && best.inliers.length < 6;
  if (
    !isAllOfFew &&
    expectedByChance(best.fitted, pairs, { places, inliers: best.inliers, tolerance }) > mostByChance
  )
    return undefined;
  return { homography: best.homography, inliers: best.inliers };
}

/** What a sample leads to. */
interface Local extends RansacResult {
  /** Fitted to the inliers, all alike. */
  readonly fitted: Homography;
  /** How far all pairs are off together, each at most by 1. */
  readonly off: number;
}

/** The homography of all that agree with a sample's, of all that agree with that one, and so on; weighed at last. */
function settled(
  agreeing: readonly number[],
  pairs: readonly PointPair[],
  tolerance: number,
): Local | undefined {
  let best = agreeing;
  let h = fitHomography(best.map((i) => pairs[i]));
  // Fitted to all that agree, more may agree; that settles within a few rounds.
  for (let round = 0; h && round < 5; round++) {
    const now = agreeingWith(h, pairs, tolerance);
    if (now.length < best.length) break;
    const isSettled = now.length === best.length;
    best = now;
    h = fitHomography(best.map((i) => pairs[i]));
    if (isSettled) break;
  }
  if (!h || !keepsWhole(h, fromOf(pairs, best))) return undefined;
  const homography = weighed(h, pairs, tolerance);
  const inliers = homography ? agreeingWith(homography, pairs, tolerance) : [];
  const isBetter =
    homography && inliers.length >= 0.9 * best.length && keepsWhole(homography, fromOf(pairs, inliers));
  return isBetter
    ? { homography, inliers, fitted: h, off: offBy(homography, pairs, tolerance) }
    : { homography: h, inliers: best, fitted: h, off: offBy(h, pairs, tolerance) };
}

/** What {@link weighed} makes least of: 0 for a pair that fits, 1 from one and a half tolerances on. */
function offBy(h: Homography, pairs: readonly PointPair[], tolerance: number): number {
  let sum = 0;
  for (const { from, to } of pairs) {
    const { x, y } = project(h, from);
    const off = ((x - to.x) ** 2 + (y - to.y) ** 2) / (1.5 * tolerance) ** 2;
    sum += 1 - Math.max(0, 1 - off) ** 3;
  }
  return sum;
}

/**
 * Fitted by how far each pair is off in the second picture; the further, the less it counts, and from one and a half
 * tolerances on not at all: a wrong pair that happens to agree pulls little, and which sample was drawn no longer matters.
 *
 * Beaton, Tukey: The Fitting of Power Series, Technometrics 16, 1974; Hartley, Zisserman, 4.2.4.
 */
function weighed(h: Homography, pairs: readonly PointPair[], tolerance: number): Homography | undefined {
  let fitted: Homography | undefined = h;
  for (let round = 0; fitted && round < 10; round++) {
    const now: Homography = fitted;
    fitted = fitHomography(
      pairs,
      pairs.map(({ from, to }) => {
        const { x, y } = project(now, from);
        const off = ((x - to.x) ** 2 + (y - to.y) ** 2) / (1.5 * tolerance) ** 2;
        return Math.max(0, 1 - off) ** 2 / (now[6] * from.x + now[7] * from.y + 1) ** 2;
      }),
    );
  }
  return fitted;
}

const fromOf = (pairs: readonly PointPair[], some: readonly number[]): Point[] =>
  some.map((i) => pairs[i].from);

function agreeingWith(h: Homography, pairs: readonly PointPair[], tolerance: number): number[] {
  const agreeing: number[] = [];
  pairs.forEach(({ from, to }, i) => {
    const { x, y } = project(h, from);
    if ((x - to.x) ** 2 + (y - to.y) ** 2 <= tolerance ** 2) agreeing.push(i);
  });
  return agreeing;
}
