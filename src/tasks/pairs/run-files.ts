/** Runs and judgments as trec_eval reads them. */

import { DataError } from "../../data/dataset.js";
import { checkArgument } from "../../door/argument.js";
import { text } from "../../door/rules.js";
import type { FileSource } from "../../formats/given-source.js";
import { linesOf, textOf } from "../words/files.js";
import { short } from "../words/quoted.js";
import { aRun, inOrder, type Judgments, type Retrieved, type Run, someJudgments } from "./ranking.js";

/**
 * A run as text, a line for each document, by question and rank:
 *
 *     question Q0 document rank score tag
 *
 * Scores are written as f32 numbers are, in nine digits, which is what trec_eval tells apart.
 *
 * @param tag  the name of the run
 * @throws DataError where a name has spaces in it, or a score is no number
 */
export function runText(run: Run, tag: string): string {
  checkArgument("runText", "the run", run, aRun);
  checkArgument("runText", "the name of the run", tag, text);
  const lines: string[] = [];
  for (const [id, documents] of run) {
    checkName("question", id);
    const rounded = documents.map(({ document, score }) => ({ document, score: Math.fround(score) }));
    inOrder(rounded).forEach(({ document, score }, i) => {
      checkName("document", document);
      if (!Number.isFinite(score)) throw new DataError(`run: the score of ${document} is ${score}`);
      lines.push(`${id} Q0 ${document} ${i + 1} ${Number(score.toPrecision(9))} ${checkName("run", tag)}\n`);
    });
  }
  return lines.join("");
}

/** Judgments as text, a line for each document: question 0 document relevance. */
export function judgmentsText(judgments: Judgments): string {
  checkArgument("judgmentsText", "what is given", judgments, someJudgments);
  const lines: string[] = [];
  for (const [id, judged] of judgments)
    for (const [document, relevance] of judged)
      lines.push(`${checkName("question", id)} 0 ${checkName("document", document)} ${relevance}\n`);
  return lines.join("");
}

function checkName(what: string, name: string): string {
  if (name === "" || /\s/.test(name))
    throw new DataError(
      `the name of the ${what} is ${short(name)}, expected one without spaces: trec_eval reads to the next`,
    );
  return name;
}

/**
 * Reads a run: lines "question Q0 document rank score tag". The rank is passed over, as trec_eval does: scores rank.
 * @throws DataError  one line: what is no such line, or a document that a question has twice
 */
export async function readRun(source: FileSource): Promise<Run> {
  const run = new Map<string, Retrieved[]>();
  const seen = new Set<string>();
  await eachLine("readRun", source, "run", 6, "question Q0 document rank score tag", (parts, place) => {
    const [id, , document, , written] = parts;
    const score = Number(written);
    if (!Number.isFinite(score))
      throw new DataError(`${place}: the score is ${short(written)}, expected a number`);
    checkOnce(seen, id, document, place);
    const documents = run.get(id);
    // As f32: trec_eval keeps no more.
    const retrieved = { document, score: Math.fround(score) };
    if (documents) documents.push(retrieved);
    else run.set(id, [retrieved]);
  });
  return run;
}

/**
 * Reads judgments ("qrels"): lines "question 0 document relevance".
 * @throws DataError  one line: what is no such line, or a document that a question has twice
 */
export async function readJudgments(source: FileSource): Promise<Judgments> {
  const judgments = new Map<string, Map<string, number>>();
  const seen = new Set<string>();
  await eachLine("readJudgments", source, "judgments", 4, "question 0 document relevance", (parts, place) => {
    const [id, , document, written] = parts;
    if (!/^[+-]?\d+$/.test(written))
      throw new DataError(`${place}: the relevance is ${short(written)}, expected a whole number`);
    checkOnce(seen, id, document, place);
    const judged = judgments.get(id) ?? new Map<string, number>();
    judgments.set(id, judged.set(document, Number(written)));
  });
  return judgments;
}

function checkOnce(seen: Set<string>, id: string, document: string, place: string): void {
  const key = `${id} ${document}`;
  if (seen.has(key)) throw new DataError(`${place}: question ${id} has document ${document} twice`);
  seen.add(key);
}

async function eachLine(
  who: string,
  source: FileSource,
  what: string,
  columns: number,
  looks: string,
  take: (parts: readonly string[], place: string) => void,
): Promise<void> {
  const { name, content } = await textOf(who, source, { what: `file of ${what}` });
  let count = 0;
  linesOf(content).forEach((line, i) => {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#")) return;
    const parts = trimmed.split(/\s+/);
    const place = `${name}, line ${i + 1}`;
    if (parts.length < columns) throw new DataError(`${place} is ${short(trimmed)}, expected "${looks}"`);
    take(parts, place);
    count++;
  });
  if (count === 0) throw new DataError(`${name}: has no lines "${looks}"`);
}
