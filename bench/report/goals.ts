/** What we want to reach, and where we stand. */
import type { Compared } from "../compare.js";
import type { Measurement } from "../measure/measurement.js";
import { percent, threadCount, times } from "./numbers.js";
import { familyOf, isOurs, speedOver } from "./ratios.js";
import type { Table } from "./table.js";

interface Goal {
  readonly workload: string;
  /** Which of our targets. */
  readonly target: "native" | "wasm";
  /** A library, by its fastest variant that runs there; or the machine's multiply-adds. */
  readonly over: { readonly who: string; readonly target?: string } | "peak";
  readonly atLeast: number;
  /** For several threads, where it is another. */
  readonly atLeastThreaded?: number;
}

const over = (workload: string, who: string, atLeast: number): Goal => ({
  ...{ workload, atLeast },
  target: "native",
  over: { who },
});
const ofPeak = (workload: string, atLeast: number, target: Goal["target"] = "native"): Goal => ({
  ...{ workload, atLeast, target },
  over: "peak",
});
const tfjsWasm = { who: "tfjs", target: "wasm" } as const;

const goals: readonly Goal[] = [
  over("sgemm-1024", "pytorch", 0.97),
  ofPeak("sgemm-1024", 0.85),
  ofPeak("sgemm-1024", 0.8, "wasm"),
  over("lenet5-train-128", "pytorch", 2.5),
  { workload: "lenet5-train-128", target: "native", over: tfjsWasm, atLeast: 15 },
  { workload: "lenet5-train-128", target: "wasm", over: tfjsWasm, atLeast: 5, atLeastThreaded: 9 },
  over("vgg-cifar-train-64", "pytorch", 1.15),
  { workload: "vgg-cifar-train-64", target: "wasm", over: tfjsWasm, atLeast: 5, atLeastThreaded: 9 },
  over("resnet18-train-16", "pytorch", 1.3),
  ...["resnet50-infer-1", "vgg16-infer-1"].flatMap((workload) => [
    over(workload, "pytorch", 1.4),
    over(workload, "onnxruntime-node", 1),
  ]),
  over("depthwise-infer-1", "pytorch", 1.2),
  over("depthwise-infer-1", "onnxruntime-node", 0.9),
];

/** A row for each goal that was measured: what was reached, what is wanted, and whether they meet. */
export function goalTable(results: readonly Compared[]): Table {
  const rows = results.flatMap(({ workload, threads, measurements }) =>
    goals
      .filter((goal) => goal.workload === workload)
      .flatMap((goal) => {
        const reached = reachedIn(goal, measurements);
        if (reached === null) return [];
        const wanted = threads > 1 ? (goal.atLeastThreaded ?? goal.atLeast) : goal.atLeast;
        const shown = goal.over === "peak" ? percent : times;
        const whom = goal.over === "peak" ? "the measured peak" : fullName(goal.over);
        return [
          [
            ...[workload, threadCount(threads), goal.target, whom],
            ...[shown(reached), shown(wanted), reached >= wanted ? "yes" : "no"],
          ],
        ];
      }),
  );
  return { columns: ["workload", "threads", "ours", "beside", "reached", "wanted", "met"], names: 4, rows };
}

function reachedIn({ target, over }: Goal, measurements: readonly Measurement[]): number | null {
  const ours = measurements.find((m) => isOurs(m) && familyOf(m) === target);
  if (!ours || over === "peak") return ours?.peakFraction ?? null;
  const theirs = measurements.filter((m) => m.who === over.who && m.target === (over.target ?? m.target));
  return theirs.length > 0 ? Math.min(...theirs.map((m) => speedOver(ours, m))) : null;
}

const fullName = ({ who, target }: { who: string; target?: string }): string =>
  target ? `${who} (${target})` : who;
