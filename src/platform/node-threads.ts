/** Threads in Node: workers of node:worker_threads. */
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";

/** What becomes of a thread. */
export interface ThreadEvents<From> {
  message(message: From): void;
  /** It could not start, or has ended though nobody asked it to. */
  ended(reason: string): void;
}

export interface ThreadHandle {
  /** @param given  buffers that the thread has from then on, and nobody else */
  post(message: unknown, given?: readonly ArrayBufferLike[]): void;
  /** Keeps the process alive while the thread works. */
  hold(): void;
  release(): void;
  /** Returns when the thread runs no more. */
  terminate(): Promise<void>;
}

/**
 * V8 sets 512 MB of addresses aside for each worker's code, where a thread of ours has a few functions: limits of
 * address space are reached with a few workers. In MB.
 */
const codeRangeSizeMb = 16;
/** Addresses that Node needs to start a thread, measured with this code range, in bytes. */
const threadBytes = 160 * 2 ** 20;
/** What the rest of the program is left: V8's heap, the threads of Node and of decoders. */
const hostBytes = 320 * 2 ** 20;
/** Less than this is too little for the engine's memory: it comes before threads. */
const leastBytes = 2 ** 28;

/**
 * @param main  the text of the function that it runs
 * @throws where the host lets no thread start
 */
export function startThread<From>(main: string, events: ThreadEvents<From>): ThreadHandle {
  const source = `
    const { parentPort } = require("node:worker_threads");
    ${main}({
      post: (message) => parentPort.postMessage(message),
      onMessage: (handler) => parentPort.on("message", handler),
      native: ({ koffi: path, address, base }) => {
        const koffi = require(path);
        koffi.load(process.platform === "win32" ? "kernel32.dll" : null); // Without this, koffi has no stack for calls in a thread that has opened no library yet.
        const run = koffi.decode(BigInt(address), koffi.proto("int64_t", new Array(4).fill("int64_t")));
        return (blocks, thread, threads, barrier) => run(base + blocks, thread, threads, base + barrier);
      },
    });`;
  return handleOf(
    new Worker(source, { eval: true, stdout: false, resourceLimits: { codeRangeSizeMb } }),
    events,
  );
}

/**
 * A thread that runs a module of the package, a file of `dist/node`.
 * @returns undefined where no thread may start here, or the file is not there: in a bundle, among the sources
 */
export function startModuleThread<From>(
  name: string,
  data: object,
  events: ThreadEvents<From>,
): ThreadHandle | undefined {
  if (whyNoThreads() !== null) return undefined;
  try {
    const own = import.meta.url;
    const file = ["./", "../node/", "../../node/"]
      .map((folder) => new URL(folder + name, own))
      .find((url) => existsSync(url));
    return (
      file && handleOf(new Worker(file, { workerData: data, resourceLimits: { codeRangeSizeMb } }), events)
    );
  } catch {
    return undefined;
  }
}

function handleOf<From>(worker: Worker, events: ThreadEvents<From>): ThreadHandle {
  worker.on("message", events.message);
  worker.on("error", (error) => events.ended(textOf(error)));
  worker.on("exit", (code) => events.ended(`it ended with code ${code}`));
  return {
    post: (message, given) => worker.postMessage(message, given as ArrayBuffer[] | undefined),
    hold: () => worker.ref(),
    release: () => worker.unref(),
    terminate: async () => void (await worker.terminate()),
  };
}

const textOf = (error: unknown): string => {
  const { message = String(error), code } = (error ?? {}) as { message?: string; code?: string };
  return code && !message.includes(code) ? `${message} (${code})` : message;
};

/** Threads that the machine runs at once. */
export const hardwareThreads = (): number => availableParallelism();

/** Why no thread can be started here, as far as that is known before it is tried; null: nothing is known. */
export function whyNoThreads(): string | null {
  if (typeof SharedArrayBuffer === "undefined") return "there is no SharedArrayBuffer";
  const { permission } = process as { permission?: { has(scope: string): boolean } };
  return permission?.has("worker") === false
    ? "Node's permission model forbids workers; --allow-worker allows them"
    : null;
}

/**
 * How a process shares its addresses (`ulimit -v`) between the engine's memory and its threads: where there is too
 * little, there are fewer threads than wanted. Infinity: there is no limit.
 */
export function shareAddresses(wanted: number): { threads: number; bytes: number } {
  const left = addressesLeft() - hostBytes;
  for (let threads = wanted; ; threads--) {
    // What a program reads and decodes wants its share.
    const bytes = 0.75 * (left - (threads > 1 ? threads * threadBytes : 0));
    if (bytes >= leastBytes || threads === 1) return { threads, bytes: Math.max(bytes, leastBytes / 2) };
  }
}

/** How many of these threads can be started in the addresses that are left beside the engine's memory. */
export function threadsWithin(wanted: number): number {
  const room = Math.floor((addressesLeft() - hostBytes / 2) / threadBytes);
  return Math.max(1, Math.min(wanted, room));
}

/** What `ulimit -v` leaves to this process. A limit of memory, as containers have it, is none of addresses. */
function addressesLeft(): number {
  try {
    const [, limit] = /^Max address space +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))!;
    const [pages] = readFileSync("/proc/self/statm", "utf8").split(" ");
    return Number(limit) - 4096 * Number(pages);
  } catch {
    return Number.POSITIVE_INFINITY; // no limit, or not Linux
  }
}

const atExit = new Set<() => void>();
const leaveAll = (): void => {
  for (const leave of atExit) leave();
};

/** Has `leave` called when the process, or the worker that this is, ends; returns how to take that back. */
export function beforeExit(leave: () => void): () => void {
  if (atExit.size === 0) process.on("exit", leaveAll);
  atExit.add(leave);
  return () => {
    atExit.delete(leave);
    if (atExit.size === 0) process.off("exit", leaveAll);
  };
}

export const canShareMemory = (): boolean => typeof SharedArrayBuffer !== "undefined";

/** A thread may wait on memory here: programs may run on the calling thread together with others. */
export const yieldToHost = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
