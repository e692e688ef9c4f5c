/** The classifier at hand, and what it makes of the sentence. */
import { engine } from "../../engine/client.svelte.js";
import { newest } from "../../engine/newest.js";
import { Learner } from "../../engine/tasks/learner.svelte.js";
import type { ClassifierInfo, TextMethod, TextSight } from "../../engine/tasks/text-asks.js";

class Classifier extends Learner<ClassifierInfo> {
  sight = $state.raw<TextSight | undefined>();
  /** Why there is none of the newest sentence. */
  trouble = $state("");
  readonly #see = newest(
    (asked: { text: string; method: TextMethod; target?: string }) => engine.task("text", "see", asked),
    (sight) => {
      this.sight = sight;
      this.trouble = "";
    },
    (message) => {
      this.trouble = message;
    },
  );

  constructor() {
    super("text");
  }

  /** What a sentence is to it; asked anew whenever it is another one. */
  see(text: string, method: TextMethod, target: string | undefined): void {
    this.#see({ text, method, ...(target && { target }) });
  }
}

export const classifier = new Classifier();
