/** What the compiler asks of a target: how it wants a graph laid out, and what one kernel can do. */
import type { Task } from "../kernels/task.js";
import type { Graph, Node } from "./graph.js";

export interface Target {
  /** Targets of one key run the same programs. */
  readonly key: string;
  /**
   * Rewrites the graph in place: operands in the order in which kernels read them, sums in parts. A promise, where a pass
   * has to be loaded first.
   * @param isConstant  true for sources that stay as they are from run to run
   */
  layOut(graph: Graph, isConstant: (source: Node) => boolean): void | Promise<void>;
  /** False where a task is more than one kernel can do: the compiler does it in two. */
  fits(task: Task, name: string): boolean;
}
