/** Tables as text: rows of comma-separated or tab-separated values. Loaded when there is one to read. */
import Papa from "papaparse";
import { DataError } from "../../data/dataset.js";

/**
 * Rows of CSV by RFC 4180 (or with semicolons, as spreadsheets write it where the comma is decimal), or of tab-separated
 * values, in which quotes are letters like any others.
 *
 * @param name  what errors call the file
 * @throws DataError  a quotation mark that nothing closes: names the row
 */
export function rowsOf(content: string, name: string, kind: "csv" | "tsv"): string[][] {
  if (kind === "tsv")
    return content
      .split(/\r\n|\n|\r/)
      .map((line) => line.split("\t"))
      .filter((row) => row.some((value) => value !== ""));
  // Spreadsheets write it in front for one another.
  const [told, letter] = /^sep=([;,|\t])(?:\r\n|\n|\r)/i.exec(content) ?? [];
  if (told) return parsed(content.slice(told.length), name, letter);
  const firstLine = /^[^\r\n]*/.exec(content)![0];
  const parts = (letter: string) => firstLine.split(letter).length;
  return parsed(content, name, parts(";") > parts(",") ? ";" : ",");
}

function parsed(content: string, name: string, delimiter: string): string[][] {
  const { data, errors } = Papa.parse<string[]>(content, { delimiter, skipEmptyLines: true });
  const [fault] = errors.filter(({ type }) => type === "Quotes");
  if (fault) {
    const what =
      fault.code === "MissingQuotes"
        ? "a quotation mark that nothing closes"
        : "a quotation mark inside quotes";
    throw new DataError(
      `${name}: row ${(fault.row ?? 0) + 1} has ${what}; inside quotes it is written twice`,
    );
  }
  return data;
}
