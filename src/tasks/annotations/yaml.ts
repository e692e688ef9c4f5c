/** YAML as records. Loaded with the first such file. */
import { load } from "js-yaml";
import { DataError } from "../../data/dataset.js";

/**
 * The record that a YAML text is.
 * @throws DataError  one line that names the file
 */
export function recordIn(text: string, name: string): { readonly [key: string]: unknown } {
  let value: unknown;
  try {
    value = load(text);
  } catch (error) {
    const [first] = (error as Error).message.split("\n");
    throw new DataError(`${name}: is no valid YAML: ${first}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new DataError(`${name}: is no record, expected train, val and names`);
  return value as { readonly [key: string]: unknown };
}
