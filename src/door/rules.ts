/** What options may be: in words for the error, and as a look at the value. */
export interface Rule {
  /** `_` stands for the option's name. */
  readonly expected: string;
  readonly holds: (value: unknown) => boolean;
  /** Whether it may not be left out. */
  readonly isRequired?: boolean;
}

export const rule = (expected: string, holds: Rule["holds"]): Rule => ({ expected, holds });

/** What must be given. */
export const required = (inner: Rule): Rule => ({ ...inner, isRequired: true });

const above = (value: unknown, least: number): boolean => Number.isFinite(value) && (value as number) > least;
const wholeFrom = (least: number) => (value: unknown) =>
  Number.isInteger(value) && (value as number) >= least;

export const wholeNumber = rule("a whole number", Number.isInteger);
export const fromOneOn = rule("a whole number from 1 on", wholeFrom(1));
export const wholeOfAtLeast = (least: number): Rule =>
  rule(`a whole number of at least ${least}`, wholeFrom(least));
export const number = rule("a number", Number.isFinite);
export const positive = rule("a number above 0", (value) => above(value, 0));
export const notNegative = rule("a number of at least 0", (value) => value === 0 || above(value, 0));
export const belowOne = rule("0 ≤ _ < 1", (value) => notNegative.holds(value) && (value as number) < 1);
export const withinOne = rule("0 < _ < 1", (value) => positive.holds(value) && (value as number) < 1);
/** Whether there is such an axis, who knows the shape says. */
export const axisOf = (of: string): Rule =>
  required(rule(`a whole number, an axis of ${of}, such as 0 or -1`, () => true));
export const flag = rule("true or false", (value) => typeof value === "boolean");
export const text = rule("a text", (value) => typeof value === "string");
export const callback = rule("a function", (value) => typeof value === "function");
/** Plain objects are meant: `names` says what is in them. */
export const recordOf = (names: string): Rule =>
  rule(`a record ${names}`, (value) => typeof value === "object" && value !== null && !Array.isArray(value));
export const list = (of: string): Rule => rule(`a list of ${of}`, Array.isArray);
// One of another realm is one as well.
export const signal = rule(
  "an AbortSignal",
  (value) => typeof value === "object" && value !== null && "aborted" in value,
);
export const oneOf = (...words: readonly string[]): Rule =>
  rule(
    words
      .map((word) => `"${word}"`)
      .join(", ")
      .replace(/, (?="[^"]*"$)/, " or "),
    (value) => words.includes(value as string),
  );
