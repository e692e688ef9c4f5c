import { yieldToHost } from "#platform";

/** In milliseconds: a page stays smooth if it gets a turn at every second frame. */
const longestTurn = 16;

/** Work that goes on for long, and gives everything else in the thread a turn now and then. */
export class Turns {
  #rested = performance.now();

  async give(): Promise<void> {
    if (performance.now() - this.#rested <= longestTurn) return;
    await yieldToHost();
    this.#rested = performance.now();
  }
}
