/** What users set up, as the call that makes it: `conv2d({ filters: 8, kernel: 3 })`. */
import { kindOfArray, said } from "./said.js";

/** Of longer lists the first ones are shown. */
const shown = 4;

/** @param given  the arguments; what is left out or says nothing is not written */
export function called(name: string, ...given: readonly unknown[]): string {
  const words = given.filter((value) => value !== undefined).map(written);
  return `${name}(${words.filter((word) => word !== "{}").join(", ")})`;
}

function written(value: unknown): string {
  // Layers, losses and optimizers have words of their own.
  if (typeof value === "function" && Object.hasOwn(value, "toString")) return String(value);
  if (typeof value !== "object" || value === null || kindOfArray(value)) return said(value);
  if (Array.isArray(value)) return listed(value.map(written));
  if (Object.hasOwn(value, "toString")) return String(value);
  if ("options" in value) return described(value as Described);
  const words = Object.entries(value).filter(([, part]) => part !== undefined);
  if (words.length === 0) return "{}";
  return `{ ${words.map(([key, part]) => `${key}: ${written(part)}`).join(", ")} }`;
}

/** A layer by its `type`, an optimizer by its `name`. */
type Described = { type?: string; name?: string; options?: object };

const described = ({ type, name = "", options = {} }: Described): string => called(type ?? name, options);

const listed = (words: readonly string[]): string =>
  `[${words.slice(0, words.length > 2 * shown ? shown : undefined).join(", ")}${words.length > 2 * shown ? `, … ${words.length} in all` : ""}]`;
