/** Programs as WebAssembly modules over the engine's memory. */
import type { Kernel } from "../../kernels/language.js";
import { KernelCache, type Machine, type RunProgram } from "../machine.js";
import { emitKernel, type WasmFeatures, wasmTarget } from "./emitter.js";
import { linkModule } from "./link.js";
import type { WasmMemory } from "./memory.js";

export function wasmMachine(
  features: WasmFeatures,
  memory: WasmMemory,
  onKernel?: (kernel: Kernel) => void,
): Machine {
  const kernels = new KernelCache((kernel) => emitKernel(kernel, features), onKernel);
  return {
    target: wasmTarget(features),
    memory,
    threads: memory.shared,
    sharedMemory: memory.memory,
    addressBytes: 4,
    base: 0,
    async link(used, launches) {
      const bodies = used.map((kernel) => kernels.get(kernel));
      const module = await WebAssembly.compile(linkModule(bodies, launches, memory));
      let run: Promise<RunProgram> | null = null;
      return {
        shipped: { kind: "wasm", module },
        start() {
          run ??= WebAssembly.instantiate(module, { engine: { memory: memory.memory } }).then(
            (instance) => instance.exports.run as unknown as RunProgram,
          );
          return run;
        },
        free() {},
      };
    },
  };
}
