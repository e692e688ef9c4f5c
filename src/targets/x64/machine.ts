/** Programs as machine code over the engine's memory. */

import type { Kernel } from "../../kernels/language.js";
import { type Native, openNative } from "../../platform/node-native.js";
import { type Clock, KernelCache, type Machine, type RunProgram } from "../machine.js";
import { type Assigned, assignKernel, encodeKernel, type X64Options, x64Target } from "./emitter.js";
import { bestLevel, emitFeatureProbe, featuresFrom, probeWords } from "./features.js";
import { emitClock, linkProgram } from "./link.js";
import { NativeMemory } from "./memory.js";
import { RegisterError } from "./registers.js";
import { emitRelease } from "./release.js";
import type { Level } from "./selection.js";

export type NativeLevel = Level;

/**
 * @param level  the vectors to use; null: the widest that the processor has
 * @param bytes  addresses that its memory may take
 * @returns      the machine, or the reason why there is none here; null: there never is
 */
export function nativeMachine(
  level: NativeLevel | null,
  bytes: number,
  onKernel?: (kernel: Kernel) => void,
): Machine | { reason: string | null } {
  const opened = openNative();
  if (!opened.native) return { reason: opened.reason };
  const { native } = opened;
  let memory: NativeMemory;
  let best: Level | null;
  try {
    native.releaseWithThread(emitRelease);
    memory = new NativeMemory(native, bytes);
    best = levelOf(native, memory);
  } catch (error) {
    return { reason: String(error instanceof Error ? error.message : error) };
  }
  if (!best) return { reason: "the processor has no AVX2" };
  if (level === "avx512" && best !== "avx512") return { reason: "the processor has no AVX-512" };
  const chosen = level ?? best;
  const { convention, waiting } = native;
  const { base } = memory;
  const assigned = new AssignedKernels({ level: chosen, convention });
  const kernels = new KernelCache((kernel) => encodeKernel(assigned.take(kernel)), onKernel);
  return {
    target: {
      ...x64Target(chosen),
      accepts: (kernel) => assigned.fits(kernel),
    },
    memory,
    threads: true,
    sharedMemory: null,
    addressBytes: 8,
    base,
    clock: clockOf(native),
    async link(used, launches, stamps) {
      const bodies = used.map((kernel) => kernels.get(kernel));
      const code = native.install(linkProgram(bodies, launches, { convention, waiting, stamps }));
      const call = native.callable(code.address, 4);
      const run: RunProgram = (blocks, thread, threads, barrier) =>
        call(base + blocks, thread, threads, base + barrier);
      return {
        shipped: { kind: "native", address: code.address, base, koffi: native.koffiPath },
        start: async () => run,
        free: () => code.free(),
      };
    },
  };
}

/** Registers are assigned once, whether a kernel fits or is encoded; what does not fit is remembered as well. */
class AssignedKernels {
  readonly #known = new WeakMap<Kernel, Assigned | "encoded" | "does not fit">();

  constructor(private readonly options: X64Options) {}

  fits(kernel: Kernel): boolean {
    if (!this.#known.has(kernel)) {
      try {
        this.#known.set(kernel, assignKernel(kernel, this.options));
      } catch (error) {
        if (!(error instanceof RegisterError)) throw error;
        this.#known.set(kernel, "does not fit");
      }
    }
    return this.#known.get(kernel) !== "does not fit";
  }

  /** To be encoded: after that it is not needed any more. */
  take(kernel: Kernel): Assigned {
    const known = this.#known.get(kernel);
    this.#known.set(kernel, "encoded");
    return typeof known === "object" ? known : assignKernel(kernel, this.options);
  }
}

/** The processor's ticks, which all of its cores count alike. */
function clockOf(native: Native): Clock {
  let ticks: (() => number) | null = null;
  return {
    now() {
      ticks ??= native.callable(native.install(emitClock()).address, 0);
      return Number(ticks());
    },
    since: (stamps, moment) => Float64Array.from(stamps, (word) => Number(word - BigInt(moment))),
  };
}

let known: Level | null | undefined;
/** Taken for the probe, and free again after it. */
const probeBytes = 4096;

/** What the processor can do, asked once. */
function levelOf(native: Native, memory: NativeMemory): Level | null {
  if (known !== undefined) return known;
  memory.grow(probeBytes);
  const probe = native.install(emitFeatureProbe(native.convention));
  native.callable(probe.address, 1)(memory.base);
  probe.free();
  const words = new Int32Array(probeWords);
  memory.read(0, words);
  known = bestLevel(featuresFrom(new Uint32Array(words.buffer)));
  return known;
}
