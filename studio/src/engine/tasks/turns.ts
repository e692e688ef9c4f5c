/** Trainings and files of a room, one after the other: the newest that can be had ends those before it. */
export class Turns {
  readonly #going = new Set<AbortController>();
  #asked = 0;
  #last = 0;

  /**
   * @param learn  ends early, with what it has, when the signal says so; until it calls `begun` it may fail, and what goes
   *               on goes on
   * @throws where something newer was begun meanwhile
   */
  async train<T>(learn: (signal: AbortSignal, begun: () => void) => Promise<T>): Promise<T> {
    const mine = ++this.#asked;
    const own = new AbortController();
    this.#going.add(own);
    try {
      const made = await learn(own.signal, () => this.#takeOver(mine, own));
      this.#takeOver(mine, own);
      return made;
    } finally {
      this.#going.delete(own);
    }
  }

  async open<T>(load: () => Promise<T>): Promise<T> {
    const mine = ++this.#asked;
    const made = await load();
    this.#takeOver(mine);
    return made;
  }

  stop(): void {
    for (const one of this.#going) one.abort();
  }

  #takeOver(mine: number, own?: AbortController): void {
    if (mine < this.#last) throw new Error("another one was asked for meanwhile");
    if (mine === this.#last) return;
    this.#last = mine;
    for (const one of this.#going) if (one !== own) one.abort();
  }
}
