/** Kernels by what they were asked to do: one that has been written before is not written again. */
import { contractionKernel } from "./contraction/contraction.js";
import type { Contraction } from "./contraction/shape.js";
import { collect, type Expression, type Store, type Strided } from "./expression.js";
import { type Box, fillKernel } from "./fill.js";
import type { Picking, PickingGenerator } from "./gather.js";
import type { Format, TargetDescription } from "./language.js";
import { type Generated, mapKernel } from "./map.js";
import { type Reduction, reduceKernel } from "./reduce.js";
import type { Scan, scanKernel } from "./scan.js";
import type { Squares, squaresKernel } from "./squares.js";
import { transposeKernel } from "./transpose.js";

/** What a kernel does, in the words of its generator. */
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
  | { kind: "gather" | "scatterAdd"; format: Format; picking: Picking; generate: PickingGenerator }
  | { kind: "scan"; scan: Scan; generate: typeof scanKernel };

const keptKernels = 4096;

export class KernelLibrary {
  readonly #kernels = new Map<string, Generated>();

  constructor(readonly target: TargetDescription) {}

  /** @param name  for listings; of two kernels that do the same, the first one's name stays */
  kernel(name: string, task: Task): Generated {
    const key = describe(task);
    let generated = this.#kernels.get(key);
    if (!generated) {
      generated = this.#generate(name, task);
      this.#kernels.set(key, generated);
      if (this.#kernels.size > keptKernels) this.#kernels.delete(this.#kernels.keys().next().value!);
    }
    return generated;
  }

  #generate(name: string, task: Task): Generated {
    const { target } = this;
    switch (task.kind) {
      case "map":
        return (
          transposeKernel(target, name, task.space, task.stores) ??
          mapKernel(target, name, task.space, task.stores)
        );
      case "reduce":
        return reduceKernel(target, name, task.kept, task.reduced, task.reductions, task.stores);
      case "contraction":
        return contractionKernel(target, name, task.contraction);
      case "squares":
        return task.generate(target, name, task.squares);
      case "fill":
        return fillKernel(target, name, task.format, task.value, task.boxes);
      case "gather":
      case "scatterAdd":
        return task.generate(target, name, task.format, task.picking);
      case "scan":
        return task.generate(target, name, task.scan);
    }
  }
}

const libraries = new WeakMap<TargetDescription, KernelLibrary>();

export function libraryOf(target: TargetDescription): KernelLibrary {
  let library = libraries.get(target);
  if (!library) {
    library = new KernelLibrary(target);
    libraries.set(target, library);
  }
  return library;
}

/** The task as text: equal for tasks whose kernels do the same. */
function describe(task: Task): string {
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
