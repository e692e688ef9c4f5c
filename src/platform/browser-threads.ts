/** Threads in the browser: workers on shared memory, where the page is cross-origin isolated. */
import type { PictureThreads } from "./node-picture-threads.js";
import type { ThreadEvents, ThreadHandle } from "./node-threads.js";

export type { ThreadEvents, ThreadHandle };

/** A page with Trusted Types takes the address of a script only from a policy. */
interface TrustedTypes {
  createPolicy(name: string, rules: object): { createScriptURL(address: string): string };
}

export function startThread<From>(main: string, events: ThreadEvents<From>): ThreadHandle {
  const source = `
    ${main}({
      post: (message) => self.postMessage(message),
      onMessage: (handler) => { self.onmessage = (event) => handler(event.data); },
    });`;
  const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(trusted(address));
  worker.onmessage = (event: MessageEvent<From>) => {
    URL.revokeObjectURL(address);
    events.message(event.data);
  };
  // A policy that forbids the worker says so to the console alone: the event comes without a message.
  worker.onerror = ({ message }) =>
    events.ended(message || "the page's Content-Security-Policy needs worker-src blob:");
  return {
    post: (message) => worker.postMessage(message),
    hold: () => {},
    release: () => {},
    async terminate() {
      worker.terminate();
      // Nobody tells when it has ended.
      await new Promise((resolve) => setTimeout(resolve, 50));
    },
  };
}

/** A page is a bundle: there are no files of the package, of which threads could be started. */
export const pictureThreads = (): PictureThreads | undefined => undefined;

/** A page moves pictures by loops: code of vectors would be more to download. */
export const movedByVectors = (..._: unknown[]): boolean => false;

let policy: ReturnType<TrustedTypes["createPolicy"]> | undefined;

function trusted(address: string): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  try {
    policy ??= trustedTypes?.createPolicy("receptive", { createScriptURL: (own: string) => own });
  } catch {
    throw new Error("the page's Content-Security-Policy needs trusted-types receptive");
  }
  return policy?.createScriptURL(address) ?? address;
}

export const hardwareThreads = (): number => globalThis.navigator?.hardwareConcurrency ?? 1;

export function whyNoThreads(): string | null {
  if (!canShareMemory())
    return "the page is not cross-origin isolated: its headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp make it so";
  return typeof Worker === "undefined" ? "there is no Worker here" : null;
}

/** Addresses of a page have no limit that it could know. */
export const shareAddresses = (threads: number) => ({ threads, bytes: Number.POSITIVE_INFINITY });
export const threadsWithin = (threads: number): number => threads;

/** A page takes its workers with it. */
export const beforeExit = (): (() => void) => () => {};

export const canShareMemory = (): boolean =>
  typeof SharedArrayBuffer !== "undefined" && globalThis.crossOriginIsolated;

export const yieldToHost = (): Promise<void> =>
  new Promise((resolve) => {
    // jsdom has none.
    if (typeof MessageChannel === "undefined") {
      setTimeout(resolve, 0);
      return;
    }
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      resolve();
    };
    channel.port2.postMessage(null);
  });
