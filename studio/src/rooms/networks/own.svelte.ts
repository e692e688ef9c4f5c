/** A network from a file of yours. */
import { engine } from "../../engine/client.svelte.js";
import type { NetworkAnswer } from "../../engine/network-lessons.js";

class Own {
  answer = $state.raw<NetworkAnswer | undefined>();
  failure = $state("");

  /** @returns whether it is one */
  async take(file: File): Promise<boolean> {
    this.failure = "";
    try {
      this.answer = await engine.ask<"networkFile">({ kind: "networkFile", name: file.name, file });
      return true;
    } catch (error) {
      this.failure = `${file.name}: ${(error as Error).message}`;
      return false;
    }
  }
}

export const own = new Own();
