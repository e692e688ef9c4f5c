/** Kernels by what they were asked to do: one that has been written before is not written again. */
import { contractionKernel } from "./contraction/contraction.js";
import { fillKernel } from "./fill.js";
import type { TargetDescription } from "./language.js";
import { type Generated, mapKernel } from "./map.js";
import { reduceKernel } from "./reduce.js";
import { describeTask, type Task } from "./task.js";
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
  readonly #kernels = new Map<string, Generated>();

  constructor(readonly target: TargetDescription) {}

  /** @param name  for listings; of two kernels that do the same, the first one's name stays */
  kernel(name: string, task: Task): Generated {
    const key = describeTask(task);
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
      case "putSlices":
        return task.generate(target, name, task.format, task.picking);
      case "scan":
        return task.generate(target, name, task.scan);
      case "lattice":
        return task.generate(target, name, task.lattice);
      case "suppress":
        return task.generate(target, name, task.suppression);
    }
  }
}
