/** A processor as a target: kernels that work on vectors of lanes, with sums in registers. */
import { accumulatesInMemory } from "../kernels/contraction/cut.js";
import type { TargetDescription } from "../kernels/language.js";
import { type KernelLibrary, libraryOf } from "../kernels/library.js";
import type { Task } from "../kernels/task.js";
import type { Graph, Node } from "./graph.js";
import { packOperands } from "./pack.js";
import { partition } from "./partition.js";
import type { Target } from "./target.js";
import { widenColumns } from "./widen.js";
import type { winograd } from "./winograd.js";

/** Comes with the first convolution of 3×3 windows: a page without one does not load it. */
let minimalFiltering: typeof winograd | null = null;

class CpuTarget implements Target {
  readonly key: string;
  readonly #library: KernelLibrary;

  constructor(private readonly description: TargetDescription) {
    const { name, hasFma, direct } = description;
    this.key = `${name} ${hasFma} ${direct}`;
    this.#library = libraryOf(description);
  }

  layOut(graph: Graph, isConstant: (source: Node) => boolean): void | Promise<void> {
    const { lanes, direct } = this.description;
    const others = (): void => {
      widenColumns(graph, lanes);
      partition(graph);
      packOperands(graph, lanes, isConstant);
    };
    if (direct || !graph.nodes.some(hasSmallWindows)) return others();
    if (minimalFiltering) {
      minimalFiltering(graph, lanes, isConstant);
      return others();
    }
    return import("./winograd.js").then(({ winograd }) => {
      minimalFiltering = winograd;
      winograd(graph, lanes, isConstant);
      others();
    });
  }

  fits(task: Task, name: string): boolean {
    // Sums that wait in memory between turns are not complete when they are stored.
    if (task.kind === "contraction" && accumulatesInMemory(task.contraction.depth))
      return task.contraction.stores.every(({ value }) => value.kind === "result");
    const { accepts } = this.description;
    return !accepts || accepts(this.#library.kernel(name, task).kernel);
  }
}

/** Whether a node is a convolution of 3×3 windows, or the gradient of its filter. */
const hasSmallWindows = ({ lowering, inputs, shape }: Node): boolean => {
  if (lowering.kind !== "contract" || !lowering.convolution) return false;
  const [height, width] = lowering.convolution.computes === "results" ? inputs[1].shape : shape;
  return height === 3 && width === 3;
};

const targets = new WeakMap<TargetDescription, Target>();

/** The target behind a device's description. */
export function targetOf(description: TargetDescription): Target {
  let target = targets.get(description);
  if (!target) {
    target = new CpuTarget(description);
    targets.set(description, target);
  }
  return target;
}
