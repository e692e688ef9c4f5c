import type { Kernel } from "../kernels/language.js";
import type { Machine } from "./machine.js";

export type NativeLevel = "avx2" | "avx512";

/** Browsers run no machine code of ours; `x64/machine.ts` stands here in Node. */
export const nativeMachine = (
  _level: NativeLevel | null,
  _bytes: number,
  _onKernel?: (kernel: Kernel) => void,
): Machine | { reason: string | null } => ({ reason: null });
