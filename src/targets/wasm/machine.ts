/** Programs as WebAssembly modules over the engine's memory. */
import { KernelCache, type Machine, type RunProgram } from "../machine.js";
import { emitKernel, type WasmFeatures, wasmTarget } from "./emitter.js";
import type { MemoryImport } from "./encoding.js";
import { linkModule } from "./link.js";

export function wasmMachine(
  features: WasmFeatures,
  memory: WebAssembly.Memory,
  imported: MemoryImport,
  onKernel?: (listing: string) => void,
): Machine {
  const kernels = new KernelCache((kernel) => emitKernel(kernel, features), onKernel);
  return {
    target: wasmTarget(features),
    addressBytes: 4,
    base: 0,
    async link(used, launches) {
      const bodies = used.map((kernel) => kernels.get(kernel));
      const module = await WebAssembly.compile(linkModule(bodies, launches, imported));
      let run: Promise<RunProgram> | null = null;
      return {
        shipped: { kind: "wasm", module },
        start() {
          run ??= WebAssembly.instantiate(module, { engine: { memory } }).then(
            (instance) => instance.exports.run as unknown as RunProgram,
          );
          return run;
        },
        free() {},
      };
    },
  };
}
