/** Which column of a table holds the text, and which the class. */
import { DataError } from "../../data/dataset.js";
import { columnOf, fieldOf, recordIn, titles } from "../words/columns.js";
import type { Labelled } from "./lines.js";

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
  let [text, label] = [
    columnOf(head, name, textColumn, usual.text),
    columnOf(head, name, labelColumn, usual.label),
  ];
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
    const record = recordIn(line, place, '{"text":"…","label":"…"}');
    found.push({
      text: fieldOf(record, place, { asked: textColumn, usual: usual.text, what: "text" }),
      label: fieldOf(record, place, { asked: labelColumn, usual: usual.label, what: "class" }).trim(),
      place,
    });
  }
  return found;
}
