/** The classifier at hand, as the page knows it: it stays while the page is open. */
import { engine } from "../../engine/client.svelte.js";
import { newest } from "../../engine/tasks/newest.js";
import type { Training } from "../../engine/tasks/protocol.js";
import type { ClassifierInfo, TextMethod, TextSight } from "../../engine/tasks/text-asks.js";

class Classifier {
  info = $state.raw<ClassifierInfo | undefined>();
  /** Of a training that goes on. */
  training = $state.raw<Training | undefined>();
  isTraining = $state(false);
  isStopping = $state(false);
  failure = $state("");
  sight = $state.raw<TextSight | undefined>();
  #turn = 0;
  readonly #see = newest(
    (asked: { text: string; method: TextMethod; target?: string }) => engine.task("text", "see", asked),
    (sight) => {
      this.sight = sight;
      this.failure = "";
    },
    (message) => {
      this.failure = message;
    },
  );

  /** What a sentence is to it; asked anew whenever it is another one. */
  see(text: string, method: TextMethod, target: string | undefined): void {
    this.#see({ text, method, ...(target && { target }) });
  }

  /** @param file  texts of one's own; the grammar's messages if left out */
  train(file?: File): Promise<void> {
    this.isTraining = true;
    this.training = undefined;
    const asked = { ...(file && { file }), seed: 0 };
    return this.#taken(
      engine.task("text", "train", asked, (progress) => {
        this.training = progress as Training;
      }),
    );
  }

  open(file: File): Promise<void> {
    return this.#taken(engine.task("text", "open", { file }));
  }

  stop(): void {
    this.isStopping = true;
    void engine.task("text", "stop", {});
  }

  /** @returns its checkpoint */
  async file(): Promise<Blob> {
    const { file } = await engine.task("text", "save", {});
    return new Blob([file as Uint8Array<ArrayBuffer>]);
  }

  async #taken(coming: Promise<ClassifierInfo>): Promise<void> {
    const turn = ++this.#turn;
    this.failure = "";
    try {
      const info = await coming;
      if (turn === this.#turn) this.info = info;
    } catch (error) {
      if (turn === this.#turn) this.failure = (error as Error).message;
    }
    if (turn !== this.#turn) return;
    this.isTraining = false;
    this.isStopping = false;
  }
}

export const classifier = new Classifier();
