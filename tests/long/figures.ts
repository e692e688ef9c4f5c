import { appendFileSync } from "node:fs";

/** The file that collects the figures of a run; `run.mjs` names it, and reads it when the part is through. */
const file = process.env.RECEPTIVE_FIGURES;

/**
 * Notes a figure of a long part, for the page `bench/LONG.md`.
 *
 * @param what   what was measured, in words: "exits in mid-training, 4 threads"
 * @param value  the number with its unit, or how many of how many: "500 of 500"
 */
export function figure(what: string, value: string | number): void {
  if (file) appendFileSync(file, `${JSON.stringify([what, String(value)])}\n`);
  else console.log(`${what}: ${value}`);
}
