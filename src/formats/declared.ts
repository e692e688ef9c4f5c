/**
 * What files and servers say, held against a declaration (valibot): the value as declared, or one line that names the
 * place, what is there and what was expected. Declarations give each of their parts its expectation as message.
 */

import * as v from "valibot";
import { type BaseIssue, type GenericSchema, type InferOutput, safeParse } from "valibot";

export const text = v.string("text");
export const number = v.pipe(v.number("a number"), v.finite("a number"));
export const count = whole(0);

/** A whole number of at least so much. */
export function whole(least: number) {
  const expected = `a whole number of at least ${least}`;
  return v.pipe(v.number(expected), v.safeInteger(expected), v.minValue(least, expected));
}

/** A place of a value: its keys from the outside in. */
export type Path = readonly (string | number)[];

export interface Fault {
  readonly path: Path;
  /** What is there; undefined where it is missing. */
  readonly found: unknown;
  /** The message that the declaration gives. */
  readonly expected: string;
}

/** The value itself, as it was declared; `refuse` is told of the first fault, and throws. */
export function declared<S extends GenericSchema>(
  schema: S,
  value: unknown,
  refuse: (fault: Fault) => never,
): InferOutput<S> {
  const { success, issues } = safeParse(schema, value, { abortEarly: true });
  return success ? (value as InferOutput<S>) : refuse(faultOf(issues[0]));
}

const faultOf = ({ path, input, message }: BaseIssue<unknown>): Fault => ({
  path: path?.map(({ key }) => key as string | number) ?? [],
  found: input,
  expected: message,
});

/** "training.epochs[3].loss is missing", "input is [28,-28,1], expected …" */
export function sentence(whole: string, { path, found, expected }: Fault): string {
  const place = path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : `${text}.${key}`),
    whole,
  );
  return found === undefined ? `${place} is missing` : `${place} is ${shown(found)}, expected ${expected}`;
}

/** A value as JSON, or what it is where that would be long. */
export function shown(value: unknown): string {
  if (Array.isArray(value) && (value.length > 12 || value.some((part) => typeof part === "object" && part)))
    return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return "an object";
  const json = JSON.stringify(value) ?? String(value);
  return json.length <= 80 ? json : `${json.slice(0, 80)}…`;
}
