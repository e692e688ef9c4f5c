/** Errors as the command line tells them: one line that says what to do, and an exit code. */
import { CommanderError } from "commander";
import { UsageError } from "../door/usage-error.js";
import { ExplainError } from "../explain/index.js";
import { FeatureError } from "../features/raster.js";
import { UnknownModelError } from "../models/index.js";

/** Exit codes; 130 and 143 are what shells give a program that Ctrl-C or `kill` has ended. */
export const exitCodes = { done: 0, failed: 1, wrongUsage: 2, SIGINT: 130, SIGTERM: 143 } as const;

export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.wrongUsage;
  return error instanceof UsageError ||
    error instanceof UnknownModelError ||
    error instanceof FeatureError ||
    error instanceof ExplainError
    ? exitCodes.wrongUsage
    : exitCodes.failed;
}

/** One line, whatever the error's own text looks like. */
export function lineOf(error: unknown): string {
  if (!(error instanceof Error)) return oneLine(`error: ${error}`);
  const known = fileProblem(error) ?? error.message;
  const isOurs = error.name !== "TypeError" && error.name !== "ReferenceError";
  return oneLine(`error: ${known}${isOurs ? "" : "; this looks like a fault of ours: --debug shows where"}`);
}

/** What Node says of files begins with a code that only programmers know. */
function fileProblem(error: NodeJS.ErrnoException): string | undefined {
  const what = error.code && problems[error.code];
  return what && error.path ? `${error.path}: ${what}` : undefined;
}

const problems: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "no space is left on the disk",
  ENOTDIR: "a part of the path is a file, not a directory",
  EISDIR: "is a directory, expected a file",
};

/** Commander adds suggestions on lines of their own. */
export const oneLine = (text: string): string =>
  text
    .trim()
    .split(/\s*\n\s*/)
    .join(" ");
