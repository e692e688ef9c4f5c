/** Where data sets are looked for. */

import { cacheDirectory, environment, joinPath } from "#platform";
import type { DownloadOptions } from "./download.js";

/** Where a data set is looked for, and how it is fetched. */
export interface LoadOptions extends DownloadOptions {
  /** Look here and nowhere else. */
  directory?: string;
}

/** The folders in which a data set may lie, the one asked first in front. */
export function folders(name: string, directory?: string): string[] {
  if (directory !== undefined) return [directory];
  const own = environment("RECEPTIVE_DATA");
  return [own, cacheDirectory()].filter((base) => base !== undefined).map((base) => joinPath(base, name));
}

/** Where a data set would be loaded from. */
export type Source =
  | { kind: "embedded" }
  | { kind: "found"; directories: string[] }
  | { kind: "download"; bytes: number }
  | { kind: "missing" };
