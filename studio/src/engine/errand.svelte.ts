/** A training beside the network at hand, by a worker of its own: cancelling ends it, and what was told stays. */
import { newWorker } from "./client.svelte.js";
import type { ErrandAsked, ErrandTold, Job, News, Questions } from "./network/errands.js";

export type ErrandPhase = "empty" | "starting" | "running" | "done" | "cancelled" | "failed";

export class Errand {
  phase = $state<ErrandPhase>("empty");
  failure = $state("");
  seconds = $state(0);
  readonly #hear: (news: News) => void;
  readonly #onDone: (() => void) | undefined;
  #worker: Worker | undefined;
  #waiting = new Map<number, (answer: object) => void>();
  #asked = 0;
  /** What was asked for before this one is not wanted any more. */
  #turn = 0;

  constructor(hear: (news: News) => void, onDone?: () => void) {
    this.#hear = hear;
    this.#onDone = onDone;
  }

  get isRunning(): boolean {
    return this.phase === "starting" || this.phase === "running";
  }

  /** @param prepare  gets the job ready; where it fails the errand has failed */
  async begin(prepare: () => Promise<Job>): Promise<void> {
    this.#end();
    this.phase = "starting";
    this.failure = "";
    const turn = this.#turn;
    try {
      const job = await prepare();
      if (turn !== this.#turn) return;
      this.#worker = this.#start();
      this.#say({ begin: job }, buffersOf(job));
    } catch (error) {
      if (turn !== this.#turn) return;
      this.failure = (error as Error).message;
      this.phase = "failed";
    }
  }

  /** Of what the job left behind; answers come in their order, and to nobody once it was ended. */
  ask<K extends keyof Questions>(ask: K, asked: Questions[K]["asked"]): Promise<Questions[K]["answer"]> {
    const id = ++this.#asked;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve as (answer: object) => void);
      this.#say({ ask, id, ...asked } as ErrandAsked["errand"]);
    });
  }

  cancel(): void {
    if (!this.isRunning) return;
    this.#end();
    this.phase = "cancelled";
  }

  /** Ends its worker, whatever it does; to be called where a view is left. */
  leave(): void {
    this.#end();
    if (this.isRunning) this.phase = "cancelled";
  }

  #say(errand: ErrandAsked["errand"], transfer: Transferable[] = []): void {
    this.#worker?.postMessage({ errand } satisfies ErrandAsked, transfer);
  }

  #end(): void {
    this.#turn++;
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#waiting.clear();
  }

  #start(): Worker {
    const worker = newWorker();
    worker.onmessage = ({ data }: MessageEvent<ErrandTold>) => {
      if (!("told" in data) || worker !== this.#worker) return;
      const { told } = data;
      if (told.kind === "answer") {
        this.#waiting.get(told.id)?.(told.answer);
        this.#waiting.delete(told.id);
      } else if (told.kind === "done") {
        this.seconds = told.seconds;
        this.phase = "done";
        this.#onDone?.();
      } else if (told.kind === "failed") {
        this.failure = told.message;
        this.phase = "failed";
      } else {
        this.phase = "running";
        this.#hear(told);
      }
    };
    worker.onerror = ({ message }) => {
      this.failure = message || "the worker did not start";
      this.phase = "failed";
      this.#end();
    };
    return worker;
  }
}

/** Pictures are handed over: the page has no use for them. */
function buffersOf(job: Job): Transferable[] {
  const { train, test } = job.pictures;
  const arrays = [train.images, train.labels, test.images, test.labels];
  return [...new Set(arrays.map(({ buffer }) => buffer as ArrayBuffer))];
}
