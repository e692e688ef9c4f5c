/** The devices of this process or page: one that is taken where nothing else is said, and those that are opened. */
import { debugLine, environment, hardwareThreads } from "#platform";
import { optionsOf } from "../door/options.js";
import { said } from "../door/said.js";
import type { Kernel } from "../kernels/language.js";
import type { Device } from "./device.js";
import { Engine } from "./engine.js";
import { DeviceError, type TargetName, targetNames } from "./machine-choice.js";

let engine: Engine | null = null;

/**
 * The device that is used where no variable lies on another, started at first use. `RECEPTIVE_TARGET` names the target it
 * must use, `RECEPTIVE_DEBUG=kernels` prints every kernel as it is emitted, `share` shares even the smallest piece of work
 * among all threads, `direct` computes convolutions without minimal filtering.
 */
export function theEngine(): Engine {
  engine ??= defaultEngine(hardwareThreads());
  return engine;
}

function defaultEngine(threads: number): Engine {
  const wanted = environment("RECEPTIVE_TARGET") || undefined;
  const target = targetNames.find((name) => name === wanted);
  if (wanted && !target)
    throw new DeviceError(`RECEPTIVE_TARGET is "${wanted}", expected one of ${targetNames.join(", ")}`);
  return startEngine({ threads, target });
}

function startEngine({ threads, target }: { threads: number; target?: TargetName }): Engine {
  const debug = environment("RECEPTIVE_DEBUG")?.split(",") ?? [];
  return new Engine({
    threads,
    target,
    onFallback: (reason) => debugLine(`receptive: ${reason}`),
    shareAll: debug.includes("share"),
    direct: debug.includes("direct"),
    onKernel: debug.includes("kernels") ? showKernel : undefined,
  });
}

async function showKernel(kernel: Kernel): Promise<void> {
  const { printKernel } = await import("../kernels/print.js");
  console.error(printKernel(kernel));
}

/**
 * What programs run on where nothing else is said: the target, its threads, and whether it uses fused multiply-add.
 * `reasons` has a sentence for each thing that would be faster and is not used here, and why: machine code, more threads.
 * Threads start with the first large program; that none can is sometimes known only then.
 */
export function device(): { target: string; threads: number; fma: boolean; reasons: readonly string[] } {
  const { name: target, threads, fma, reasons } = theEngine();
  return { target, threads, fma, reasons };
}

/** More threads than a machine runs at once only wait for each other; so many of them are a mistake. */
export const mostThreads = (): number => Math.max(64, 4 * hardwareThreads());

/** Threads and memory of a device; all that the machine has where left out. */
export interface DeviceSettings {
  /** Threads that run a program together; 1: all on the calling thread. */
  threads?: number;
  /** The most memory that it takes for variables, results and what lies between, in MB of 2^20 bytes. */
  megabytes?: number;
}

/** @param speaker  a function, for the words of an error; none: "threads: …" */
function checkedSettings(speaker: string, options: DeviceSettings): DeviceSettings {
  const { threads, megabytes } = optionsOf(speaker, options, { threads: 1, megabytes: 1 });
  if (threads !== undefined && (!Number.isInteger(threads) || threads < 1))
    throw new DeviceError(`threads: expected a whole number of at least 1, got ${said(threads)}`);
  if (threads !== undefined && threads > mostThreads())
    throw new DeviceError(
      `threads: expected at most ${mostThreads()}, got ${threads}; this machine runs ${hardwareThreads()} at once`,
    );
  if (megabytes !== undefined && !(typeof megabytes === "number" && megabytes >= 1))
    throw new DeviceError(`megabytes: expected a number of at least 1, got ${said(megabytes)}`);
  return { threads, megabytes };
}

/**
 * Settings of the device that is used where nothing else is said. May be called at any time; returns when they hold.
 *
 * @throws DeviceError if there cannot be so many threads, or so little memory; a run that needs more memory than
 *   `megabytes` fails with an OutOfMemoryError
 */
export async function configure(options: DeviceSettings): Promise<void> {
  const { threads, megabytes } = checkedSettings("configure", options);
  if (!engine) engine = defaultEngine(threads ?? hardwareThreads());
  else if (threads !== undefined) await engine.setThreads(threads);
  if (megabytes !== undefined) engine.setMegabytes(megabytes);
}

/**
 * One more device, beside the one that is used where nothing else is said: `model.to(device)` has a model computed there,
 * `compile(f, { device })` a function.
 *
 * @param name  "native": machine code of the widest vectors there are; "avx512", "avx2": of these; "wasm"
 * @throws DeviceError where there is none such here: says why
 */
export async function openDevice(name: TargetName | "webgpu", options: DeviceSettings = {}): Promise<Device> {
  const settings = checkedSettings("openDevice", options);
  if (name === "webgpu")
    throw new DeviceError('openDevice: "webgpu" comes with a later version; there is "native" and "wasm"');
  if (!targetNames.includes(name))
    throw new DeviceError(
      `openDevice: the device is ${said(name)}, expected one of ${targetNames.join(", ")}`,
    );
  const opened = startEngine({ threads: settings.threads ?? hardwareThreads(), target: name });
  if (settings.megabytes !== undefined) opened.setMegabytes(settings.megabytes);
  return opened;
}
