/** The second picture of a pair: a file of yours. */
import type { engine as Engine } from "../../../engine/client.svelte.js";

class Second {
  key = $state("");
  title = $state("");
  text = $state("");
  #files = 0;

  say(text: string): void {
    this.text = text;
  }

  /** @returns whether it is there */
  async take(file: File, engine: typeof Engine, edge: number): Promise<boolean> {
    const name = `second ${++this.#files}`;
    this.text = `Reading ${file.name} …`;
    try {
      await engine.give({ kind: "picture", name, from: file, edge });
      this.key = name;
      this.title = file.name;
      this.text = "";
      return true;
    } catch {
      this.text = `${file.name} is no picture that this browser can read.`;
      return false;
    }
  }
}

export const second = new Second();
