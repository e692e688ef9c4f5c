/** Calls across a port, in both directions: what one side calls, the other one answers. */
import { receivedError, type SentError, sentError } from "./sent-errors.js";

/** A MessagePort, of a page or of Node. */
export interface Port {
  postMessage(message: unknown, transfer: object[]): void;
  onmessage: ((event: MessageEvent) => void) | null;
  close(): void;
}

type Message =
  | { readonly call: number; readonly name: string; readonly given: unknown }
  | { readonly answer: number; readonly value: unknown }
  | { readonly answer: number; readonly error: SentError; readonly aborted: boolean }
  | { readonly abort: number };

/** Does what was called. What is thrown goes back as an error. */
export type Answerer = (name: string, given: unknown, signal: AbortSignal) => unknown;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
  readonly signal: AbortSignal | undefined;
}

export interface CallOptions {
  /** Given away: not copied, and empty here afterwards. */
  readonly transfer?: readonly object[];
  /** Aborts what the other side does for this call. */
  readonly signal?: AbortSignal;
}

export interface PeerOptions {
  readonly answer: Answerer;
  /** What of an answer need not be copied, because nobody here holds it any more. */
  readonly givenAway?: (value: unknown) => object[];
}

export class Peer {
  readonly #port: Port;
  readonly #options: PeerOptions;
  readonly #waiting = new Map<number, Waiting>();
  /** What is being done for the other side. */
  readonly #running = new Map<number, AbortController>();
  #next = 0;
  #ended: Error | undefined;

  constructor(port: Port, options: PeerOptions) {
    this.#port = port;
    this.#options = options;
    port.onmessage = ({ data }) => this.#receive(data);
  }

  /**
   * @throws what the other side throws, under its name and with its text; the signal's reason where it was aborted; and
   *   what `end` was given
   */
  call(name: string, given: unknown, { transfer = [], signal }: CallOptions = {}): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended);
    if (signal?.aborted) return Promise.reject(signal.reason);
    const call = this.#next++;
    const abort = (): void => this.#post({ abort: call });
    const answered = new Promise<unknown>((resolve, reject) => {
      // What cannot be cloned is refused here.
      this.#post({ call, name, given }, transfer);
      this.#waiting.set(call, { resolve, reject, signal });
    });
    if (!signal) return answered;
    signal.addEventListener("abort", abort);
    return answered.finally(() => signal.removeEventListener("abort", abort));
  }

  /** Nobody answers any more. */
  end(error: Error): void {
    if (this.#ended) return;
    this.#ended = error;
    this.#port.close();
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    for (const controller of this.#running.values()) controller.abort(error);
  }

  #post(message: Message, transfer: readonly object[] = []): void {
    if (!this.#ended) this.#port.postMessage(message, [...transfer]);
  }

  #receive(message: Message): void {
    if ("call" in message) void this.#answer(message);
    else if ("abort" in message) this.#running.get(message.abort)?.abort();
    else {
      const waiting = this.#waiting.get(message.answer);
      this.#waiting.delete(message.answer);
      if ("value" in message) waiting?.resolve(message.value);
      else waiting?.reject(message.aborted ? waiting.signal?.reason : receivedError(message.error));
    }
  }

  async #answer({ call, name, given }: { call: number; name: string; given: unknown }): Promise<void> {
    const controller = new AbortController();
    this.#running.set(call, controller);
    try {
      const value = await this.#options.answer(name, given, controller.signal);
      this.#post({ answer: call, value }, this.#options.givenAway?.(value));
    } catch (error) {
      const { aborted, reason } = controller.signal;
      this.#post({ answer: call, error: sentError(error), aborted: aborted && error === reason });
    } finally {
      this.#running.delete(call);
    }
  }
}
