/** How good rankings are: average precision and reciprocal rank, counted as trec_eval counts them. */

import { DataError } from "../../data/dataset.js";
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { flag, oneOf, rule } from "../../door/rules.js";
import { printedAs } from "../../tensor/printing.js";

/** A document that a ranking holds, with its score: the higher, the sooner it stands. */
export interface Retrieved {
  readonly document: string;
  readonly score: number;
}

/** Of each question, by its id, the documents that were found. */
export type Run = ReadonlyMap<string, readonly Retrieved[]>;

/** Of each question, by its id, how relevant documents are: above 0 is relevant. */
export type Judgments = ReadonlyMap<string, ReadonlyMap<string, number>>;

/**
 * Who stands first of equal scores. "names": the greater name, as in trec_eval. "against": what is not relevant, so that
 * nothing is gained by them: a scorer that says the same of everything is the worst there is.
 */
export type Ties = "names" | "against";

/**
 * Which questions count. "judged": all of which there are judgments; those without a relevant document count 0, as in
 * trec_eval. "answered": those with a relevant document. "mixed": those with relevant and other documents; where all are
 * relevant any ranking is right.
 */
export type Counted = "judged" | "answered" | "mixed";

const isMap = (value: unknown, holds: (one: unknown) => boolean): boolean =>
  value instanceof Map && [...value].every(([id, one]) => typeof id === "string" && holds(one));

/** What must be given as a run. */
export const aRun = rule("a Map of lists of { document, score } by question", (value) =>
  isMap(
    value,
    (found) =>
      Array.isArray(found) &&
      found.every(
        (one: Retrieved | null) => typeof one?.document === "string" && typeof one.score === "number",
      ),
  ),
);

/** What must be given as judgments. */
export const someJudgments = rule("a Map of Maps of numbers, by question and document", (value) =>
  isMap(value, (judged) => isMap(judged, Number.isFinite)),
);

/** How {@link rankingScores} counts. */
export interface RankingOptions {
  /** "names" if left out. */
  ties?: Ties;
  /** "judged" if left out. */
  counted?: Counted;
  /** Whether questions that the run has not, and would count, count 0 (`trec_eval -c`); they are left out if left out. */
  complete?: boolean;
}

/** How well one question's documents are ranked. */
export interface QuestionScores {
  readonly id: string;
  readonly averagePrecision: number;
  readonly reciprocalRank: number;
  /** Relevant documents that there are, and those of them that were found. */
  readonly relevant: number;
  readonly found: number;
}

/** How good a run is. */
export interface RankingScores {
  /** Mean average precision. */
  readonly map: number;
  /** Mean reciprocal rank of the first relevant document. */
  readonly mrr: number;
  /** Questions that counted. */
  readonly questions: number;
  /** Questions that did not, by why. */
  readonly leftOut: {
    readonly unjudged: number;
    readonly missing: number;
    readonly unanswered: number;
    readonly allRelevant: number;
  };
  readonly each: readonly QuestionScores[];
}

/**
 * Mean average precision and mean reciprocal rank of a run:
 *
 *     AP = (Σ over ranks r of relevant documents of (relevant ones within the first r) / r) / (all relevant ones)
 *
 * Relevant documents that were not found count in the divisor; those without a judgment are not relevant. The reciprocal
 * rank is 1 / (rank of the first relevant one), 0 where there is none. Of no question all is NaN.
 * @throws DataError where a score is NaN
 *
 * Buckley: trec_eval, https://github.com/usnistgov/trec_eval
 */
export function rankingScores(run: Run, judgments: Judgments, options: RankingOptions = {}): RankingScores {
  const {
    ties = "names",
    counted = "judged",
    complete = false,
  } = optionsOf("rankingScores", options, {
    ties: oneOf("names", "against"),
    counted: oneOf("judged", "answered", "mixed"),
    complete: flag,
  });
  checkArgument("rankingScores", "the run", run, aRun);
  checkArgument("rankingScores", "what is judged", judgments, someJudgments);
  const each: QuestionScores[] = [];
  const leftOut = { unjudged: 0, missing: 0, unanswered: 0, allRelevant: 0 };
  for (const id of run.keys()) if (!judgments.has(id)) leftOut.unjudged++;
  for (const [id, judged] of judgments) {
    const documents = run.get(id);
    const relevant = [...judged.values()].filter((r) => r > 0).length;
    if (counted !== "judged" && relevant === 0) leftOut.unanswered++;
    else if (counted === "mixed" && relevant === judged.size) leftOut.allRelevant++;
    else if (!documents && !complete) leftOut.missing++;
    else if (documents?.some(({ score }) => Number.isNaN(score)))
      throw new DataError(
        `rankingScores: the score of a document of question ${id} is NaN, which has no rank`,
      );
    else each.push({ id, ...scoresOf(documents ?? [], judged, relevant, ties) });
  }
  const mean = (of: (scores: QuestionScores) => number) =>
    each.reduce((sum, scores) => sum + of(scores), 0) / each.length;
  const [map, mrr] = [mean((of) => of.averagePrecision), mean((of) => of.reciprocalRank)];
  return printedAs(
    { map, mrr, questions: each.length, leftOut, each },
    () => `${each.length} questions: MAP ${map.toFixed(4)}, MRR ${mrr.toFixed(4)}`,
  );
}

function scoresOf(
  documents: readonly Retrieved[],
  judged: ReadonlyMap<string, number>,
  relevant: number,
  ties: Ties,
): Omit<QuestionScores, "id"> {
  const isRelevant = ({ document }: Retrieved) => (judged.get(document) ?? 0) > 0;
  const ranked = [...documents].sort((a, b) => {
    if (a.score !== b.score) return a.score > b.score ? -1 : 1;
    if (ties === "against" && isRelevant(a) !== isRelevant(b)) return isRelevant(a) ? 1 : -1;
    return byBytes(b.document, a.document);
  });
  let [found, sum, first] = [0, 0, 0];
  ranked.forEach((retrieved, i) => {
    if (!isRelevant(retrieved)) return;
    found++;
    sum += found / (i + 1);
    if (first === 0) first = i + 1;
  });
  return {
    averagePrecision: relevant === 0 ? 0 : sum / relevant,
    reciprocalRank: first === 0 ? 0 : 1 / first,
    relevant,
    found,
  };
}

/** Documents in the order in which trec_eval ranks them: scores falling, names of equal scores falling. */
export const inOrder = <R extends Retrieved>(documents: readonly R[]): R[] =>
  [...documents].sort((a, b) => b.score - a.score || byBytes(b.document, a.document));

/** The order of `strcmp` on UTF-8, which is that of the characters' numbers, and not that of UTF-16. */
function byBytes(a: string, b: string): number {
  const least = Math.min(a.length, b.length);
  for (let i = 0; i < least; i++)
    if (a.charCodeAt(i) !== b.charCodeAt(i)) {
      const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
      const isHalf = (unit: number) => unit >= 0xd800 && unit < 0xe000;
      // Halves of characters beyond U+FFFF come before U+E000 as units, and after it as bytes.
      if (isHalf(x) !== isHalf(y)) return isHalf(x) ? 1 : -1;
      return x - y;
    }
  return a.length - b.length;
}
