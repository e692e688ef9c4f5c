import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Entrant } from "../../bench/contenders/known.js";
import { compare } from "../../bench/measure/measurement.js";
import { alternate, type Effort } from "../../bench/measure/rounds.js";
import { product } from "../../bench/workloads.js";

const script = fileURLToPath(new URL("scripted-contender.mjs", import.meta.url));
const effort: Effort = { seconds: 0.02, rounds: 2, limitSeconds: 20 };
const workload = product(8);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "receptive-bench-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const log = (): string => join(folder, "log");
const entrant = (name: string, behaviour: string, ms: number): Entrant => ({
  ...{ name, variant: behaviour },
  command: () => ({ program: process.execPath, arguments: [script, name, behaviour, String(ms), log()] }),
});

test("contenders take turns, and nobody always begins", async () => {
  const outcomes = await alternate(
    workload,
    1,
    [entrant("a", "works", 5), entrant("b", "works", 10)],
    effort,
  );
  expect(readFileSync(log(), "utf8").trim().split("\n")).toEqual([
    ...["a prepare", "b prepare"],
    ...["a measure", "b measure"],
    ...["b measure", "a measure"],
  ]);
  expect(outcomes.map(({ who, version, rounds }) => ({ who, version, rounds }))).toEqual([
    { who: "a", version: "1.2.3", rounds: [[5], [5]] },
    { who: "b", version: "1.2.3", rounds: [[10], [10]] },
  ]);
});

test("one that has long had its share sits the other rounds out", async () => {
  const [slow] = await alternate(workload, 1, [entrant("slow", "works", 1000)], effort);
  expect(slow.rounds).toEqual([[1000]]);
});

test("what goes wrong with one is told, and the others are measured", async () => {
  const entrants = [
    entrant("good", "works", 5),
    entrant("a", "dies", 5),
    entrant("b", "crashes", 5),
    entrant("c", "refuses", 5),
    entrant("d", "miscalculates", 5),
  ];
  const { measurements, absences } = compare(workload, 1, await alternate(workload, 1, entrants, effort));
  expect(measurements.map(({ who, agrees, runs }) => ({ who, agrees, runs }))).toEqual([
    { who: "good", agrees: null, runs: 2 },
    { who: "d", agrees: false, runs: 2 },
  ]);
  expect(absences.map(({ who, kind, reason }) => [who, kind, reason])).toEqual([
    ["a", "failed", "ended with code 3: Error: the library is broken"],
    ["b", "failed", "ended with code 1"],
    ["c", "cannot", "it has no matrices"],
  ]);
});

test("one that does not answer is ended", async () => {
  const [outcome] = await alternate(workload, 1, [entrant("mute", "hangs", 5)], {
    ...effort,
    limitSeconds: 1,
  });
  expect(outcome.missing).toEqual({ kind: "failed", reason: "no answer in 1 s" });
});

test("a program that is not there is told like any other failure", async () => {
  const nowhere: Entrant = {
    ...{ name: "ghost", variant: "" },
    command: () => ({ program: join(folder, "ghost"), arguments: [] }),
  };
  const [outcome] = await alternate(workload, 1, [nowhere], effort);
  expect(outcome.missing).toEqual({ kind: "failed", reason: `spawn ${join(folder, "ghost")} ENOENT` });
});
