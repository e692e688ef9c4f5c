/**
 * What a kernel is to compute: index spaces, places in buffers in elements, and expressions. Nothing of how it is done:
 * no lanes, registers, tiles, threads or addresses, so that targets of any kind can generate from it.
 */
import type { Contraction } from "./contraction/shape.js";
import { collect, type Expression, type Store, type Strided } from "./expression.js";
import type { Box } from "./fill.js";
import type { Picking, PickingGenerator } from "./gather.js";
import type { Format } from "./language.js";
import type { Lattice, LatticeGenerator } from "./lattice.js";
import type { Reduction } from "./reduce.js";
import type { Scan, scanKernel } from "./scan.js";
import type { Squares, squaresKernel } from "./squares.js";
import type { Suppression, SuppressionGenerator } from "./suppression.js";

/** A processor's generator comes with some kinds, so that pages that never do them do not load it. */
export type Task =
  | { kind: "map"; space: readonly number[]; stores: readonly Store[] }
  | {
      kind: "reduce";
      kept: readonly number[];
      reduced: readonly number[];
      reductions: readonly Reduction[];
      stores: readonly Store[];
    }
  | { kind: "contraction"; contraction: Contraction }
  | { kind: "squares"; squares: Squares; generate: typeof squaresKernel }
  | { kind: "fill"; format: Format; value: number; boxes: readonly Box[] }
  | {
      kind: "gather" | "scatterAdd" | "putSlices";
      format: Format;
      picking: Picking;
      generate: PickingGenerator;
    }
  | { kind: "scan"; scan: Scan; generate: typeof scanKernel }
  | { kind: "lattice"; lattice: Lattice; generate: LatticeGenerator }
  | { kind: "suppress"; suppression: Suppression; generate: SuppressionGenerator };

/** The task as text: equal for tasks whose kernels do the same. */
export function describeTask(task: Task): string {
  switch (task.kind) {
    case "map":
      return `map ${task.space}${body([], task.stores)}`;
    case "reduce": {
      const { reductions } = task;
      const roots = reductions.flatMap((r) => (r.position ? [r.value, r.position] : [r.value]));
      return `reduce ${task.kept};${task.reduced};${reductions.map((r) => r.combine)}${body(roots, task.stores)}`;
    }
    case "contraction": {
      const { stores, ...loops } = task.contraction;
      return `contraction ${JSON.stringify(loops)}${body([], stores)}`;
    }
    case "squares": {
      const { stores, ...loops } = task.squares;
      return `squares ${JSON.stringify(loops)}${body([], stores)}`;
    }
    case "fill":
      // JSON has no word for an infinite border, nor for one of -0.
      return `fill ${task.format} ${Object.is(task.value, -0) ? "-0" : task.value} ${JSON.stringify(task.boxes)}`;
    case "gather":
    case "scatterAdd":
    case "putSlices":
    case "lattice":
    case "suppress":
      return JSON.stringify(task);
    case "scan": {
      const { value, stores, ...loops } = task.scan;
      return `scan ${JSON.stringify(loops)}${body([value], stores)}`;
    }
  }
}

/** Expressions, each under a number by which those after it refer to it, and the stores. */
function body(roots: readonly Expression[], stores: readonly Store[]): string {
  const numbers = new Map<Expression, number>();
  let text = "";
  for (const e of collect([...roots, ...stores.map((s) => s.value)])) {
    text += `\n${describeExpression(e, numbers)}`;
    numbers.set(e, numbers.size);
  }
  const number = (e: Expression): number => numbers.get(e)!;
  text += `\n${roots.map(number)}`;
  for (const s of stores) text += `\nstore ${number(s.value)} ${s.buffer} ${s.type} ${place(s.at)}`;
  return text;
}

function describeExpression(e: Expression, numbers: ReadonlyMap<Expression, number>): string {
  switch (e.kind) {
    case "load":
      return `load ${e.buffer} ${e.type} ${place(e.at)}`;
    case "position":
      return `position ${place(e.at)}`;
    case "apply":
      return `${e.name} ${e.type} ${e.inputs.map((input) => numbers.get(input))}`;
    case "result":
      return `result ${e.index}`;
  }
}

const place = ({ offset, strides }: Strided): string => `${offset}:${strides}`;
