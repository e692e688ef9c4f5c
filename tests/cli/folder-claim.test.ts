import { spawn, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { claimFile, claimFolder } from "../../src/cli/folder-claim.js";
import { UsageError } from "../../src/door/usage-error.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "receptive-claim-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const claimOf = (process: number, host = hostname()) => JSON.stringify({ process, host, run: "other" });
const put = (text: string) => writeFile(join(folder, claimFile), text);
const refusal = (process: number, host = hostname()) =>
  new UsageError(
    `${folder}: another run is writing to this folder (process ${process} on ${host}); name another one with --output, or remove ${join(folder, claimFile)} if that is not so`,
  );

test("two runs into one folder: the second is refused, until the first is through", async () => {
  const other = spawn("sleep", ["60"]);
  await put(claimOf(other.pid!));
  await expect(claimFolder(folder)).rejects.toThrow(refusal(other.pid!));
  other.kill();
  await new Promise((closed) => other.once("close", closed));
  (await claimFolder(folder)).release();
  expect(await readdir(folder)).toEqual([]);
});

test.each([
  ["a dead process", () => claimOf(spawnSync("true").pid)],
  ["a dead process whose number is ours now", () => claimOf(process.pid)],
])("the claim of %s is taken over", async (_, text) => {
  await put(text());
  (await claimFolder(folder)).release();
  expect(await readdir(folder)).toEqual([]);
});

test("of another machine nobody knows: its claim stands while it is renewed", async () => {
  await put(claimOf(1, "elsewhere"));
  await expect(claimFolder(folder)).rejects.toThrow(refusal(1, "elsewhere"));
  const long = new Date(Date.now() - 120_000);
  await utimes(join(folder, claimFile), long, long);
  (await claimFolder(folder)).release();
});

test("a claim that is no claim is taken over when it is old", async () => {
  await put("{");
  const long = new Date(Date.now() - 120_000);
  await utimes(join(folder, claimFile), long, long);
  (await claimFolder(folder)).release();
});

test("a folder that was made for nothing is removed again, one with something in it is not", async () => {
  (await claimFolder(join(folder, "runs", "a"))).release();
  expect(await readdir(folder)).toEqual([]);
  await mkdir(join(folder, "runs"));
  const claim = await claimFolder(join(folder, "runs", "b"));
  await writeFile(join(folder, "runs", "b", "x"), "");
  claim.release();
  expect(await readdir(join(folder, "runs", "b"))).toEqual(["x"]);
});
