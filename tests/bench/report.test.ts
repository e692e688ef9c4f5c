import { describe, expect, test } from "vitest";
import type { Compared } from "../../bench/compare.js";
import type { Entrant } from "../../bench/contenders/known.js";
import { compare, lineOf } from "../../bench/measure/measurement.js";
import type { Outcome } from "../../bench/measure/rounds.js";
import { comparisonTable, heading } from "../../bench/report/comparison.js";
import { directTable } from "../../bench/report/direct.js";
import { goalTable } from "../../bench/report/goals.js";
import { growthTable } from "../../bench/report/growth.js";
import type { Circumstances } from "../../bench/report/machine.js";
import { short } from "../../bench/report/numbers.js";
import { page } from "../../bench/report/page.js";
import { speedOver } from "../../bench/report/ratios.js";
import { startTable } from "../../bench/report/start.js";
import { markdown, plain } from "../../bench/report/table.js";
import { product } from "../../bench/workloads.js";

const workload = product(1024);
/** Milliseconds in which 1024³ multiply-adds run at so many GFLOP/s. */
const at = (gflops: number): number => (2 * 1024 ** 3) / gflops / 1e6;

const outcome = (name: string, target: string, rounds: number[][], more: Partial<Outcome> = {}): Outcome => ({
  entrant: { name, variant: target, command: () => ({ program: "", arguments: [] }) },
  ...{
    who: name,
    target,
    version: "1.0",
    rounds,
    firstMs: 20,
    results: [0.5],
    peakBytes: null,
    missing: null,
  },
  ...more,
});
const peak = (target: string, ms: number): Outcome => {
  const entrant: Entrant = {
    name: "peak",
    variant: target,
    isPeak: true,
    command: () => ({ program: "", arguments: [] }),
  };
  return outcome("peak", target, [[ms]], { entrant });
};

/** At the peak, 4e8 operations take 1.6 ms: 250 GFLOP/s. */
const outcomes: Outcome[] = [
  outcome("receptive", "avx512", [[at(200)], [at(100)]]),
  peak("native", 1.6),
  outcome("pytorch", "channels_first", [[at(100)], [at(50)]], { results: [0.5001] }),
  outcome("pytorch", "channels_last", [], { missing: { kind: "cannot", reason: "no channels" } }),
  outcome("tfjs", "wasm", [[at(4)]], { results: [0.7] }),
];
const compared: Compared = { workload: workload.name, threads: 1, ...compare(workload, 1, outcomes) };

test("a line of JSON has these nine keys, in this order", () => {
  const [ours] = compared.measurements;
  expect(JSON.stringify(lineOf(ours))).toBe(
    '{"who":"receptive","target":"avx512","workload":"sgemm-1024","threads":1,"msMedian":16.106,"msMin":10.737,' +
      '"imagesPerSecond":null,"gflops":133.3,"peakFraction":0.533}',
  );
});

test("WebAssembly is held to its own peak, a library to the machine's", () => {
  const { measurements, peaks } = compare(workload, 1, [...outcomes, peak("wasm", 6.4)]);
  expect(peaks).toEqual({ native: 250, wasm: 62.5 });
  expect(measurements.map(({ who, peakFraction }) => [who, peakFraction])).toEqual([
    ["receptive", 0.533],
    ["pytorch", 0.267],
    ["tfjs", 0.064],
  ]);
});

test("results may differ in the last digits, not more", () => {
  expect(compared.measurements.map(({ who, agrees }) => [who, agrees])).toEqual([
    ["receptive", null],
    ["pytorch", true],
    ["tfjs", false],
  ]);
});

test("what is compared was measured in the same round", () => {
  // The machine was half as fast in the second round, for both.
  const [ours, theirs] = [{ rounds: [10, 20, 20] }, { rounds: [20, 40] }];
  expect(speedOver(ours, theirs)).toBe(2);
});

test("the table of a workload", () => {
  expect(heading(compared.workload, compared.threads, compared)).toBe(
    "sgemm-1024, 1 thread; multiply-adds reach 250 GFLOP/s (native)",
  );
  expect(plain(comparisonTable(compared)).split("\n")).toEqual([
    "library    on                ms  least  spread  images/s  GFLOP/s  of peak  our native is",
    "receptive  avx512          16.1   10.7    33 %                133     53 %                               2 runs",
    "pytorch    channels_first  32.2   21.5    33 %               66.7     27 %         2.00 ×                2 runs",
    "tfjs       wasm             537    537     0 %                  4      2 %        50.00 ×  OTHER RESULTS, 1 run",
    "pytorch    channels_last                                                                            no channels",
  ]);
});

test("goals stand beside what was reached; of a library the fastest variant counts", () => {
  const withFormats = compare(workload, 2, [
    ...outcomes.slice(0, 3),
    outcome("pytorch", "channels_last", [[at(160)], [at(80)]]),
  ]);
  const { rows } = goalTable([compared, { workload: "sgemm-1024", threads: 2, ...withFormats }]);
  expect(rows).toEqual([
    ["sgemm-1024", "1 thread", "native", "pytorch", "2.00 ×", "0.97 ×", "yes"],
    ["sgemm-1024", "1 thread", "native", "the measured peak", "53 %", "85 %", "no"],
    ["sgemm-1024", "2 threads", "native", "pytorch", "1.25 ×", "0.97 ×", "yes"],
    ["sgemm-1024", "2 threads", "native", "the measured peak", "27 %", "85 %", "no"],
  ]);
});

describe("curves and starts", () => {
  const curve = {
    ...{ title: "By batch", grows: "batch", unit: "image", target: "avx512" },
    reason: "Small ones wait for each other.",
    points: [
      { size: 1, threads: 2, msMedian: 1, microsecondsPerUnit: 1000, gflops: 10 },
      { size: 2, threads: 2, msMedian: 1.5, microsecondsPerUnit: 750, gflops: 13.3 },
    ],
  };
  const figures = [
    { what: "import", who: "receptive (wasm)", value: 45.2, unit: "ms", wanted: 60 },
    { what: "memory", who: "receptive (wasm)", value: 2100, unit: "MB", wanted: 1900 },
    { what: "memory", who: "pytorch", value: 1900, unit: "MB", wanted: null },
  ] as const;

  test("a curve says what a unit costs, and how that grows", () => {
    expect(growthTable(curve).rows).toEqual([
      ["1", "1", "1,000", "10", ""],
      ["2", "1.5", "750", "13.3", "0.75"],
    ]);
  });

  test("starting costs stand beside their limits", () => {
    expect(startTable(figures).rows).toEqual([
      ["import", "receptive (wasm)", "45.2 ms", "60 ms", "yes"],
      ["memory", "receptive (wasm)", "2,100 MB", "1,900 MB", "no"],
      ["memory", "pytorch", "1,900 MB", "", ""],
    ]);
  });

  const direct = [
    {
      ...{ workload: "vgg16-infer-1", threads: 1, target: "avx512" },
      ...{ msMedian: 80, directMs: 150, peakFraction: 0.824, wanted: 0.85 },
    },
  ];
  test("what is computed directly stands beside what is wanted of the peak", () => {
    expect(directTable(direct).rows).toEqual([
      ["vgg16-infer-1", "1 thread", "avx512", "80", "150", "82 %", "85 %", "no"],
    ]);
    expect(directTable([{ ...direct[0], peakFraction: 0.86 }]).rows[0].at(-1)).toBe("yes");
  });

  test("the page has a part for each run that there was, and nothing for others", () => {
    const circumstances: Circumstances = {
      ...{ date: "2026-01-02", processor: "A processor", threads: 2, memoryGB: 24, system: "Linux x64" },
      ...{ node: "v24.0.0", receptive: "0.1.0", commit: "abc1234", command: "npm run bench -- --peers" },
    };
    const text = page({
      compare: { circumstances, results: [compared] },
      direct: { circumstances, results: direct },
      start: { circumstances, results: figures },
    });
    expect(text.match(/^##+ .*$/gm)).toEqual([
      "## Beside others",
      "### Speed over theirs",
      "### sgemm-1024, 1 thread; multiply-adds reach 250 GFLOP/s (native)",
      "## Without minimal filtering",
      "## Starting, and memory",
    ]);
    expect(text).toContain(
      "`npm run bench -- --peers`, 2026-01-02: A processor, 2 threads, 24 GB, Linux x64, Node v24.0.0, Receptive 0.1.0 at abc1234.",
    );
    expect(text).toContain("Versions: receptive 1.0, pytorch 1.0, tfjs 1.0.");
    expect(text).not.toContain("How cost grows");
    const grown = page({ growth: { circumstances, results: [curve] } });
    expect(grown).toContain("### By batch (avx512)");
    expect(grown).toContain("\n\nSmall ones wait for each other.\n");
  });
});

test("tables in Markdown", () => {
  expect(markdown({ columns: ["name", "ms"], names: 1, rows: [["a", "1.5"]] })).toBe(
    "| name | ms |\n| --- | ---: |\n| a | 1.5 |",
  );
});

test("numbers have three digits", () => {
  expect([0.012345, 4.5678, 123.4, 12_345.6, null, Number.NaN].map(short)).toEqual([
    ...["0.0123", "4.57", "123", "12,346", "", ""],
  ]);
});
