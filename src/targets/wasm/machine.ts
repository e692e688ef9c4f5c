/** Programs as WebAssembly modules over the engine's memory. */
import type { Kernel } from "../../kernels/language.js";
import type { Machine, RunProgram } from "../machine.js";
import { emitKernel, kernelParameters, type WasmFeatures, wasmTarget } from "./emitter.js";
import { encodeModule } from "./encoding.js";
import { linkModule } from "./link.js";
import type { WasmMemory } from "./memory.js";

/** Milliseconds that mean the same on every thread. */
const now = (): number => performance.timeOrigin + performance.now();

export function wasmMachine(
  features: WasmFeatures,
  memory: WasmMemory,
  onKernel?: (kernel: Kernel) => void,
): Machine {
  /** Kernels that are compiled: their names, and in which modules. */
  const known = new WeakMap<Kernel, { name: string; module: WebAssembly.Module }>();
  let named = 0;
  return {
    target: wasmTarget(features),
    memory,
    threads: memory.shared,
    sharedMemory: memory.memory,
    addressBytes: 4,
    base: 0,
    clock: { now, since: (stamps, moment) => new Float64Array(stamps.buffer).map((at) => at - moment) },
    async link(used, launches, stamps) {
      const fresh = used.filter((kernel) => !known.has(kernel));
      const functions = fresh.map((kernel) => {
        onKernel?.(kernel);
        const body = emitKernel(kernel, features);
        return { name: `k${named++}`, parameters: kernelParameters, body };
      });
      const module = await WebAssembly.compile(encodeModule(functions, memory));
      fresh.forEach((kernel, i) => {
        known.set(kernel, { name: functions[i].name, module });
      });
      const called = used.map((kernel) => known.get(kernel)!);
      const names = called.map(({ name }) => name);
      const main = await WebAssembly.compile(linkModule(names, launches, memory, stamps));
      const modules = [...new Set(called.map(({ module }) => module)), main];
      let run: Promise<RunProgram> | null = null;
      const start = async (): Promise<RunProgram> => {
        const engine: WebAssembly.ModuleImports = { memory: memory.memory, now };
        for (const module of modules)
          Object.assign(engine, (await WebAssembly.instantiate(module, { engine })).exports);
        return engine.run as unknown as RunProgram;
      };
      return {
        shipped: { kind: "wasm", modules },
        start: () => (run ??= start()),
        free() {},
      };
    },
  };
}
