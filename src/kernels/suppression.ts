/** Greedy suppression of boxes that overlap better ones: each thread walks whole examples, one result after the other. */
import type { KernelBuilder } from "./builder.js";
import type { Draft } from "./draft.js";
import { exp } from "./elementary.js";
import type { Floats, Int, Ints } from "./language.js";

export interface Suppression {
  readonly count: number;
  /** Boxes of an example, in whole vectors of the widest target. */
  readonly candidates: number;
  readonly results: number;
  /** Whether a fifth plane has the classes: boxes of others are left alone. */
  readonly byClass: boolean;
  /** Boxes that overlap a better one by more are suppressed. */
  readonly overlap: number;
  /** Scores must be above it; null: all numbers but −∞ are. */
  readonly least: number | null;
  /** What becomes of a score s at an overlap o: −∞; s (1 − o); s e^(−o² / sigma), at any overlap. */
  readonly how: "hard" | "linear" | "gaussian";
  readonly sigma: number;
}

/** Writes the kernel: it comes with the operation, so that nobody else loads it. */
export type SuppressionGenerator = (suppression: Suppression) => Draft;

/** Of the output's row: scores as they stand, then the results' places and scores, then a word for the kernel itself. */
export const rowOf = ({ candidates, results }: Pick<Suppression, "candidates" | "results">): number =>
  candidates + 2 * results + 1;

/**
 * The best box is a result, of equal ones the first; the scores of all that overlap it change; and again. While scores
 * change the next best is found, so that each result is one walk over the boxes. Where nothing is left, places are −1.
 *
 * Buffers: planes (count × top, left, bottom, right, class × candidates), scores (count×candidates), y (count×row).
 */
export const suppressionKernel: SuppressionGenerator = ({ count, ...suppression }) => ({
  text: `suppress ${JSON.stringify(suppression)}`,
  items: count,
  write: (k) => walked(k, suppression),
});

function walked(k: KernelBuilder, suppression: Omit<Suppression, "count">): void {
  const { candidates, results, byClass, overlap, least, how, sigma } = suppression;
  const [planes, scores, y] = [k.argument(0), k.argument(1), k.argument(2)];
  const none = k.f32(Number.NEGATIVE_INFINITY);
  const floor = k.f32(least ?? Number.NEGATIVE_INFINITY);
  const [zero, noPlace] = [k.f32(0), k.i32(-1)];
  const [plane, row] = [candidates * 4, rowOf(suppression) * 4];
  const planeCount = byClass ? 5 : 4;
  const load = (pointer: Int, displacement = 0): Floats => k.load("f32", pointer, { displacement }) as Floats;

  k.loop(k.begin, k.end, (n) => {
    const [own, given, to] = [
      k.offset(planes, n, planeCount * plane),
      k.offset(scores, n, plane),
      k.offset(y, n, row),
    ];
    const scratch = k.plus(to, (candidates + 2 * results) * 4);
    // In each lane the best score and the first place that has it.
    const best = k.variable(none);
    const place = k.variable(noPlace);
    const meet = (i: Int, score: Floats): void => {
      const isBetter = k.compare("gt", score, best);
      k.assign(place, k.select(isBetter, k.add<"i32">(k.splat(i), k.laneNumbers), place));
      k.assign(best, k.select(isBetter, score, best));
      k.store("f32", k.offset(to, i, 4), score);
    };
    const begin = (): void => {
      k.assign(best, none);
      k.assign(place, noPlace);
    };
    begin();
    k.loop(
      0,
      candidates,
      (i) => {
        const score = load(k.offset(given, i, 4));
        meet(i, k.select(k.compare("gt", score, floor), score, none));
      },
      k.lanes,
    );
    k.loop(0, results, (r) => {
      const most = k.acrossLanes<"f32">("max", best);
      const isThere = k.compare("gt", most, none);
      const ofBest = k.select(k.compare("eq", best, most), place, k.i32(0x7fffffff));
      const first: Ints = k.acrossLanes<"i32">("min", ofBest);
      const chosen = k.select(isThere, first, noPlace);
      const result = k.offset(k.plus(to, candidates * 4), r, 4);
      k.store("f32", result, k.toFloat(chosen), { lanes: 1 });
      k.store("f32", result, k.select(isThere, most, zero), { lanes: 1, displacement: results * 4 });
      k.store("i32", scratch, chosen, { lanes: 1 });
      const at = k.loadInt(scratch);
      k.when(k.compare("ge", at, k.int(0)), () => {
        const box = k.offset(own, at, 4);
        const [top, left, bottom, right, label] = Array.from(
          { length: planeCount },
          (_, p) => k.load("f32", box, { displacement: p * plane, access: "splat" }) as Floats,
        );
        const area = k.mul<"f32">(k.sub<"f32">(bottom, top), k.sub<"f32">(right, left));
        begin();
        k.loop(
          0,
          candidates,
          (i) => {
            const from = k.offset(own, i, 4);
            const [t, l, b, r2] = [0, 1, 2, 3].map((p) => load(from, p * plane));
            const high = k.max<"f32">(k.sub<"f32">(k.min<"f32">(b, bottom), k.max<"f32">(t, top)), zero);
            const wide = k.max<"f32">(k.sub<"f32">(k.min<"f32">(r2, right), k.max<"f32">(l, left)), zero);
            const both = k.mul<"f32">(high, wide);
            const union = k.sub<"f32">(
              k.add<"f32">(k.mul<"f32">(k.sub<"f32">(b, t), k.sub<"f32">(r2, l)), area),
              both,
            );
            // Of boxes without area NaN, which exceeds nothing.
            const share = k.div(both, union);
            const before = load(k.offset(to, i, 4));
            const isSame = byClass ? k.compare("eq", load(from, 4 * plane), label) : undefined;
            const overlaps = k.compare("gt", share, k.f32(how === "gaussian" ? 0 : overlap));
            const isHit = isSame ? k.and(overlaps, isSame) : overlaps;
            const lower =
              how === "hard"
                ? none
                : k.mul<"f32">(
                    before,
                    how === "linear"
                      ? k.sub<"f32">(k.f32(1), share)
                      : exp(k, k.div(k.neg<"f32">(k.mul<"f32">(share, share)), k.f32(sigma))),
                  );
            const kept = how === "hard" ? lower : k.select(k.compare("gt", lower, floor), lower, none);
            const after = k.select(isHit, kept, before);
            const isItself = k.compare("eq", k.add<"i32">(k.splat(i), k.laneNumbers), chosen);
            meet(i, k.select(isItself, none, after));
          },
          k.lanes,
        );
      });
    });
  });
}
