/** Options by name. TypeScript refuses an unknown one; in plain JavaScript it would be passed over in silence. */
import type { Rule } from "./rules.js";
import { said } from "./said.js";
import { nearestName } from "./spelling.js";

/** Every option that there is, with what it may be, or 1 where others look at it: a forgotten one does not compile. */
export type OptionNames<O> = { readonly [Name in keyof Required<O>]: 1 | Rule };

/**
 * The options, if all of them are known and what they may be.
 *
 * @param Refused  the error for a value that is not; a RangeError of numbers and texts, a TypeError of other things if left out
 * @throws TypeError where one is not known or missing, or where no options stand in their place
 */
export function optionsOf<O extends object>(
  speaker: string,
  // Left out where some must be given: it is said which.
  given: O = {} as O,
  names: OptionNames<NoInfer<O>>,
  Refused?: new (message: string) => Error,
): O {
  const known = Object.keys(names);
  if (typeof given !== "object" || given === null || Array.isArray(given) || "serial" in given)
    throw new TypeError(`${speaker}: the options are ${said(given)}, expected { ${known.join(", ")} }`);
  for (const name of Object.keys(given))
    if (!Object.hasOwn(names, name)) {
      const meant = meantBy(name, known);
      throw new TypeError(
        `${speaker}: unknown option \`${name}\`; ${meant ? `did you mean \`${meant}\`?` : `there is ${known.map((n) => `\`${n}\``).join(", ")}`}`,
      );
    }
  for (const [name, rule] of Object.entries<1 | Rule>(names)) {
    const value: unknown = given[name as keyof O];
    if (rule === 1 || (value === undefined ? !rule.isRequired : rule.holds(value))) continue;
    throw new (Refused ?? (/^(number|string)$/.test(typeof value) ? RangeError : TypeError))(
      `${speaker}: ${name} is ${said(value)}, expected ${rule.expected.replace("_", name)}`,
    );
  }
  return given;
}

function meantBy(name: string, known: readonly string[]): string | undefined {
  const plain = (s: string): string => s.toLowerCase().replace(/[^a-z0-9]/g, "");
  const asked = plain(name);
  // kernelSize, eps; and what other libraries call the learning rate.
  const within = known.find((n) => {
    const other = plain(n);
    return Math.min(asked.length, other.length) > 2 && (asked.startsWith(other) || other.startsWith(asked));
  });
  if (within) return within;
  if (asked === "learningrate" && known.includes("lr")) return "lr";
  const near = nearestName(name, known);
  return near && near.length > 2 ? near : undefined;
}
