/** Runs kernels as machine code, where this machine can. */
import { createRequire } from "node:module";
import { KernelBuilder } from "../../../src/kernels/builder.js";
import type { Kernel, TargetDescription } from "../../../src/kernels/language.js";
import { type Native, type NativeFunction, openNative } from "../../../src/platform/node-native.js";
import { emitKernel, x64Target } from "../../../src/targets/x64/emitter.js";
import { bestLevel, emitFeatureProbe, featuresFrom, probeWords } from "../../../src/targets/x64/features.js";
import type { Level } from "../../../src/targets/x64/selection.js";

const opened = await openNative();
export const native: Native | null = opened.native;

function detect(): { levels: Level[]; reason: string } {
  if (!opened.native) return { levels: [], reason: opened.reason };
  const memory = new NativeMemory(4 * probeWords);
  const probe = opened.native.install(emitFeatureProbe(opened.native.convention));
  opened.native.callable(probe.address, 1)(memory.address);
  probe.free();
  const best = bestLevel(featuresFrom(new Uint32Array(memory.buffer, 0, probeWords)));
  if (best === "avx512") return { levels: ["avx2", "avx512"], reason: "" };
  if (best === "avx2") return { levels: ["avx2"], reason: "AVX-512 is missing" };
  return { levels: [], reason: "AVX2 and FMA are missing" };
}

/** Where a memory starts. It stays there when it grows, as long as it is shared or has a maximum. */
export function addressOf(memory: WebAssembly.Memory): number {
  const koffi = createRequire(import.meta.url)("koffi") as { address(value: unknown): bigint };
  return Number(koffi.address(new Uint8Array(memory.buffer)));
}

/** A WebAssembly memory and where it lies. */
export class NativeMemory {
  readonly buffer: ArrayBuffer;
  readonly address: number;

  constructor(bytes: number) {
    const pages = Math.max(1, Math.ceil(bytes / 65536));
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.buffer = memory.buffer;
    this.address = addressOf(memory);
  }
}

const { levels, reason } = detect();
/** The levels that run here; where there is none, tests are skipped for `reason`. */
export const runnable: readonly Level[] = levels;
export const missingReason = reason;

/** Installs a kernel and calls `use` with it as a function of block, begin and end. */
export function withKernel<T>(kernel: Kernel, level: Level, use: (run: NativeFunction) => T): T {
  const code = native!.install(emitKernel(kernel, { level, convention: native!.convention }));
  try {
    return use(native!.callable(code.address, 3));
  } finally {
    code.free();
  }
}

export type Words = Float32Array | Int32Array;
/** Words that every buffer gets at least, and distance kept between buffers: whole vectors are read. */
const room = 64;

/**
 * Runs a kernel on copies of buffers and returns what they hold afterwards.
 *
 * @param counts  what it is told before their addresses
 */
export function runOn(
  kernel: Kernel,
  level: Level,
  buffers: readonly Words[],
  items = 1,
  counts: readonly number[] = [],
): Int32Array[] {
  const starts: number[] = [];
  let words = 256;
  for (const buffer of buffers) {
    starts.push(words);
    words += Math.ceil(buffer.length / 16) * 16 + room;
  }
  const memory = new NativeMemory(4 * words);
  const block = new BigInt64Array(memory.buffer, 0, buffers.length + counts.length);
  block.set(counts.map(BigInt));
  const all = new Int32Array(memory.buffer);
  buffers.forEach((buffer, i) => {
    block[counts.length + i] = BigInt(memory.address + 4 * starts[i]);
    all.set(new Int32Array(buffer.buffer, buffer.byteOffset, buffer.length), starts[i]);
  });
  withKernel(kernel, level, (run) => run(memory.address, 0, items));
  return buffers.map((buffer, i) => all.slice(starts[i], starts[i] + Math.max(buffer.length, room)));
}

/** Records a kernel for a level and runs it. */
export function runKernel(
  level: Level,
  record: (k: KernelBuilder) => void,
  buffers: readonly Words[],
  items = 1,
): Int32Array[] {
  const target: TargetDescription = x64Target(level);
  const k = new KernelBuilder(target);
  record(k);
  return runOn(k.finish("under test"), level, buffers, items);
}

export const asFloats = (words: Int32Array): Float32Array =>
  new Float32Array(words.buffer, words.byteOffset, words.length);
