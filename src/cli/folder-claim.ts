/** A run's claim on the folder that it writes to: two runs into one folder would each overwrite what the other made. */
import { randomBytes } from "node:crypto";
import { readFileSync, rmdirSync, rmSync } from "node:fs";
import * as fs from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join, resolve } from "node:path";
import * as v from "valibot";
import { UsageError } from "../door/usage-error.js";
import { inWords } from "../platform/node-file-error.js";
import { makeFolder } from "../platform/node-folders.js";

/** The claim, in the folder. */
export const claimFile = ".receptive-run";

const claimSchema = v.object({ process: v.number(), host: v.string(), run: v.string() });
type Claim = v.InferOutput<typeof claimSchema>;

/** A run renews its claim so often, in milliseconds; on another machine one that is three times as old is stale. */
const renewal = 20_000;

/**
 * Claims a folder, which is made if need be, until `release` or the end of the process. A claim whose process is dead
 * is taken over.
 *
 * @throws UsageError if another run is writing to the folder, FileError if it cannot be written to
 */
export async function claimFolder(folder: string): Promise<{ release: () => void }> {
  const made = await makeFolder(folder);
  const path = join(folder, claimFile);
  const claim: Claim = { process: process.pid, host: hostname(), run: randomBytes(8).toString("hex") };
  try {
    while (!(await inWords(folder, () => written(path, JSON.stringify(claim))))) {
      const other = await standing(path);
      if (other)
        throw new UsageError(
          `${folder}: another run is writing to this folder (process ${other.process} on ${other.host}); name another one with --output, or remove ${path} if that is not so`,
        );
    }
    await removeLeftBehind(folder);
  } catch (error) {
    if (made !== undefined) removeIfEmpty(folder, made);
    throw error;
  }
  const timer = setInterval(() => fs.utimes(path, new Date(), new Date()).catch(() => {}), renewal);
  timer.unref();
  const release = () => {
    clearInterval(timer);
    process.off("exit", release);
    // Only our own: a claim that was taken for stale may be another's by now.
    if (parsed(readIfThere(path))?.run === claim.run) rmSync(path, { force: true });
    if (made !== undefined) removeIfEmpty(folder, made);
  };
  process.once("exit", release);
  return { release };
}

/** Folders that were made for a run which came to nothing, from the innermost out. */
function removeIfEmpty(folder: string, outermost: string): void {
  try {
    for (let at = resolve(folder); at.startsWith(resolve(outermost)); at = dirname(at)) rmdirSync(at);
  } catch {
    // Something is in it.
  }
}

/** Whether the claim could be made: there was none. On a full disk it may be opened and not written: then it is taken away. */
async function written(path: string, text: string): Promise<boolean> {
  const file = await fs.open(path, "wx").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "EEXIST") return undefined;
    throw error;
  });
  if (!file) return false;
  try {
    await file.writeFile(text);
    return true;
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

/** The claim that stands; one of a dead process is moved away, and looked at once more: it may be new by then. */
async function standing(path: string): Promise<Claim | undefined> {
  const text = readIfThere(path);
  if (text === undefined) return undefined;
  if (await isHeld(path, text)) return parsed(text) ?? { process: 0, host: "?", run: "" };
  const away = `${path}-${randomBytes(8).toString("hex")}`;
  try {
    await fs.rename(path, away);
    if (readIfThere(away) !== text) await fs.link(away, path).catch(() => {});
    await fs.rm(away, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  return undefined;
}

/** Claims that were moved away by runs which came to their end before they had removed them. */
async function removeLeftBehind(folder: string): Promise<void> {
  for (const name of await fs.readdir(folder)) {
    if (!name.startsWith(`${claimFile}-`)) continue;
    const path = join(folder, name);
    const text = readIfThere(path);
    if (text !== undefined && !(await isHeld(path, text))) await fs.rm(path, { force: true }).catch(() => {});
  }
}

/** Whether a claim stands; one that cannot be read may be about to be written. */
async function isHeld(path: string, text: string): Promise<boolean> {
  const claim = parsed(text);
  const entry = await fs.stat(path).catch(() => undefined);
  const age = entry ? Date.now() - entry.mtimeMs : 0;
  return claim ? isStanding(claim, age) : age < renewal;
}

async function isStanding(claim: Claim, age: number): Promise<boolean> {
  if (claim.host !== hostname()) return age < 3 * renewal;
  // The number of a dead process may be given to another one, our own included; then nobody renews the claim.
  return claim.process !== process.pid && isAlive(claim.process) && age < 6 * renewal;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function parsed(text: string | undefined): Claim | undefined {
  try {
    const { success, output } = v.safeParse(claimSchema, JSON.parse(text ?? ""));
    return success ? output : undefined;
  } catch {
    return undefined;
  }
}

export function isAlive(process_: number): boolean {
  try {
    process.kill(process_, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
