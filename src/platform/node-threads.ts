/** Threads in Node: workers of node:worker_threads. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { threadMain } from "../runtime/thread-main.js";

export interface ThreadHandle {
  post(message: unknown): void;
  /** Keeps the process alive while the thread works. */
  hold(): void;
  release(): void;
  terminate(): void;
}

export function startThread<From>(onMessage: (message: From) => void): ThreadHandle {
  const source = `
    const { parentPort } = require("node:worker_threads");
    (${threadMain.toString()})({
      post: (message) => parentPort.postMessage(message),
      onMessage: (handler) => parentPort.on("message", handler),
      native: ({ koffi: path, address, base }) => {
        const koffi = require(path);
        koffi.load(process.platform === "win32" ? "kernel32.dll" : null); // Without this, koffi has no stack for calls in a thread that has opened no library yet.
        const run = koffi.decode(BigInt(address), koffi.proto("int64_t", new Array(4).fill("int64_t")));
        return (blocks, thread, threads, barrier) => run(base + blocks, thread, threads, base + barrier);
      },
    });`;
  const worker = new Worker(source, { eval: true, stdout: false });
  worker.on("message", onMessage);
  worker.on("error", (error) => onMessage({ kind: "failed", message: String(error) } as From));
  return {
    post: (message) => worker.postMessage(message),
    hold: () => worker.ref(),
    release: () => worker.unref(),
    terminate: () => void worker.terminate(),
  };
}

/** Threads that the machine runs at once. */
export const hardwareThreads = (): number => availableParallelism();

/** Node always has shared memory. */
export const canShareMemory = (): boolean => true;

/** A thread may wait on memory here: programs may run on the calling thread together with others. */
export const yieldToHost = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
