/**
 * What the target can reach at best: the register tile of a contraction on operands that stay in the first-level
 * cache, in a bare loop. Contractions are measured against it.
 */

import { KernelBuilder } from "../dist/kernels/builder.js";
import { tileFor } from "../dist/kernels/contraction/cut.js";
import type { Floats } from "../dist/kernels/language.js";
import type { Machine } from "../dist/targets/machine.js";
import { detectFeatures } from "../dist/targets/wasm/features.js";
import { wasmMachine } from "../dist/targets/wasm/machine.js";
import { WasmMemory } from "../dist/targets/wasm/memory.js";
import { type NativeLevel, nativeMachine } from "../dist/targets/x64/machine.js";

/** The machine of a target, by its name, over a memory of its own. */
function machineOf(name: string): Machine {
  if (name === "wasm") return wasmMachine(detectFeatures(), new WasmMemory(false));
  const machine = nativeMachine(name === "native" ? null : (name as NativeLevel), Number.POSITIVE_INFINITY);
  if ("reason" in machine) throw new Error(machine.reason ?? "there is no machine code here");
  return machine;
}

/** A function that runs the loop until so many floating-point operations are done, on the calling thread. */
export async function microKernel(name: string, flops: number): Promise<() => void> {
  const machine = machineOf(name);
  const { memory } = machine;
  memory.grow(2 ** 18);
  const { target } = machine;
  const { rows, vectors } = tileFor(target, 2);
  const depth = 256;
  const steps = Math.max(1, Math.floor(target.turn / (rows * vectors)));
  const k = new KernelBuilder(target);
  k.loop(k.begin, k.end, () => {
    const [a, b, c] = [k.argument(0), k.argument(1), k.argument(2)];
    const sums = Array.from({ length: rows * vectors }, () => k.variable(k.f32(0)));
    k.loop(
      0,
      depth,
      (i) => {
        const pa = k.offset(a, i, 4);
        const pb = k.offset(b, i, 4 * vectors * target.lanes);
        for (let u = 0; u < steps; u++) {
          const factors = Array.from(
            { length: vectors },
            (_, v) => k.load("f32", pb, { displacement: 4 * target.lanes * (u * vectors + v) }) as Floats,
          );
          for (let r = 0; r < rows; r++) {
            const x = k.load("f32", pa, { displacement: 4 * (r * depth + u), access: "splat" }) as Floats;
            for (let v = 0; v < vectors; v++) {
              const sum = sums[r * vectors + v];
              k.assign(sum, k.fma(x, factors[v], sum));
            }
          }
        }
      },
      steps,
    );
    sums.forEach((sum, i) => {
      k.store("f32", k.plus(c, 4 * target.lanes * i), sum);
    });
  });
  const repeats = Math.round(flops / (2 * rows * vectors * target.lanes * depth));
  const code = await machine.link(
    [k.finish("micro-kernel")],
    [{ kernel: 0, arguments: 0, items: repeats, meets: false, soloist: null }],
    null,
  );
  const run = await code.start();
  const places = [4096, 65536, 131072];
  for (const place of places) memory.write(place, new Float32Array(8192).fill(0.5));
  const addresses = places.map((place) => machine.base + place);
  memory.write(
    64,
    machine.addressBytes === 4 ? Int32Array.from(addresses) : BigInt64Array.from(addresses, BigInt),
  );
  return () => run(64, 0, 1, 0);
}
