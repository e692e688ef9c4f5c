/** How long a server is waited for. */

export interface Patience {
  /** Ends the waiting: it is rejected with the signal's reason. */
  signal?: AbortSignal;
  /** Longest silence of the server, in milliseconds; in so long a time it must also send `slowest` bytes a second. */
  timeout?: number;
  /** The fewest bytes a second, over `timeout`, with which an answer goes on; 1000 if left out. */
  slowest?: number;
}

/** One request under watch. What `fetch` is given is `signal`, whose reason says in words why it ended. */
export class Watch {
  readonly #stop = new AbortController();
  readonly #given: AbortSignal | undefined;
  readonly #timeout: number;
  readonly #slowest: number;
  #timer: ReturnType<typeof setTimeout>;
  #pace: ReturnType<typeof setInterval> | undefined;
  #came = 0;

  constructor({ signal, timeout = 30_000, slowest = 1000 }: Patience) {
    this.#given = signal;
    this.#timeout = timeout;
    this.#slowest = slowest;
    this.#timer = setTimeout(this.#silence, timeout);
    if (signal?.aborted) this.#abort();
    else signal?.addEventListener("abort", this.#abort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** The server has begun to answer: from now on it must go on as fast as it should. */
  answered(): void {
    const least = (this.#slowest * this.#timeout) / 1000;
    this.#pace = setInterval(() => {
      if (this.#came < least)
        this.#stop.abort(new Error(`only ${this.#came} bytes came in ${this.#timeout / 1000} seconds`));
      this.#came = 0;
    }, this.#timeout);
  }

  came(bytes: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#silence, this.#timeout);
    this.#came += bytes;
  }

  end(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#pace);
    this.#given?.removeEventListener("abort", this.#abort);
  }

  readonly #silence = (): void => this.#stop.abort(new Error(`no byte for ${this.#timeout / 1000} seconds`));
  readonly #abort = (): void => this.#stop.abort(this.#given?.reason);
}
