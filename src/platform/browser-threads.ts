/** Threads in the browser: workers on shared memory, where the page is cross-origin isolated. */
import { threadMain } from "../runtime/thread-main.js";
import type { ThreadHandle } from "./node-threads.js";

export type { ThreadHandle };

export function startThread<From>(onMessage: (message: From) => void): ThreadHandle {
  const source = `
    (${threadMain.toString()})({
      post: (message) => self.postMessage(message),
      onMessage: (handler) => { self.onmessage = (event) => handler(event.data); },
    });`;
  const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(address);
  worker.onmessage = (event: MessageEvent<From>) => {
    URL.revokeObjectURL(address);
    onMessage(event.data);
  };
  worker.onerror = (event) => onMessage({ kind: "failed", message: event.message } as From);
  return {
    post: (message) => worker.postMessage(message),
    hold: () => {},
    release: () => {},
    terminate: () => worker.terminate(),
  };
}

export const hardwareThreads = (): number => navigator.hardwareConcurrency ?? 1;

export const canShareMemory = (): boolean =>
  typeof SharedArrayBuffer !== "undefined" && globalThis.crossOriginIsolated;

export const yieldToHost = (): Promise<void> =>
  new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      resolve();
    };
    channel.port2.postMessage(null);
  });
