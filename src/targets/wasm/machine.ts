/** Programs as WebAssembly modules over the engine's memory. */
import type { Kernel } from "../../kernels/language.js";
import { KernelCache, type Machine, type RunProgram } from "../machine.js";
import { emitKernel, type WasmFeatures, wasmTarget } from "./emitter.js";
import { linkModule } from "./link.js";
import type { WasmMemory } from "./memory.js";

/** Milliseconds that mean the same on every thread. */
const now = (): number => performance.timeOrigin + performance.now();

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
    clock: { now, since: (stamps, moment) => new Float64Array(stamps.buffer).map((at) => at - moment) },
    async link(used, launches, stamps) {
      const bodies = used.map((kernel) => kernels.get(kernel));
      const module = await WebAssembly.compile(linkModule(bodies, launches, memory, stamps));
      let run: Promise<RunProgram> | null = null;
      return {
        shipped: { kind: "wasm", module },
        start() {
          run ??= WebAssembly.instantiate(module, { engine: { memory: memory.memory, now } }).then(
            (instance) => instance.exports.run as unknown as RunProgram,
          );
          return run;
        },
        free() {},
      };
    },
  };
}
