/** One kernel as WebAssembly, in a program of one launch. */
import type { RunProgram } from "../../src/targets/machine.js";
import { kernelParameters } from "../../src/targets/wasm/emitter.js";
import { encodeModule } from "../../src/targets/wasm/encoding.js";
import { linkModule } from "../../src/targets/wasm/link.js";

const onePage = { shared: false, maximumPages: 1 };

/** A module that has the kernel. */
export const moduleOf = (body: Uint8Array): Uint8Array<ArrayBuffer> =>
  encodeModule([{ parameters: kernelParameters, body, name: "kernel" }], onePage);

/** Runs it over so many items on one thread. */
export function runOf(body: Uint8Array, memory: WebAssembly.Memory, items: number): RunProgram {
  const launch = { kernel: 0, arguments: 0, items, meets: false, soloist: null };
  const engine: WebAssembly.ModuleImports = { memory };
  for (const code of [moduleOf(body), linkModule(["kernel"], [launch], onePage)])
    Object.assign(engine, new WebAssembly.Instance(new WebAssembly.Module(code), { engine }).exports);
  return engine.run as unknown as RunProgram;
}
