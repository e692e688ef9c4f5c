import type { Rule } from "./rules.js";
import { said } from "./said.js";

/**
 * An argument that is no option, by the same rules.
 * @throws TypeError where it is not what is expected
 */
export function checkArgument(
  speaker: string,
  name: string,
  value: unknown,
  { expected, holds }: Rule,
): void {
  if (!holds(value)) throw new TypeError(`${speaker}: ${name} is ${said(value)}, expected ${expected}`);
}
