import { matmul } from "../../ops/matmul.js";
import { transpose } from "../../ops/transpose.js";
import { compile } from "../../tensor/compile.js";
import { tensor } from "../../tensor/creation.js";
import { FeatureError } from "../raster.js";
import { descriptorLength } from "./descriptor.js";

export interface DescriptorMatch {
  /** Places in the first and in the second list. */
  readonly from: number;
  readonly to: number;
  readonly distance: number;
  /** Distance to the nearest over that to the second nearest. */
  readonly ratio: number;
}

export interface MatchingOptions {
  /** Where the nearest is not clearly nearer than the second, it may be either. 1: all are taken. */
  ratio?: number;
  /** Only pairs of which each is the other's nearest. */
  mutual?: boolean;
}

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
  { ratio = 0.8, mutual = false }: MatchingOptions = {},
): Promise<DescriptorMatch[]> {
  if (!(ratio > 0 && ratio <= 1))
    throw new FeatureError(`matchDescriptors: ratio is ${ratio}, expected a number above 0 and at most 1`);
  const forwards = await nearestTwo(first, second);
  const backwards = mutual ? await nearestTwo(second, first) : undefined;
  return forwards
    .flatMap(({ to, product, runnerUp }, from) => {
      if (to < 0 || (backwards && backwards[to].to !== from)) return [];
      const [distance, other] = [distanceOf(product), distanceOf(runnerUp)];
      const quotient = other > 0 ? distance / other : 1;
      return quotient <= ratio ? [{ from, to, distance, ratio: quotient }] : [];
    })
    .sort((a, b) => a.distance - b.distance);
}

const distanceOf = (product: number): number => Math.sqrt(Math.max(0, 2 - 2 * product));

interface Nearest {
  to: number;
  product: number;
  runnerUp: number;
}

async function nearestTwo(first: Float32Array, second: Float32Array): Promise<Nearest[]> {
  const [m, n] = [first.length / descriptorLength, second.length / descriptorLength];
  const result: Nearest[] = [];
  if (n === 0) return Array.from({ length: m }, () => ({ to: -1, product: -1, runnerUp: -1 }));
  const products = compile((a, b) => matmul(a, transpose(b)));
  const all = tensor(second, [n, descriptorLength]);
  const rows = Math.max(1, Math.min(m, Math.floor(portion / n)));
  for (let begin = 0; begin < m; begin += rows) {
    const end = Math.min(begin + rows, m);
    const some = first.subarray(begin * descriptorLength, end * descriptorLength);
    const values = await products(tensor(some, [end - begin, descriptorLength]), all);
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
