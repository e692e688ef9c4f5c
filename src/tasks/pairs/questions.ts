/** Questions with candidates, of which some answer them. */

import { DataError } from "../../data/dataset.js";
import { checkArgument } from "../../door/argument.js";
import { rule } from "../../door/rules.js";
import { streamOf } from "../../nn/initialisers.js";
import { printedAs } from "../../tensor/printing.js";
import { checkGiven } from "../words/given.js";
import type { Judgments } from "./ranking.js";

/** A text that may answer a question. */
export interface Candidate {
  /** Made of the text alone, so that neither names nor their order say which of them answer. */
  readonly name: string;
  readonly text: string;
  readonly relevant: boolean;
}

/** A question with its candidates, in the order of their names. */
export interface Question {
  readonly id: string;
  readonly text: string;
  readonly candidates: readonly Candidate[];
  /** "questions.csv, row 12". */
  readonly place: string;
}

/** Questions with candidates. */
export interface Questions {
  readonly name: string;
  readonly questions: readonly Question[];
  /** What was read and left out, and why. */
  readonly skipped: readonly { readonly place: string; readonly why: string }[];
}

/** A question and a candidate as a file has them. */
export interface GivenPair {
  readonly question: string;
  /** None where a question has no candidate. */
  readonly answer?: string;
  readonly relevant?: boolean;
  /** Pairs of the same id are of the same question; those of the same text where there is none. */
  readonly id?: string;
  readonly place?: string;
}

/**
 * Questions of pairs. Pairs without letters, and questions without candidates, are left out, and listed.
 *
 * Files have the answers before the other candidates, or otherwise in an order that tells: a ranking that keeps it among
 * equal scores would be right without having learned anything. So candidates are named by a hash of their text, and stand
 * in the order of these names.
 *
 * @throws DataError where nothing is left
 */
export function questionsOf(name: string, given: readonly GivenPair[]): Questions {
  checkGiven("questionsOf", "pairs", given, ({ question, answer }: GivenPair) =>
    typeof question === "string" && (answer === undefined || typeof answer === "string")
      ? undefined
      : "{ question, answer, relevant } with texts",
  );
  const skipped: { place: string; why: string }[] = [];
  const groups = new Map<string, { id?: string; text: string; place: string; pairs: GivenPair[] }>();
  given.forEach((pair, i) => {
    const place = pair.place ?? `${name}, pair ${i + 1}`;
    const text = pair.question.trim();
    if (text === "") {
      skipped.push({ place, why: "no question" });
      return;
    }
    const key = pair.id === undefined ? `text ${text}` : `id ${pair.id}`;
    const group = groups.get(key) ?? { id: pair.id, text, place, pairs: [] };
    groups.set(key, group);
    if (pair.answer === undefined) return;
    if (pair.answer.trim() === "") skipped.push({ place, why: "an empty candidate" });
    else group.pairs.push(pair);
  });
  const questions: Question[] = [];
  const ids = new Set<string>();
  for (const { id, text, place, pairs } of groups.values()) {
    if (pairs.length === 0) skipped.push({ place, why: "a question without candidates" });
    else
      questions.push({
        id: uniqueId(id ?? `q${questions.length + 1}`, ids),
        text,
        candidates: named(pairs),
        place,
      });
  }
  if (questions.length === 0)
    throw new DataError(
      `${name}: has no questions with candidates${skipped.length > 0 ? ` (${skipped.length} left out: ${skipped[0].place}, ${skipped[0].why})` : ""}`,
    );
  return printedAs(
    { name, questions, skipped },
    () => `${name}: ${questions.length} questions`,
    () => ({ name, questions: questions.length, ...kindsOf(questions), skipped }),
  );
}

/** trec_eval reads names to the next space. */
function uniqueId(wanted: string, taken: Set<string>): string {
  const base = wanted.trim().replace(/\s+/g, "_");
  let id = base;
  for (let n = 2; taken.has(id); n++) id = `${base}-${n}`;
  taken.add(id);
  return id;
}

function named(pairs: readonly GivenPair[]): Candidate[] {
  const taken = new Map<string, number>();
  const all = pairs.map(({ answer, relevant = false }) => {
    const text = answer!.trim();
    const hash = (streamOf(text) >>> 0).toString(16).padStart(8, "0");
    const times = (taken.get(hash) ?? 0) + 1;
    taken.set(hash, times);
    return { name: times === 1 ? hash : `${hash}-${times}`, text, relevant };
  });
  return all.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** How many candidates there are, how many answer, how many questions have an answer, and how many have both kinds. */
export function kindsOf(questions: readonly Question[]): {
  candidates: number;
  relevant: number;
  answered: number;
  mixed: number;
} {
  const counts = { candidates: 0, relevant: 0, answered: 0, mixed: 0 };
  for (const { candidates } of questions) {
    const relevant = candidates.filter((c) => c.relevant).length;
    counts.candidates += candidates.length;
    counts.relevant += relevant;
    if (relevant > 0) counts.answered++;
    if (relevant > 0 && relevant < candidates.length) counts.mixed++;
  }
  return counts;
}

/** What is known of the candidates, as {@link Judgments}. */
export function judgmentsOf(given: Pick<Questions, "questions">): Judgments {
  checkArgument("judgmentsOf", "what is given", given, withQuestions);
  return new Map(
    given.questions.map(({ id, candidates }) => [
      id,
      new Map(candidates.map(({ name, relevant }) => [name, relevant ? 1 : 0])),
    ]),
  );
}

/** What must be given as questions. */
export const withQuestions = rule("{ questions }, as questionsOf and openQuestions give them", (value) => {
  const { questions } = (value ?? {}) as Partial<Questions>;
  return (
    Array.isArray(questions) && questions.every((one: Question | null) => Array.isArray(one?.candidates))
  );
});
