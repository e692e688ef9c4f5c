import { said } from "../door/said.js";
import { suggestion } from "../door/spelling.js";

/** @throws TypeError where an architecture has no such variant: names the nearest, or all of them where none is near */
export function checkVariant(speaker: string, variant: unknown, known: readonly string[]): void {
  if (known.includes(variant as string)) return;
  const meant = typeof variant === "string" ? suggestion(variant, known) : "";
  throw new TypeError(
    `${speaker}: the variant is ${said(variant)}${meant || `, expected ${known.join(", ")}`}`,
  );
}
