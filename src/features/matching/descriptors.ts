import { flag, wholeOfAtLeast } from "../../door/rules.js";
import { matmul } from "../../ops/matmul.js";
import { transpose } from "../../ops/transpose.js";
import { compile } from "../../tensor/compile.js";
import { numbersOf } from "../../tensor/compute.js";
import { tensor } from "../../tensor/creation.js";
import { FeatureError } from "../raster.js";
import { settingsOf, shareAboveZero } from "../settings.js";

/** Two descriptors that belong together, by their places in the two lists, and how far they are apart. */
export interface DescriptorMatch {
  /** Places in the first and in the second list. */
  readonly from: number;
  readonly to: number;
  readonly distance: number;
  /** Distance to the nearest over that to the second nearest. */
  readonly ratio: number;
}

/** Which nearest neighbours are believed: Lowe's ratio test and the mutual one. */
export interface MatchingOptions {
  /** Where the nearest is not clearly nearer than the second, it may be either. 1: all are taken. */
  ratio?: number;
  /** Only pairs of which each is the other's nearest. */
  mutual?: boolean;
}

/** {@link MatchingOptions}, and how long a descriptor is. */
export interface MatchDescriptorsOptions extends MatchingOptions {
  /** Numbers of a descriptor: 128 of SIFT and of SURF's extended ones, 64 of SURF. */
  length?: number;
}

/** Keypoints with their descriptors one after another, as `sift` and `surf` answer them. */
export interface Described {
  readonly keypoints: readonly { readonly x: number; readonly y: number; readonly sign?: 1 | -1 }[];
  readonly descriptors: Float32Array;
}

const matching = { ratio: shareAboveZero, mutual: flag };

/** So many products of descriptors are looked at together. */
const portion = 4_000_000;

/**
 * For each descriptor of the first list its nearest in the second, by Euclidean distance, if it passes the ratio
 * test. Descriptors have length 1, so that ‖a − b‖² = 2 − 2 a·b: the nearest is that of the largest product, and all
 * products are one matrix product.
 *
 * @returns pairs, the nearest first
 * Lowe, IJCV 2004, section 7.1.
 */
export async function matchDescriptors(
  first: Float32Array,
  second: Float32Array,
  options: MatchDescriptorsOptions = {},
): Promise<DescriptorMatch[]> {
  const {
    ratio = 0.8,
    mutual = false,
    length = 128,
  } = settingsOf("matchDescriptors", options, { ...matching, length: wholeOfAtLeast(1) });
  if (first.length % length || second.length % length)
    throw new FeatureError(
      `matchDescriptors: ${first.length} and ${second.length} numbers are no descriptors of ${length}`,
    );
  const forwards = await nearestTwo(first, second, length);
  const backwards = mutual ? await nearestTwo(second, first, length) : undefined;
  return forwards
    .flatMap(({ to, product, runnerUp }, from) => {
      if (to < 0 || (backwards && backwards[to].to !== from)) return [];
      const [distance, other] = [distanceOf(product), distanceOf(runnerUp)];
      const quotient = other > 0 ? distance / other : 1;
      return quotient <= ratio ? [{ from, to, distance, ratio: quotient }] : [];
    })
    .sort((a, b) => a.distance - b.distance);
}

/**
 * The same for two pictures' features, of one kind. Keypoints that say whether they are dark on light or light on dark
 * (SURF's sign of the Laplacian) are compared with their like only, which also halves the work. Of several keypoints that
 * are nearest to the same one, the nearest has it: one thing is seen once.
 *
 * @throws FeatureError if the descriptors of the two have different lengths
 * Bay et al., CVIU 2008, section 4.3.
 */
export async function matchFeatures(
  first: Described,
  second: Described,
  options: MatchingOptions = {},
): Promise<DescriptorMatch[]> {
  settingsOf("matchFeatures", options, matching);
  if (first.keypoints.length === 0 || second.keypoints.length === 0) return [];
  const [length, other] = [first, second].map((f) => f.descriptors.length / f.keypoints.length);
  if (length !== other)
    throw new FeatureError(
      `matchFeatures: descriptors of ${length} numbers cannot be compared with those of ${other}`,
    );
  const signs = new Set(first.keypoints.map(({ sign }) => sign));
  const matches: DescriptorMatch[] = [];
  for (const sign of signs) {
    const [a, b] = [first, second].map((f) => ofSign(f, sign, length));
    for (const match of await matchDescriptors(a.descriptors, b.descriptors, { ...options, length }))
      matches.push({ ...match, from: a.places[match.from], to: b.places[match.to] });
  }
  const taken = new Set<number>();
  return matches.sort((a, b) => a.distance - b.distance).filter(({ to }) => !taken.has(to) && taken.add(to));
}

/** Descriptors of the keypoints of one sign, and which they are. */
function ofSign({ keypoints, descriptors }: Described, sign: 1 | -1 | undefined, length: number) {
  const places = keypoints.flatMap((keypoint, i) => (keypoint.sign === sign ? [i] : []));
  if (places.length === keypoints.length) return { places, descriptors };
  const some = new Float32Array(places.length * length);
  places.forEach((place, i) => {
    some.set(descriptors.subarray(place * length, (place + 1) * length), i * length);
  });
  return { places, descriptors: some };
}

const distanceOf = (product: number): number => Math.sqrt(Math.max(0, 2 - 2 * product));

interface Nearest {
  to: number;
  product: number;
  runnerUp: number;
}

async function nearestTwo(first: Float32Array, second: Float32Array, length: number): Promise<Nearest[]> {
  const [m, n] = [first.length / length, second.length / length];
  const result: Nearest[] = [];
  if (n === 0) return Array.from({ length: m }, () => ({ to: -1, product: -1, runnerUp: -1 }));
  const products = compile((a, b) => matmul(a, transpose(b)));
  const all = tensor(second, [n, length]);
  const rows = Math.max(1, Math.min(m, Math.floor(portion / n)));
  for (let begin = 0; begin < m; begin += rows) {
    const end = Math.min(begin + rows, m);
    const some = first.subarray(begin * length, end * length);
    const values = await numbersOf(products(tensor(some, [end - begin, length]), all));
    for (let i = 0; i < end - begin; i++) {
      const nearest: Nearest = { to: -1, product: Number.NEGATIVE_INFINITY, runnerUp: -1 };
      for (let j = 0; j < n; j++) {
        const product = values[i * n + j];
        if (product > nearest.product) {
          nearest.runnerUp = nearest.product;
          nearest.product = product;
          nearest.to = j;
        } else if (product > nearest.runnerUp) nearest.runnerUp = product;
      }
      // Beside a single descriptor there is no second: it counts as being as far away as any can be.
      if (nearest.runnerUp === Number.NEGATIVE_INFINITY) nearest.runnerUp = -1;
      result.push(nearest);
    }
  }
  return result;
}
