/**
 * Tests that take longer than a check of every change may: `npm run test:long -- PART …`, or `all`. A part is a file
 * `tests/long/PART.long.ts`, tests like others, which note what they measured with `figure` (`figures.ts`). Date,
 * commit, machine and figures of each run are added to `bench/LONG.md`, whether it passed or not. `-t NAME` runs those
 * tests alone whose names have it, as vitest does, and the page says so.
 */
import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { circumstances } from "./circumstances.mjs";

const here = import.meta.dirname;
const root = resolve(here, "../..");
const page = join(root, "bench/LONG.md");

const parts = readdirSync(here)
  .filter((name) => name.endsWith(".long.ts"))
  .map((name) => name.slice(0, -".long.ts".length));

const { positionals: asked, values } = parseArgs({
  allowPositionals: true,
  options: { testNamePattern: { type: "string", short: "t" } },
});
const only = values.testNamePattern;
const unknown = asked.filter((name) => name !== "all" && !parts.includes(name));
if (asked.length === 0 || unknown.length > 0) {
  if (unknown.length > 0) console.error(`test:long: there is no part ${unknown.join(", ")}`);
  console.log(`npm run test:long -- PART … [-t NAME]    the parts: ${parts.join(", ")}; or all`);
  process.exit(unknown.length > 0 ? 2 : 0);
}

let failed = 0;
for (const part of asked.includes("all") ? parts : asked) if (!run(part)) failed++;
process.exit(failed === 0 ? 0 : 1);

function run(part) {
  const folder = mkdtempSync(join(tmpdir(), "receptive-long-"));
  const figuresFile = join(folder, "figures");
  const began = new Date();
  const { status } = spawnSync(
    join(root, "node_modules/.bin/vitest"),
    [
      ...["run", "--config", join(here, "vitest.config.ts"), `tests/long/${part}.long.ts`],
      ...(only === undefined ? [] : ["-t", only]),
      ...["--reporter=default", "--reporter=json", `--outputFile.json=${join(folder, "tests.json")}`],
    ],
    { cwd: root, stdio: "inherit", env: { ...process.env, RECEPTIVE_FIGURES: figuresFile } },
  );
  const minutes = ((Date.now() - began.getTime()) / 60_000).toFixed(1);
  const figures = existsSync(figuresFile)
    ? readFileSync(figuresFile, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line))
    : [];
  const report = join(folder, "tests.json");
  const ran = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")).numPassedTests : 0;
  rmSync(folder, { recursive: true });
  if (status === 0 && ran === 0) {
    console.error(`test:long: no test of ${part} ran, and nothing is noted: what it needs is named above`);
    return false;
  }
  const of = only === undefined ? part : `${part}, tests named "${only}"`;
  const heading = `## ${of}: ${status === 0 ? "passed" : "FAILED"} in ${minutes} minutes`;
  appendFileSync(
    page,
    [
      "",
      heading,
      "",
      circumstances(root, began),
      "",
      ...(figures.length > 0 ? ["| | |", "| --- | --- |"] : []),
      ...figures.map(([what, value]) => `| ${what} | ${value} |`),
      ...(figures.length > 0 ? [""] : []),
    ].join("\n"),
  );
  console.log(`test:long: ${heading.slice(3)}; added to bench/LONG.md`);
  return status === 0;
}
