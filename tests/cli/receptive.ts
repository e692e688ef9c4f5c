import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** The command line is tested as it is shipped: `npm test` builds it first. */
export const isBuilt = existsSync(main);

/** Why tests that read picture files are skipped, where they are. */
export const noPictures = await import("sharp").then(
  () => "",
  () => " (skipped: sharp is not installed)",
);

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  folder: string;
  environment?: Record<string, string>;
}

/** Starts the command in a folder of its own, with no data but what is built in. */
export function start(args: readonly string[], { folder, environment = {} }: RunOptions): ChildProcess {
  return spawn(process.execPath, [main, ...args], {
    cwd: folder,
    env: {
      ...process.env,
      RECEPTIVE_DATA: "",
      XDG_CACHE_HOME: join(folder, "cache"),
      FORCE_COLOR: "",
      ...environment,
    },
  });
}

export async function receptive(args: readonly string[], options: RunOptions): Promise<Finished> {
  const child = start(args, options);
  let [stdout, stderr] = ["", ""];
  child.stdout!.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr!.on("data", (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, stdout, stderr };
}

export async function temporaryFolder(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "receptive-cli-"));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

export const jsonLines = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
