/** Programs that end, or are ended, while the engine's threads compute. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Programs are run as users run them. */
export const isBuilt = existsSync(new URL("../../dist/node/index.js", import.meta.url));

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export type Ending = "exit" | "twice" | "throw" | "reject";

/**
 * Trains on so many threads and ends the process after some ms of training.
 * @returns its exit code, or "hung" if it did not end within two minutes
 */
export function endInMidTraining(how: Ending, threads: number, ms: number): Promise<number | "hung"> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [pathOf("training.mjs"), how, String(threads), String(ms)],
      { timeout: 120_000, killSignal: "SIGKILL" },
      (error) => resolve(error?.killed ? "hung" : typeof error?.code === "number" ? error.code : 0),
    );
  });
}

interface Size {
  threads: number;
  megabytes: number;
  addresses: number;
}

/** Terminates training workers one after another, in one process. Linux. */
export function terminateInMidTraining(
  times: number,
  threads: number,
): Promise<{ hung: number; before: Size; after: Size }> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [pathOf("terminations.mjs"), String(times), String(threads)],
      { maxBuffer: 2 ** 20 },
      (error, stdout, stderr) => (error ? reject(new Error(stderr)) : resolve(JSON.parse(stdout))),
    );
  });
}
