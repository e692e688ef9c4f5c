/** Which column of a table holds the text, and which the class. */
import { DataError } from "../../data/dataset.js";
import { suggestion } from "../../door/spelling.js";
import { type Labelled, short } from "./lines.js";

/** Names of columns; those that are usual if left out. */
export interface ColumnNames {
  textColumn?: string;
  labelColumn?: string;
}

const usual = {
  text: [
    "text",
    "sentence",
    "question",
    "review",
    "content",
    "message",
    "comment",
    "tweet",
    "body",
    "title",
    "input",
  ],
  label: [
    "label",
    "class",
    "category",
    "sentiment",
    "target",
    "intent",
    "topic",
    "polarity",
    "rating",
    "tag",
    "output",
  ],
} as const;

/**
 * The texts of a table. Its first row may name the columns; without names there are two, of which the one with fewer
 * different values holds the classes, or with fewer letters where both have as many.
 *
 * @throws DataError where the columns cannot be told, or are not there
 */
export function labelledRows(
  rows: readonly (readonly string[])[],
  name: string,
  { textColumn, labelColumn }: ColumnNames,
): Labelled[] {
  if (rows.length === 0) return [];
  const [head] = rows;
  const named = (asked: string | undefined, among: readonly string[]): number =>
    head.findIndex((title) =>
      asked === undefined ? among.includes(title.trim().toLowerCase()) : title.trim() === asked,
    );
  let [text, label] = [named(textColumn, usual.text), named(labelColumn, usual.label)];
  for (const [asked, found] of [
    [textColumn, text],
    [labelColumn, label],
  ] as const)
    if (asked !== undefined && found < 0)
      throw new DataError(
        `${name}: there is no column ${short(asked)}, there are ${titles(head)}${suggestion(asked, head)}`,
      );
  const hasHead = text >= 0 || label >= 0;
  if (head.length === 2) {
    if (text < 0 && label >= 0) text = 1 - label;
    else if (label < 0 && text >= 0) label = 1 - text;
    else if (!hasHead) {
      const of = (column: number) => rows.map((row) => row[column] ?? "");
      const different = [0, 1].map((column) => new Set(of(column)).size);
      const letters = [0, 1].map((column) => of(column).join("").length);
      label = (different[0] - different[1] || letters[0] - letters[1]) <= 0 ? 0 : 1;
      text = 1 - label;
    }
  }
  if (text < 0 || label < 0)
    throw new DataError(
      `${name}: which column holds the ${text < 0 ? "texts" : "classes"} cannot be told; there are ${titles(head)}: name it`,
    );
  return rows.slice(hasHead ? 1 : 0).map((row, i) => {
    const place = `${name}, row ${i + (hasHead ? 2 : 1)}`;
    if (row.length <= Math.max(text, label))
      throw new DataError(`${place} has ${row.length} columns, expected ${head.length}`);
    return { text: row[text], label: row[label].trim(), place };
  });
}

/** The same of JSON Lines: an object in each line. */
export function labelledRecords(
  lines: readonly string[],
  name: string,
  { textColumn, labelColumn }: ColumnNames,
): Labelled[] {
  const found: Labelled[] = [];
  for (const [i, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const place = `${name}, line ${i + 1}`;
    const record = parsed(line, place);
    const names = Object.keys(record);
    const fieldOf = (asked: string | undefined, among: readonly string[], what: string): string => {
      const key = asked ?? names.find((name) => among.includes(name.toLowerCase()));
      if (key === undefined)
        throw new DataError(
          `${place}: which field holds the ${what} cannot be told; there are ${titles(names)}: name it`,
        );
      const value = record[key];
      if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean")
        throw new DataError(
          `${place}: ${key} is ${value === undefined ? "not there" : JSON.stringify(value)}, expected a text${key in record ? "" : suggestion(key, names)}`,
        );
      return String(value);
    };
    found.push({
      text: fieldOf(textColumn, usual.text, "text"),
      label: fieldOf(labelColumn, usual.label, "class").trim(),
      place,
    });
  }
  return found;
}

function parsed(line: string, place: string): { readonly [name: string]: unknown } {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as object as never;
  } catch {
    // said below
  }
  throw new DataError(`${place} is ${short(line)}, expected a JSON object such as {"text":"…","label":"…"}`);
}

const titles = (names: readonly string[]): string =>
  names.length > 8 ? `${names.slice(0, 8).join(", ")} and ${names.length - 8} more` : names.join(", ");
