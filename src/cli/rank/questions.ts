/** The questions that a command was given, and what is said of them. */
import type { Command } from "commander";
import { UsageError } from "../../door/usage-error.js";
import { count } from "../../formatting/numbers.js";
import * as pairs from "../../tasks/pairs/index.js";
import { partsIn } from "../../tasks/text/index.js";
import { newestRun } from "../newest-run.js";

/** Options that say how files of questions are read. */
export const questionOptions = (command: Command): Command =>
  command
    .option("--question-column <name>", "the column, or field, that holds the questions")
    .option("--answer-column <name>", "the one that holds the candidates")
    .option(
      "--label-column <name>",
      "the one that says whether they answer: 1 or 0, true or false, yes or no",
    )
    .option("--encoding <name>", "of the files' letters, such as windows-1252; UTF-8 if left out");

export const howQuestionsAreRead = ["questionColumn", "answerColumn", "labelColumn", "encoding"];

export interface QuestionOptions {
  questionColumn?: string;
  answerColumn?: string;
  labelColumn?: string;
  encoding?: string;
}

const readingOf = ({ questionColumn, answerColumn, labelColumn, encoding }: QuestionOptions) => ({
  questionColumn,
  answerColumn,
  labelColumn,
  encoding,
});

/** Questions to train on and to test by; without a file those of the grammar. */
export async function trainingQuestions(
  options: QuestionOptions & { data?: string; test?: string },
): Promise<{ train: pairs.Questions; test: pairs.Questions; remark?: string }> {
  const { data, test } = options;
  if (data === undefined && test !== undefined)
    throw new UsageError("--test belongs to --data: name a file to train on, too");
  if (data === undefined)
    return {
      ...pairs.townQuestions(),
      remark: "No --data: training on questions about towns that a grammar makes.",
    };
  const parts = test === undefined ? await partsIn(data) : undefined;
  const train = await pairs.openQuestions(parts?.train ?? data, readingOf(options));
  const held = test ?? parts?.test;
  if (held !== undefined) return { train, test: await pairs.openQuestions(held, readingOf(options)) };
  if (train.questions.length < 10)
    throw new UsageError(
      `${data}: has ${train.questions.length} questions, too few to set some apart for testing: --test FILE brings others`,
    );
  const apart = train.questions.filter((_, i) => i % 5 === 4);
  const kept = train.questions.filter((_, i) => i % 5 !== 4);
  return {
    train: { ...train, questions: kept },
    test: { ...train, name: `a fifth of ${train.name}`, questions: apart, skipped: [] },
    remark: `No --test: ${count(apart.length)} questions, every fifth, are set apart for testing.`,
  };
}

/** Questions to measure by; those of the grammar where the ranker was trained on these, and no file is named. */
export async function testQuestions(
  ranker: pairs.Ranker,
  { data, ...options }: QuestionOptions & { data?: string },
): Promise<pairs.Questions> {
  if (data !== undefined) {
    const parts = await partsIn(data);
    return pairs.openQuestions(parts?.test ?? data, readingOf(options));
  }
  if (ranker.trainedOn === "towns") return pairs.townQuestions().test;
  throw new UsageError("which questions? --data FILE names them");
}

export const rankerOption = (command: Command): Command =>
  command.option("--checkpoint <file>", "the trained ranker; the newest in runs/ if left out");

export async function rankerFrom(checkpoint: string | undefined): Promise<pairs.Ranker> {
  return pairs.load(checkpoint ?? (await newestRun("rank", "ranker", "rank train")));
}

/** "train.xml: 93 questions with 4,718 candidates, of which 348 answer; 83 questions have an answer, 78 other candidates too." */
export function toldQuestions({ name, questions }: pairs.Questions): string {
  const all = questions.flatMap(({ candidates }) => candidates);
  const kinds = questions.map(({ candidates }) => candidates.filter(({ relevant }) => relevant).length);
  const answered = kinds.filter((relevant) => relevant > 0).length;
  const mixed = kinds.filter(
    (relevant, i) => relevant > 0 && relevant < questions[i].candidates.length,
  ).length;
  const relevant = kinds.reduce((sum, one) => sum + one, 0);
  return `${name}: ${count(questions.length)} questions with ${count(all.length)} candidates, of which ${count(relevant)} answer; ${count(answered)} questions have an answer, ${count(mixed)} of them other candidates as well.`;
}

/** What was left out, by reason, with the first places of each; nothing where nothing was. */
export function toldSkipped({ skipped }: pairs.Questions): string[] {
  const reasons = new Map<string, string[]>();
  for (const { place, why } of skipped) reasons.set(why, [...(reasons.get(why) ?? []), place]);
  return [...reasons].map(
    ([why, places]) =>
      `Left out: ${count(places.length)}, ${why} (${places.slice(0, 3).join("; ")}${places.length > 3 ? "; …" : ""}).`,
  );
}

/** Which of the questions to test by stand among those to train on, too, but for capitals. */
export function alsoTrained(train: pairs.Questions, test: pairs.Questions): number {
  const known = new Set(train.questions.map(({ text }) => text.toLowerCase()));
  return test.questions.filter(({ text }) => known.has(text.toLowerCase())).length;
}
