/** Calls to the worker, and of the worker to functions of the page. */
import { type WorkerLike, watch } from "./liveness.js";
import { type CallOptions, Peer } from "./peer.js";
import { type Callback, type Hello, protocol } from "./protocol.js";

type Callable = (...given: never) => unknown;

export class Line {
  readonly started: Promise<void>;
  readonly #peer: Peer;
  readonly #callbacks = new Map<number, Callable>();
  /** What the page no longer holds is given back by the worker. */
  readonly #released = new FinalizationRegistry<{ name: string; remote: number }>(({ name, remote }) => {
    void this.call(name, { remote }).catch(() => {});
  });
  #next = 0;

  constructor(worker: WorkerLike) {
    const { port1, port2 } = new MessageChannel();
    this.#peer = new Peer(port1, {
      answer: (_, given) => this.#callBack(given as { callback: number; args: unknown[] }),
    });
    const lock = `receptive ${Math.random()}`;
    const hello: Hello = { receptive: protocol, port: port2, lock };
    worker.postMessage(hello, [port2]);
    this.started = this.#peer.call("hello", {}) as Promise<void>;
    // Whoever waits for it is told; nobody has to.
    this.started.catch(() => {});
    watch({ worker, started: this.started, lock, ended: (error) => this.#peer.end(error) });
  }

  call(name: string, given: unknown, options?: CallOptions): Promise<unknown> {
    return this.#peer.call(name, given, options);
  }

  end(error: Error): void {
    this.#peer.end(error);
  }

  /** A function that the worker may call, as long as `release` was not called. */
  lend(callback: Callable): { lent: Callback; release(): void } {
    const number = this.#next++;
    this.#callbacks.set(number, callback);
    return { lent: { callback: number }, release: () => this.#callbacks.delete(number) };
  }

  /** The same object, which the worker keeps as long as somebody here does. */
  known<T extends object>(object: T, name: string, { remote }: { remote: number }): T {
    this.#released.register(object, { name, remote });
    return object;
  }

  #callBack({ callback, args }: { callback: number; args: unknown[] }): unknown {
    return this.#callbacks.get(callback)?.(...(args as never));
  }
}
