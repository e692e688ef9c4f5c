/**
 * Kernels by what they were asked to do: one that has been written before is not written again, and one that differs from
 * it in the number of pictures only is the same.
 */
import { contractionKernel } from "./contraction/contraction.js";
import { type Described, type Draft, described, type Generated } from "./draft.js";
import { fillKernel } from "./fill.js";
import type { Kernel, TargetDescription } from "./language.js";
import { mapKernel } from "./map.js";
import { reduceKernel } from "./reduce.js";
import type { Task } from "./task.js";
import { transposeKernel } from "./transpose.js";

const keptKernels = 4096;
const libraries = new WeakMap<TargetDescription, KernelLibrary>();

/** The library of a device's description: who asks whether kernels fit writes those that then run. */
export function libraryOf(target: TargetDescription): KernelLibrary {
  let library = libraries.get(target);
  if (!library) {
    library = new KernelLibrary(target);
    libraries.set(target, library);
  }
  return library;
}

export class KernelLibrary {
  readonly #tasks = new WeakMap<Task, Generated>();
  /** By all that their code depends on. The oldest are forgotten where there are too many. */
  readonly #kernels = new Map<string, Kernel>();

  constructor(readonly target: TargetDescription) {}

  /** @param name  for listings; of two kernels that do the same, the first one's name stays */
  kernel(name: string, task: Task): Generated {
    let generated = this.#tasks.get(task);
    if (!generated) {
      const { text, items, told, write } = draftOf(this.target, task);
      const kernel = this.#kernels.get(text) ?? write(this.target, name);
      this.#kernels.set(text, kernel);
      if (this.#kernels.size > keptKernels) this.#kernels.delete(this.#kernels.keys().next().value!);
      generated = { kernel, items, told };
      this.#tasks.set(task, generated);
    }
    return generated;
  }
}

/** How a task is done, before anything is written. */
export const draftOf = (target: TargetDescription, task: Task): Described => described(drafted(target, task));

function drafted(target: TargetDescription, task: Task): Draft {
  switch (task.kind) {
    case "map":
      return transposeKernel(target, task.space, task.stores) ?? mapKernel(target, task.space, task.stores);
    case "reduce":
      return reduceKernel(target, task.kept, task.reduced, task.reductions, task.stores);
    case "contraction":
      return contractionKernel(target, task.contraction);
    case "squares":
      return task.generate(target, task.squares);
    case "fill":
      return fillKernel(task.format, task.value, task.boxes);
    case "gather":
    case "scatterAdd":
    case "putSlices":
      return task.generate(task.format, task.picking);
    case "scan":
      return task.generate(target, task.scan);
    case "lattice":
      return task.generate(task.lattice);
    case "suppress":
      return task.generate(task.suppression);
  }
}
