/** Which machine runs programs here, with how many threads, and why not a faster one. */
import { nativeMachine } from "#native";
import { canShareMemory, shareAddresses, whyNoThreads } from "#platform";
import type { Kernel } from "../kernels/language.js";
import type { Machine } from "../targets/machine.js";
import { detectFeatures, whyNoWasm } from "../targets/wasm/features.js";
import { wasmMachine } from "../targets/wasm/machine.js";
import { WasmMemory } from "../targets/wasm/memory.js";

/** No way to run programs here, or none that was asked for. */
export class DeviceError extends Error {
  override name = "DeviceError";
}

export const targetNames = ["native", "avx512", "avx2", "wasm"] as const;
export type TargetName = (typeof targetNames)[number];

export interface MachineChoice {
  readonly machine: Machine;
  readonly threads: number;
  /** Why machine code is not used; null: it is, or nobody could expect it. */
  readonly reason: string | null;
  /** Why there are fewer threads than wanted. */
  readonly threadReason: string | null;
}

export interface Wishes {
  threads: number;
  /** The target to use; the fastest there is, where none is named. */
  target?: TargetName;
  /** Called with each new kernel. */
  onKernel?: (kernel: Kernel) => void;
}

/**
 * Machine code where the host allows it, else WebAssembly.
 * @throws DeviceError if a target was named and is not there, or if there is none
 */
export function chooseMachine({ threads: wanted, target, onKernel }: Wishes): MachineChoice {
  let threadReason = wanted > 1 ? noThreads() : null;
  const { threads, bytes } = shareAddresses(threadReason ? 1 : wanted);
  if (!threadReason && threads < wanted) threadReason = fewerThreads(threads, wanted);
  let reason: string | null = null;
  if (target !== "wasm") {
    const level = target === "avx2" || target === "avx512" ? target : null;
    const machine = nativeMachine(level, bytes, onKernel);
    if ("link" in machine) return { machine, threads, reason, threadReason };
    if (target) throw new DeviceError(`the target ${target} is not available: ${machine.reason}`);
    if (machine.reason) reason = `WebAssembly instead of machine code, because ${machine.reason}`;
  }
  const impossible = (why: string): DeviceError =>
    new DeviceError(`nothing can be computed here: ${why}${reason ? `; ${reason}` : ""}`);
  const missing = whyNoWasm();
  if (missing) throw impossible(missing);
  let memory: WasmMemory;
  try {
    memory = new WasmMemory(canShareMemory(), bytes);
  } catch {
    throw impossible(
      Number.isFinite(bytes)
        ? "WebAssembly gets no memory within the limit of addresses (ulimit -v): it takes 10 GB of them, unless Node runs with --disable-wasm-trap-handler"
        : "WebAssembly gets no memory",
    );
  }
  return { machine: wasmMachine(detectFeatures(), memory, onKernel), threads, reason, threadReason };
}

/** Why there cannot be threads, as a sentence for people; null: nothing is known to forbid them. */
export function noThreads(): string | null {
  const reason = whyNoThreads();
  return reason && `one thread, because ${reason}`;
}

/** The sentence for a limit of addresses. */
export const fewerThreads = (threads: number, wanted: number): string =>
  `${threads === 1 ? "one thread" : `${threads} threads`} instead of ${wanted}, because the limit of addresses (ulimit -v) leaves no room for more`;
