/** bench/results.json: the last run of each kind, from which bench/RESULTS.md is written. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Compared } from "../compare.js";
import { root } from "../contenders/installation.js";
import type { DirectFigure } from "./direct.js";
import type { GrowthTable } from "./growth.js";
import type { Circumstances } from "./machine.js";
import { page } from "./page.js";
import type { StartFigure } from "./start.js";

interface Run<T> {
  readonly circumstances: Circumstances;
  readonly results: readonly T[];
}

export interface Results {
  readonly compare?: Run<Compared>;
  readonly direct?: Run<DirectFigure>;
  readonly growth?: Run<GrowthTable>;
  readonly start?: Run<StartFigure>;
}

/** The part that was measured now replaces the one of its kind. */
export function writeResults(part: Results, folder = `${root}bench/`): void {
  const file = `${folder}results.json`;
  const before: Results = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  const all = { ...before, ...part };
  writeFileSync(file, `${JSON.stringify(all, null, 1)}\n`);
  writeFileSync(`${folder}RESULTS.md`, page(all));
}
