/** The pseudo-XML of TREC QA (Wang, Smith, Mitamura 2007; Yao et al. 2013): read by lines, for it has bare & and < in it. */
import { DataError } from "../../data/dataset.js";
import { short } from "../words/quoted.js";
import type { GivenPair } from "./questions.js";

/**
 * Pairs of lines such as these; of the lines within an element the first has the words, between tabs, the others say of
 * them what part of speech they are and the like:
 *
 *     <QApairs id='32.1'>
 *     <question>
 *     Who	wrote	``	Stardust	''	?
 *     </question>
 *     <positive>
 *     …
 *
 * Brackets that are written as -LRB- become brackets, and `` and '' quotation marks.
 *
 * @throws DataError  one line: an element where none can be, one without words, or no question at all
 */
export function trecPairs(lines: readonly string[], name: string): GivenPair[] {
  const pairs: GivenPair[] = [];
  let id: string | undefined;
  let question: { text: string; place: string; count: number } | undefined;
  lines.forEach((line, i) => {
    const place = `${name}, line ${i + 1}`;
    const [, opened] = /^<QApairs\s+id=['"]([^'"]*)['"]\s*>\s*$/.exec(line) ?? [];
    if (opened !== undefined) {
      if (id !== undefined)
        throw new DataError(`${place}: a question begins before question ${id} ends (</QApairs>)`);
      id = opened;
      question = undefined;
      return;
    }
    const [, closing, element] = /^<(\/?)(QApairs|question|positive|negative)>\s*$/.exec(line) ?? [];
    if (element === undefined || (closing && element !== "QApairs")) return;
    if (id === undefined)
      throw new DataError(`${place}: <${closing}${element}> stands in no <QApairs id='…'>`);
    if (closing) {
      if (!question) throw new DataError(`${place}: question ${id} has no <question>`);
      if (question.count === 0) pairs.push({ question: question.text, id, place: question.place });
      id = undefined;
      return;
    }
    const text = asText(lines[i + 1] ?? "");
    if (element === "question") question = { text, place, count: 0 };
    else if (!question)
      throw new DataError(`${place}: question ${id} has a <${element}> before its <question>`);
    else {
      question.count++;
      pairs.push({ question: question.text, answer: text, relevant: element === "positive", id, place });
    }
  });
  if (id !== undefined) throw new DataError(`${name}: ends within question ${id} (no </QApairs>)`);
  if (pairs.length === 0) {
    const first = lines.find((line) => line.trim() !== "") ?? "";
    throw new DataError(`${name}: has no <QApairs id='…'> (it begins with ${short(first)})`);
  }
  return pairs;
}

const brackets: { readonly [name: string]: string } = {
  "-LRB-": "(",
  "-RRB-": ")",
  "-LSB-": "[",
  "-RSB-": "]",
  "-LCB-": "{",
  "-RCB-": "}",
  "``": '"',
  "''": '"',
};

/** The words of a line; of an element that closes at once there are none. */
const asText = (line: string): string =>
  line.startsWith("</")
    ? ""
    : line
        .split(/\s+/)
        .filter(Boolean)
        .map((word) => brackets[word] ?? word)
        .join(" ");
