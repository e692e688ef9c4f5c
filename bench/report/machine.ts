/** Where and when something was measured: a figure without it says little. */
import { execFileSync } from "node:child_process";
import { arch, availableParallelism, cpus, totalmem, type } from "node:os";
import { receptiveVersion, root } from "../contenders/installation.js";

export interface Circumstances {
  readonly date: string;
  readonly processor: string;
  readonly threads: number;
  readonly memoryGB: number;
  readonly system: string;
  readonly node: string;
  readonly receptive: string;
  readonly commit: string | null;
  readonly command: string;
}

export const circumstances = (given: readonly string[]): Circumstances => ({
  date: new Date().toISOString().slice(0, 10),
  processor: cpus()[0].model,
  threads: availableParallelism(),
  memoryGB: Math.round(totalmem() / 2 ** 30),
  system: `${type()} ${arch()}`,
  node: process.version,
  receptive: receptiveVersion(),
  commit: commit(),
  command: ["npm run bench --", ...given].join(" "),
});

export const circumstancesLine = (c: Circumstances): string =>
  `\`${c.command}\`, ${c.date}: ${c.processor}, ${c.threads} threads, ${c.memoryGB} GB, ${c.system}, Node ${c.node}, ` +
  `Receptive ${c.receptive}${c.commit ? ` at ${c.commit}` : ""}.`;

function commit(): string | null {
  try {
    const git = (...words: string[]): string =>
      execFileSync("git", words, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
    const changed = git(
      "status",
      "--porcelain",
      "--untracked-files=no",
      "--",
      ".",
      ":!bench/RESULTS.md",
      ":!bench/results.json",
    );
    return git("rev-parse", "--short", "HEAD") + (changed === "" ? "" : " with changes");
  } catch {
    return null;
  }
}
