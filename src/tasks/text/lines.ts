/** Lines with labels, in the forms in which collections of texts come. */
import { DataError } from "../../data/dataset.js";
import { short } from "../words/quoted.js";

/** A text with the name of its class, and where it stands. */
export interface Labelled {
  readonly text: string;
  readonly label: string;
  /** "reviews.csv, row 12". */
  readonly place: string;
}

/** What a file of lines looks like: which part of a line is the label. */
interface Form {
  readonly looks: string;
  readonly pattern: RegExp;
}

/**
 * "trec": COARSE:fine question, of which the coarse label counts, or both. "fasttext": __label__NAME text. "number": 1 text,
 * as the collections around Kim's paper have it.
 */
export const lineForms = {
  fasttext: { looks: "__label__NAME text", pattern: /^__label__(\S+)\s+(.*)$/s },
  trec: { looks: "LABEL:detail text", pattern: /^([A-Za-z][\w-]*:[A-Za-z][\w-]*)\s+(.*)$/s },
  number: { looks: "1 text", pattern: /^([+-]?\d+)\s+(.*)$/s },
} satisfies { readonly [name: string]: Form };

export type LineForm = keyof typeof lineForms;

/** So many lines are looked at to tell the form. */
const looked = 50;

/**
 * Texts of lines that begin with their labels.
 *
 * @param fine  whether labels of TREC's form are taken whole, ENTY:animal, instead of their coarse part
 * @throws DataError where the form of the lines cannot be told, or a line is of another one
 */
export function labelledLines(lines: readonly string[], name: string, { fine = false } = {}): Labelled[] {
  const some = lines.map((line, i) => ({ line, i })).filter(({ line }) => line.trim() !== "");
  const form = (Object.keys(lineForms) as LineForm[]).find((known) =>
    some.slice(0, looked).every(({ line }) => lineForms[known].pattern.test(line)),
  );
  if (some.length === 0) return [];
  if (!form) {
    const odd = some[0];
    const forms = Object.values(lineForms).map(({ looks }) => looks);
    throw new DataError(
      `${name}: the lines have no labels that could be told (line ${odd.i + 1}: ${short(odd.line)}); expected ${forms.join(", ")}, or a tab between label and text`,
    );
  }
  const { pattern, looks } = lineForms[form];
  return some.map(({ line, i }) => {
    const [, label, text] = pattern.exec(line) ?? [];
    if (label === undefined)
      throw new DataError(
        `${name}: line ${i + 1} is ${short(line)}, expected ${looks} as the lines before it`,
      );
    const counted = form === "trec" && !fine ? label.slice(0, label.indexOf(":")) : label;
    return { text, label: counted.trim(), place: `${name}, line ${i + 1}` };
  });
}
