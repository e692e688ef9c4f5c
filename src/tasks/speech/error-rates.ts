/** How far what was read is from what was said: word and character error rates. */
import { checkArgument } from "../../door/argument.js";
import { text as aText, rule } from "../../door/rules.js";

/** What has to be changed in what was said to come to what was read. */
export interface Errors {
  readonly substitutions: number;
  readonly deletions: number;
  readonly insertions: number;
  /** How many words, or characters, were said. */
  readonly count: number;
  /** (S + D + I) / N: it may pass 1. Where nothing was said it is Infinity if something was read, else 0. */
  readonly rate: number;
}

/** A pair of what was said and what was read. */
export type SaidAndRead = readonly [said: string, read: string];

/** Errors of words, which spaces part, summed over all pairs before they are divided. */
export const wordErrors = (pairs: readonly SaidAndRead[]): Errors =>
  errorsOf("wordErrors", pairs, (text) => text.split(/\s+/).filter((word) => word !== ""));

/** The same of characters, spaces between words included: letters with their accents are one. */
export const characterErrors = (pairs: readonly SaidAndRead[]): Errors =>
  errorsOf("characterErrors", pairs, (text) => [...text.normalize("NFC").trim().replace(/\s+/g, " ")]);

/** In small letters, without punctuation but apostrophes within words, and with single spaces: as words are mostly compared. */
export function plainly(text: string): string {
  checkArgument("plainly", "what is given", text, aText);
  return text
    .normalize("NFC")
    .toLowerCase()
    .replace(/[’]/g, "'")
    .replace(/(?<![\p{L}\p{N}])'|'(?![\p{L}\p{N}])|[^\p{L}\p{N}\p{M}'\s]/gu, " ")
    .trim()
    .replace(/\s+/g, " ");
}

const somePairs = rule(
  "a list of pairs of texts: what was said, what was read",
  (value) =>
    Array.isArray(value) &&
    value.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every(aText.holds)),
);

function errorsOf(
  speaker: string,
  pairs: readonly SaidAndRead[],
  partsOf: (text: string) => string[],
): Errors {
  checkArgument(speaker, "what is given", pairs, somePairs);
  let [substitutions, deletions, insertions, count] = [0, 0, 0, 0];
  for (const [said, read] of pairs) {
    const parts = partsOf(said);
    const found = editsBetween(parts, partsOf(read));
    substitutions += found.substitutions;
    deletions += found.deletions;
    insertions += found.insertions;
    count += parts.length;
  }
  const errors = substitutions + deletions + insertions;
  const rate = count > 0 ? errors / count : errors > 0 ? Number.POSITIVE_INFINITY : 0;
  return { substitutions, deletions, insertions, count, rate };
}

interface Edits {
  readonly substitutions: number;
  readonly deletions: number;
  readonly insertions: number;
}

/** The fewest edits that there are (Levenshtein 1966); of several ways the one that substitutes. */
function editsBetween(said: readonly string[], read: readonly string[]): Edits {
  const more = (edits: Edits, kind: keyof Edits): Edits => ({ ...edits, [kind]: edits[kind] + 1 });
  const sizeOf = ({ substitutions, deletions, insertions }: Edits) => substitutions + deletions + insertions;
  let row: Edits[] = Array.from({ length: read.length + 1 }, (_, j) => ({
    substitutions: 0,
    deletions: 0,
    insertions: j,
  }));
  for (const part of said) {
    const next = [more(row[0], "deletions")];
    read.forEach((other, j) => {
      const ways = [
        part === other ? row[j] : more(row[j], "substitutions"),
        more(row[j + 1], "deletions"),
        more(next[j], "insertions"),
      ];
      next.push(ways.reduce((a, b) => (sizeOf(b) < sizeOf(a) ? b : a)));
    });
    row = next;
  }
  return row[read.length];
}
