/** What works without a network, and whether the page would have threads if it were loaded again. */
import { trusted } from "../state/trusted.js";
import type { Asked, Told } from "./protocol.js";

class Offline {
  /** All rooms are kept. */
  isReady = $state(false);
  /** Photographs and weights: how many there are, and how many of them are kept. */
  later = $state(0);
  kept = $state(0);
  isBusy = $state(false);
  failure = $state("");
  /** Loaded again, the page would be isolated, and have threads. */
  couldIsolate = $state(false);

  /** After what the page needs itself. Private windows and some browsers have no service worker, which is no failure. */
  async begin(): Promise<void> {
    const { serviceWorker } = navigator;
    if (!serviceWorker || !isSecureContext || import.meta.env.DEV) return;
    try {
      await serviceWorker.register(trusted("sw.js") as unknown as string);
      await serviceWorker.ready;
    } catch {
      return;
    }
    this.couldIsolate = !crossOriginIsolated;
    await this.#ask("state");
  }

  /** Photographs and weights too. */
  async keepAll(): Promise<void> {
    this.isBusy = true;
    await this.#ask("all");
    this.isBusy = false;
  }

  async #ask(want: Asked["want"]): Promise<void> {
    const { active } = await navigator.serviceWorker.ready;
    const told = await new Promise<Told>((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }: MessageEvent<Told>) => resolve(data);
      active?.postMessage({ want } satisfies Asked, [port2]);
    });
    this.failure = "failure" in told ? told.failure : "";
    if ("failure" in told) return;
    this.isReady = true;
    this.later = told.later;
    this.kept = told.kept;
  }
}

export const offline = new Offline();
