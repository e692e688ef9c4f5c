/** Columns of tables and fields of records, by their names. */
import { DataError } from "../../data/dataset.js";
import { suggestion } from "../../door/spelling.js";
import { short } from "./quoted.js";

/**
 * Where the column of that name stands, or of one of the usual names where none is asked for; −1 where there is none.
 * @throws DataError where the column that was asked for is not there
 */
export function columnOf(
  head: readonly string[],
  name: string,
  asked: string | undefined,
  usual: readonly string[],
): number {
  if (asked === undefined) {
    const known = head.map((title) => title.trim().toLowerCase());
    return known.findIndex((title) => usual.includes(title));
  }
  const found = head.findIndex((title) => title.trim() === asked);
  if (found < 0)
    throw new DataError(
      `${name}: there is no column ${short(asked)}, there are ${titles(head)}${suggestion(asked, head)}`,
    );
  return found;
}

/** A record of JSON Lines. */
export type JsonRecord = { readonly [name: string]: unknown };

/**
 * The object in a line of JSON.
 * @param example  what an error shows as expected
 * @throws DataError where there is none
 */
export function recordIn(line: string, place: string, example: string): JsonRecord {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonRecord;
  } catch {
    // said below
  }
  throw new DataError(`${place} is ${short(line)}, expected a JSON object such as ${example}`);
}

/**
 * What a record has in the field of that name, or of one of the usual names where none is asked for, as text.
 * @param what  what the field holds, as errors name it
 * @throws DataError where it is not there, or neither text, number nor boolean
 */
export function fieldOf(
  record: JsonRecord,
  place: string,
  { asked, usual, what }: { asked?: string; usual: readonly string[]; what: string },
): string {
  const names = Object.keys(record);
  const key = asked ?? names.find((name) => usual.includes(name.toLowerCase()));
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
}

/** Names one after the other: of many the first eight. */
export const titles = (names: readonly string[]): string =>
  names.length > 8 ? `${names.slice(0, 8).join(", ")} and ${names.length - 8} more` : names.join(", ");
