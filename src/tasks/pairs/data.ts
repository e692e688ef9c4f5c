/** Files of questions with candidates, as people have them. */

import { DataError } from "../../data/dataset.js";
import { optionsOf } from "../../door/options.js";
import { text } from "../../door/rules.js";
import type { FileSource } from "../../formats/given-source.js";
import { columnOf, fieldOf, recordIn, titles } from "../words/columns.js";
import { endingOf, isForeign, lastOf, linesOf, textOf } from "../words/files.js";
import { short } from "../words/quoted.js";
import { type GivenPair, type Questions, questionsOf } from "./questions.js";
import { trecPairs } from "./trec-qa.js";

/** What {@link openQuestions} has to know of files that do not say it. */
export interface OpenQuestionsOptions {
  /** Names of columns, or fields; those that are usual if left out. */
  questionColumn?: string;
  answerColumn?: string;
  labelColumn?: string;
  /** Of the file's letters, where they are neither UTF-8 nor marked UTF-16: "windows-1252", say. */
  encoding?: string;
}

const usual = {
  question: ["question", "query", "questiontext", "question_text", "q"],
  answer: ["answer", "sentence", "candidate", "passage", "text", "document", "response", "a"],
  label: ["label", "relevant", "relevance", "correct", "is_correct", "target", "score"],
  id: ["questionid", "question_id", "query_id", "queryid", "qid"],
} as const;

/**
 * Questions with candidates out of a file:
 *
 * - .csv, .tsv, or lines with tabs: columns named question, answer and label, or the like (WikiQA's QuestionID, Question,
 *   Sentence, Label); three columns without names are these, in this order
 * - .jsonl (.ndjson): an object in each line, {"question":"…","answer":"…","label":1}
 * - .xml: the pseudo-XML of TREC QA
 *
 * A label is 1 or 0, or true, yes, positive, relevant, or their opposites; a whole number above 1 is relevant, too.
 *
 * @param source  in Node a path; elsewhere a File, an address, or bytes
 * @throws DataError  one line that names file, line and what is there
 */
export async function openQuestions(
  source: FileSource,
  options: OpenQuestionsOptions = {},
): Promise<Questions> {
  const { encoding } = optionsOf("openQuestions", options, {
    questionColumn: text,
    answerColumn: text,
    labelColumn: text,
    encoding: text,
  });
  const { name: path, content } = await textOf("openQuestions", source, {
    what: "file of questions",
    encoding,
  });
  const name = lastOf(path);
  return questionsOf(name, await pairsIn(name, content, options));
}

async function pairsIn(name: string, content: string, options: OpenQuestionsOptions): Promise<GivenPair[]> {
  const ending = endingOf(name);
  const lines = linesOf(content);
  const filled = lines.filter((line) => line.trim() !== "");
  if (filled.length === 0) throw new DataError(`${name}: is empty`);
  if (ending === "xml" || /^<QApairs\s/.test(filled[0])) return trecPairs(lines, name);
  if (ending === "jsonl" || ending === "ndjson") return recordPairs(lines, name, options);
  const isTabbed = ending !== "csv" && filled.every((line) => line.includes("\t"));
  if (ending === "csv" || ending === "tsv" || isTabbed) {
    const { rowsOf } = await import("../words/table.js");
    return rowPairs(rowsOf(content, name, ending === "csv" ? "csv" : "tsv"), name, options);
  }
  const read = "there are .csv, .tsv, .jsonl, and TREC QA's .xml";
  if (isForeign(ending)) throw new DataError(`${name}: .${ending} is not read; ${read}`);
  throw new DataError(
    `${name}: is no table (line 1: ${short(lines[0])}), expected tabs between question, answer and label; ${read}`,
  );
}

function rowPairs(
  rows: readonly (readonly string[])[],
  name: string,
  { questionColumn, answerColumn, labelColumn }: OpenQuestionsOptions,
): GivenPair[] {
  const [head] = rows;
  let question = columnOf(head, name, questionColumn, usual.question);
  let answer = columnOf(head, name, answerColumn, usual.answer);
  let label = columnOf(head, name, labelColumn, usual.label);
  const id = columnOf(head, name, undefined, usual.id);
  const hasHead = [question, answer, label].some((column) => column >= 0);
  if (!hasHead && head.length === 3 && isLabel(head[2])) [question, answer, label] = [0, 1, 2];
  for (const [what, column] of [
    ["questions", question],
    ["candidates", answer],
    ["labels", label],
  ] as const)
    if (column < 0)
      throw new DataError(
        `${name}: which column holds the ${what} cannot be told; there are ${titles(head)}: name it`,
      );
  return rows.slice(hasHead ? 1 : 0).map((row, i) => {
    const place = `${name}, row ${i + (hasHead ? 2 : 1)}`;
    if (row.length <= Math.max(question, answer, label))
      throw new DataError(`${place} has ${row.length} columns, expected ${head.length}`);
    return {
      question: row[question],
      answer: row[answer],
      relevant: relevanceOf(row[label], place),
      ...(id >= 0 && (row[id] ?? "").trim() !== "" ? { id: row[id].trim() } : {}),
      place,
    };
  });
}

function recordPairs(
  lines: readonly string[],
  name: string,
  { questionColumn, answerColumn, labelColumn }: OpenQuestionsOptions,
): GivenPair[] {
  return lines.flatMap((line, i): GivenPair[] => {
    if (line.trim() === "") return [];
    const place = `${name}, line ${i + 1}`;
    const record = recordIn(line, place, '{"question":"…","answer":"…","label":1}');
    const id = Object.keys(record).find((key) => usual.id.includes(key.toLowerCase() as never));
    return [
      {
        question: fieldOf(record, place, { asked: questionColumn, usual: usual.question, what: "question" }),
        answer: fieldOf(record, place, { asked: answerColumn, usual: usual.answer, what: "candidate" }),
        relevant: relevanceOf(
          fieldOf(record, place, { asked: labelColumn, usual: usual.label, what: "label" }),
          place,
        ),
        ...(id === undefined ? {} : { id: fieldOf(record, place, { asked: id, usual: [], what: "id" }) }),
        place,
      },
    ];
  });
}

const words = {
  true: ["true", "yes", "y", "t", "positive", "pos", "relevant", "correct"],
  false: ["false", "no", "n", "f", "negative", "neg", "irrelevant", "not relevant", "incorrect"],
} as const;

const isLabel = (label: string): boolean => relevance(label) !== undefined;

function relevance(label: string): boolean | undefined {
  const text = label.trim().toLowerCase();
  if (/^[+-]?\d+(\.0*)?$/.test(text)) return Number(text) > 0;
  if (words.true.includes(text as never)) return true;
  return words.false.includes(text as never) ? false : undefined;
}

function relevanceOf(label: string, place: string): boolean {
  const found = relevance(label);
  if (found === undefined)
    throw new DataError(`${place}: the label is ${short(label)}, expected 1 or 0, true or false, yes or no`);
  return found;
}
