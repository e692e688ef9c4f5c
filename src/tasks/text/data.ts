/** Texts with classes: in memory, and from files and folders as people have them. */

import { hasFolders, listFolder } from "#platform";
import { DataError } from "../../data/dataset.js";
import { checkArgument } from "../../door/argument.js";
import { optionsOf } from "../../door/options.js";
import { text as aText, flag, rule } from "../../door/rules.js";
import type { FileSource } from "../../formats/given-source.js";
import { printedAs } from "../../tensor/printing.js";
import { endingOf, isForeign, lastOf, linesOf, textOf } from "../words/files.js";
import { checkGiven } from "../words/given.js";
import { type ColumnNames, labelledRecords, labelledRows } from "./columns.js";
import { type Labelled, labelledLines } from "./lines.js";

/** Texts with classes. */
export interface LabelledTexts {
  readonly name: string;
  readonly texts: readonly Labelled[];
  /** The names of the classes, in alphabetical order (numbers by size). */
  readonly classes: readonly string[];
  /** What was read and left out, and why. */
  readonly skipped: readonly { readonly place: string; readonly why: string }[];
}

/** What {@link openTexts} has to know of files that do not say it. */
export interface OpenTextsOptions extends ColumnNames {
  /** Of the files' letters, where they are neither UTF-8 nor marked UTF-16: "windows-1252", say. */
  encoding?: string;
  /** Labels of TREC's form are taken whole, ENTY:animal, instead of their coarse part. */
  fine?: boolean;
}

const areTexts = "texts with classes, as openTexts and labelledTexts give them";

/** What must be given as such. */
export const aLabelledTexts = rule(areTexts, (value) => {
  const { texts, classes } = (value ?? {}) as Partial<LabelledTexts>;
  return Array.isArray(texts) && Array.isArray(classes);
});

/** Where the list of their classes does not matter. */
export const anyLabelledTexts = rule(areTexts, (value) =>
  Array.isArray((value as LabelledTexts | null)?.texts),
);

/**
 * Texts that are given with the names of their classes. Those without letters and those without a label are left out,
 * and listed.
 *
 * @throws DataError where nothing is left, or all is of one class
 */
export function labelledTexts(
  name: string,
  given: readonly { readonly text: string; readonly label: string; readonly place?: string }[],
): LabelledTexts {
  checkGiven("labelledTexts", "texts", given, ({ text, label }: Pick<Labelled, "text" | "label">) =>
    typeof text === "string" && typeof label === "string" ? undefined : "{ text, label }, both texts",
  );
  const texts: Labelled[] = [];
  const skipped: { place: string; why: string }[] = [];
  given.forEach(({ text, label, place = `${name}, text ${texts.length + skipped.length + 1}` }) => {
    const why = label.trim() === "" ? "no label" : text.trim() === "" ? "no text" : undefined;
    if (why) skipped.push({ place, why });
    else texts.push({ text: text.trim(), label, place });
  });
  const classes = [...new Set(texts.map(({ label }) => label))].sort(byName);
  if (texts.length === 0)
    throw new DataError(
      `${name}: has no texts with labels${skipped.length > 0 ? ` (${skipped.length} left out: ${skipped[0].place}, ${skipped[0].why})` : ""}`,
    );
  return printedAs(
    { name, texts, classes, skipped },
    () => `${name}: ${texts.length} texts in ${classes.length} classes (${classes.join(", ")})`,
    () => ({ name, classes, texts: texts.length, skipped }),
  );
}

/** "2" before "10", and both before words. */
const byName = (a: string, b: string): number => {
  const [x, y] = [Number(a), Number(b)];
  if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
  return Number.isNaN(x) ? (a < b ? -1 : Number(a > b)) : x - y;
};

/**
 * Texts with classes out of a file or a folder:
 *
 * - .csv and .tsv, with or without names of columns; .jsonl (.ndjson), an object in each line
 * - lines with labels: LABEL<TAB>text, __label__NAME text, LABEL:detail text as in TREC, 1 text
 * - a folder with a folder of text files (.txt) for each class, a text in each file
 * - a folder with a file for each class, a text in each line: reviews.pos and reviews.neg, or pos.txt and neg.txt
 *
 * @param source  in Node a path; elsewhere a File, an address, or bytes
 * @throws DataError  one line that names file, line and what is there
 */
export async function openTexts(source: FileSource, options: OpenTextsOptions = {}): Promise<LabelledTexts> {
  optionsOf("openTexts", options, {
    textColumn: aText,
    labelColumn: aText,
    encoding: aText,
    fine: flag,
  });
  if (typeof source === "string" && hasFolders()) {
    const found = await listFolder(source);
    if (found) return labelledTexts(lastOf(source), await inFolder(source, found, options));
  }
  const { name, content } = await textOf("openTexts", source, { ...fileOfTexts, encoding: options.encoding });
  return labelledTexts(lastOf(name), await inFile(name, content, options));
}

/** The folders of a folder that hold its parts, `train` and `test` (or `val`, `dev`); undefined where it has none. */
export async function partsIn(path: string): Promise<{ train: string; test?: string } | undefined> {
  checkArgument("partsIn", "the path", path, aText);
  const found = hasFolders() ? await listFolder(path) : undefined;
  const entries = [...(found?.folders ?? []), ...(found?.files ?? [])];
  const part = (names: RegExp) => entries.find((entry) => names.test(entry));
  const train = part(/^train(ing)?(\.|$)/i);
  if (train === undefined) return undefined;
  const test = part(/^test(ing)?(\.|$)/i) ?? part(/^(val|valid|validation|dev)(\.|$)/i);
  return { train: `${path}/${train}`, ...(test === undefined ? {} : { test: `${path}/${test}` }) };
}

const fileOfTexts = { what: "file of texts" };

async function inFile(path: string, content: string, options: OpenTextsOptions): Promise<Labelled[]> {
  const name = lastOf(path);
  const ending = endingOf(name);
  const lines = linesOf(content);
  const isTabbed = () => {
    const some = lines.filter((line) => line.trim() !== "");
    return some.length > 0 && some.every((line) => line.includes("\t"));
  };
  if (ending === "jsonl" || ending === "ndjson") return labelledRecords(lines, name, options);
  if (ending === "csv" || ending === "tsv" || isTabbed()) {
    const { rowsOf } = await import("../words/table.js");
    return labelledRows(rowsOf(content, name, ending === "csv" ? "csv" : "tsv"), name, options);
  }
  if (isForeign(ending))
    throw new DataError(
      `${name}: .${ending} is not read; there are .csv, .tsv, .jsonl, lines with labels, and folders`,
    );
  return labelledLines(lines, name, options);
}

async function inFolder(
  path: string,
  { folders, files }: { folders: readonly string[]; files: readonly string[] },
  { encoding }: OpenTextsOptions,
): Promise<Labelled[]> {
  const own = (names: readonly string[]) => names.filter((name) => !/^[._]/.test(name));
  const read = async (file: string) =>
    (await textOf("openTexts", file, { ...fileOfTexts, encoding })).content;
  const texts: Labelled[] = [];
  const classes = own(folders);
  if (classes.length > 1) {
    for (const label of classes) {
      const found = own((await listFolder(`${path}/${label}`))?.files ?? []);
      if (found.length === 0) throw new DataError(`${path}/${label}: has no text files`);
      for (const file of found) {
        const place = `${path}/${label}/${file}`;
        texts.push({ text: (await read(place)).replace(/\s+/g, " "), label: label.normalize("NFC"), place });
      }
    }
    return texts;
  }
  const listed = own(files);
  const stems = new Set(listed.map((file) => file.replace(/\.[^.]*$/, "")));
  // reviews.pos and reviews.neg: what tells them apart is the ending.
  const isByEnding = stems.size === 1 && listed.length > 1;
  if (listed.length < 2)
    throw new DataError(
      `${path}: has ${classes.length} folders and ${listed.length} files, expected a folder, or a file of lines, for each class`,
    );
  for (const file of listed) {
    const label = isByEnding ? file.slice(file.lastIndexOf(".") + 1) : file.replace(/\.[^.]*$/, "");
    const lines = linesOf(await read(`${path}/${file}`));
    if (lines.at(-1) === "") lines.pop();
    for (const [i, text] of lines.entries())
      texts.push({ text, label: label.normalize("NFC"), place: `${file}, line ${i + 1}` });
  }
  return texts;
}
