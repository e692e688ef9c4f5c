/** What a program hands in of its own: lists, and what is in them. */
import { said } from "../../door/said.js";

/**
 * @param what  what the list is of: "texts"
 * @param lack  what one is expected to be, where it is not
 * @throws TypeError  names the first that is something else
 */
export function checkGiven<T>(
  speaker: string,
  what: string,
  given: readonly T[],
  lack: (one: T) => string | undefined,
): void {
  if (!Array.isArray(given))
    throw new TypeError(`${speaker}: the ${what} are ${said(given)}, expected a list`);
  for (const [i, one] of given.entries()) {
    const expected = lack((one ?? {}) as T);
    if (expected !== undefined)
      throw new TypeError(`${speaker}: number ${i + 1} of the ${what} is ${said(one)}, expected ${expected}`);
  }
}
