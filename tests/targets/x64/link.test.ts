import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { KernelBuilder } from "../../../src/kernels/builder.js";
import type { Floats } from "../../../src/kernels/language.js";
import { openInThread } from "../../../src/platform/node-native.js";
import type { MachineLaunch } from "../../../src/targets/machine.js";
import { emitKernel, x64Target } from "../../../src/targets/x64/emitter.js";
import { linkProgram } from "../../../src/targets/x64/link.js";
import { addressOf, missingReason, native, runnable } from "./machine.js";

if (missingReason) test.skip(`programs, because ${missingReason}`, () => {});

/** y[i] = x[last − i] + 1 in steps of one element: every thread reads what the others have written. */
function mirror(level: (typeof runnable)[number], items: number): Uint8Array {
  const k = new KernelBuilder(x64Target(level));
  k.loop(k.begin, k.end, (i) => {
    const from = k.offset(k.argument(0), k.sub(k.int(items - 1), i), 4);
    const x = k.load("f32", from, { access: "splat" }) as Floats;
    k.store("f32", k.offset(k.argument(1), i, 4), k.add(x, k.f32(1)), { lanes: 1 });
  });
  return emitKernel(k.finish("mirror"), { level, convention: native!.convention });
}

/** A thread that runs a program at an address and then ends. */
function startThread(parameters: readonly number[], address: number): Promise<void> {
  const source = `
    const { workerData } = require("node:worker_threads");
    const callable = (${openInThread.toString()})(require, workerData.koffiPath);
    const run = callable(workerData.address, workerData.parameters.length);
    while (!run(...workerData.parameters)); // 0 while not all of them have come`;
  const worker = new Worker(source, {
    eval: true,
    workerData: { koffiPath: native!.koffiPath, parameters, address },
  });
  return new Promise((resolve, reject) => {
    worker.on("exit", () => resolve());
    worker.on("error", reject);
  });
}

test.each(runnable.flatMap((level) => [1, 2, 3].map((threads) => ({ level, threads }))))(
  "a list of launches on $threads threads at $level",
  async ({ level, threads }) => {
    const items = 1000;
    const rounds = 200;
    const memory = new WebAssembly.Memory({ initial: 4, maximum: 4, shared: true });
    const base = addressOf(memory);
    const [blocks, barrier, a, b] = [0, 1024, 65536, 131072];
    const words = new BigInt64Array(memory.buffer, blocks, 4);
    words.set([a, b, b, a].map((offset) => BigInt(base + offset)));
    // There and back; now and then by one thread alone, by each in its turn.
    const launches = Array.from(
      { length: rounds },
      (_, i): MachineLaunch => ({
        kernel: 0,
        arguments: 16 * (i % 2),
        items,
        meets: i > 0,
        soloist: i % 5 === 3 ? i : null,
      }),
    );
    const code = native!.install(
      linkProgram([mirror(level, items)], launches, {
        convention: native!.convention,
        waiting: native!.waiting,
      }),
    );
    const x = new Float32Array(memory.buffer, a, items);
    x.forEach((_, i) => {
      x[i] = i;
    });
    await Promise.all(
      Array.from({ length: threads }, (_, thread) =>
        startThread([base + blocks, thread, threads, base + barrier], code.address),
      ),
    );
    code.free();
    expect([...x]).toEqual(Array.from({ length: items }, (_, i) => i + rounds));
  },
);
