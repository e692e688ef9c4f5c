/** One run of a kernel, before it is known where its buffers lie. */
import type { Task } from "../kernels/task.js";
import type { Node } from "./graph.js";

/** What a kernel is asked to do. */
export interface Asked {
  /** For profiles and listings: `conv2d 3×3×64→128 + add + relu`. */
  readonly name: string;
  readonly task: Task;
}

export interface Launch extends Asked {
  /** Stored nodes whose buffers are the kernel's arguments, in order. */
  readonly arguments: readonly Node[];
  readonly reads: readonly Node[];
  readonly writes: readonly Node[];
  /** Roughly, in additions: launches with little work are not shared among threads. */
  readonly work: number;
  /** Nodes that are read only where the same point is written: the result may take their place. */
  readonly replaceable: readonly Node[];
  /** The launch that has filled what this one writes over. */
  readonly over?: Launch;
  /** What it copies into place, and does nothing else: it is left out where that lies there already. */
  readonly copies?: Node;
}
