/**
 * What the target can reach at best: the register tile of a contraction on operands that stay in the first-level
 * cache, in a bare loop. Contractions are measured against it.
 */

import { tileFor } from "../dist/kernels/contraction.js";
import { type Floats, KernelBuilder } from "../dist/kernels/language.js";
import { emitKernel, wasmTarget } from "../dist/targets/wasm/emitter.js";
import { detectFeatures } from "../dist/targets/wasm/features.js";
import { linkModule } from "../dist/targets/wasm/link.js";

export interface Peak {
  readonly tile: string;
  run(): number;
}

/** A function that runs the loop for about 20 ms and returns GFLOP/s. */
export async function microKernel(): Promise<Peak> {
  const features = detectFeatures();
  const target = wasmTarget(features);
  const { rows, vectors } = tileFor(target, 2);
  const depth = 256;
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
        for (let u = 0; u < target.unroll; u++) {
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
      target.unroll,
    );
    sums.forEach((sum, i) => {
      k.store("f32", k.plus(c, 4 * target.lanes * i), sum);
    });
  });
  const repeats = 4000;
  const memory = new WebAssembly.Memory({ initial: 4 });
  const code = linkModule(
    [emitKernel(k.finish("micro-kernel"), features)],
    [{ kernel: 0, arguments: 0, items: repeats, solo: false }],
    { shared: false, maximumPages: 4 },
  );
  const { instance } = await WebAssembly.instantiate(code, { engine: { memory } });
  new Float32Array(memory.buffer).fill(0.5);
  new Int32Array(memory.buffer).set([4096, 32768, 65536], 16);
  const flops = 2 * rows * vectors * target.lanes * depth * repeats;
  const run = instance.exports.run as (...args: number[]) => void;
  return {
    tile: `${rows}×${vectors * target.lanes}`,
    run: () => {
      const start = performance.now();
      run(64, 0, 1, 0);
      return flops / (performance.now() - start) / 1e6;
    },
  };
}
