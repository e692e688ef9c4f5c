/**
 * The loops of a long sum. A chain of n additions in f32 loses up to n/2 units in the last place, all in one direction
 * where the terms are alike; here at most 64 terms are added one by one, their sum is one term of the next level, and so
 * on: what is lost grows with the logarithm (Higham: The Accuracy of Floating Point Summation, SIAM Journal on Scientific
 * Computing 14(4), 1993, section 4).
 */
import type { KernelBuilder } from "./builder.js";
import type { Int } from "./language.js";

/** So many terms are added one by one. */
const longestChain = 64;

/** Part of a loop: it runs through its dimension, or through one turn of the part before it, `step` at a time. */
interface Part {
  readonly dimension: number;
  readonly count: number;
  readonly step: number;
  /** The sums inside it are terms of the next level. */
  readonly closes: boolean;
}

/** Outermost first. */
function partsOf(counts: readonly number[], terms: number): Part[] {
  const parts: Part[] = [];
  let chain = terms;
  for (let dimension = counts.length - 1; dimension >= 0; dimension--) {
    let rest = counts[dimension];
    let step = 1;
    let closes = false;
    for (;;) {
      if (chain * rest <= longestChain) {
        parts.unshift({ dimension, count: rest, step, closes });
        chain *= rest;
        break;
      }
      const within = Math.floor(longestChain / chain);
      if (within > 1) {
        parts.unshift({ dimension, count: within, step, closes });
        step *= within;
        rest = Math.ceil(rest / within);
      }
      chain = 1;
      closes = true;
    }
  }
  return parts;
}

/** What of a cascade's loops its code depends on, if that is told how often the first one turns. */
export function textOfCascade(counts: readonly number[], terms: number): string {
  const parts = partsOf(counts, terms);
  return JSON.stringify([
    parts.map((part, i) => [{ ...part, count: i && part.count }, isWhole(counts, part)]),
    counts.slice(1),
  ]);
}

/** Whether the loop around it ends where a turn of it does. */
const isWhole = (counts: readonly number[], { dimension, count, step }: Part): boolean =>
  counts[dimension] % (count * step) === 0;

export interface Walk {
  /** Enters a loop at index `i`, for as long as `body` records. */
  enter(dimension: number, i: Int, body: () => void): void;
  /** Records `body` with sums of its own, which are added to those around it. */
  level(body: () => void): void;
}

/**
 * Nested loops, cut so that no sum is a long chain.
 *
 * @param terms  how many each turn of the innermost loop adds to a sum; 0: the loops are left as they are
 * @param first  how often the first loop turns, where code is told
 */
export function cascade(
  k: KernelBuilder,
  counts: readonly number[],
  terms: number,
  { enter, level }: Walk,
  body: () => void,
  first = k.int(counts[0]),
): void {
  const parts = partsOf(counts, terms);
  const from = (n: number, start: Int | null): void => {
    if (n === parts.length) {
      body();
      return;
    }
    const { dimension, count, step, closes } = parts[n];
    const whole = dimension === 0 ? first : k.int(counts[dimension]);
    const isInnermost = parts[n + 1]?.dimension !== dimension;
    const end = (): Int => {
      const to = k.plus(start!, count * step);
      return isWhole(counts, parts[n]) ? to : k.min(to, whole);
    };
    k.loop(
      start ?? 0,
      start ? end() : whole,
      (i) => {
        const inside = (): void => {
          if (isInnermost) enter(dimension, i, () => from(n + 1, null));
          else from(n + 1, i);
        };
        if (closes) level(inside);
        else inside();
      },
      step,
    );
  };
  from(0, null);
}
