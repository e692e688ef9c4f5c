/** A long picture, as the page sees it: a worker of its own paints, and is ended where nobody waits for it any more. */
import { newWorker } from "./client.svelte.js";
import type { Frame, Job, PaintAsked, Painted, Painter, Progress } from "./network/painting.js";

export class Painting {
  phase = $state<"empty" | "starting" | "running" | "done" | "stopped" | "cancelled" | "failed">("empty");
  failure = $state("");
  /** The newest of each row. */
  frames = $state.raw<readonly Frame[]>([]);
  /** Of every step so far, the newest last. */
  progress = $state.raw<readonly Progress[]>([]);
  seconds = $state(0);
  #worker: Worker | undefined;
  #isStopping = false;
  #isPreparing = false;
  /** What was asked for before this one is not wanted any more. */
  #turn = 0;

  /** To be made where a view is made: whoever leaves it waits for nothing. */
  constructor() {
    $effect(() => () => this.#end());
  }

  get isRunning(): boolean {
    return this.phase === "starting" || this.phase === "running";
  }

  get last(): Progress | undefined {
    return this.progress.at(-1);
  }

  /** @param prepare  gets ready what is to be painted, and who paints; where it fails the picture has failed */
  async begin(prepare: () => Promise<{ job: Job; painter: Painter }>): Promise<void> {
    this.clear();
    this.#isStopping = false;
    this.phase = "starting";
    const turn = ++this.#turn;
    this.#isPreparing = true;
    try {
      const { job, painter } = await prepare();
      if (turn !== this.#turn) return;
      this.#worker ??= this.#start();
      this.#say({ kind: "begin", job, painter });
    } catch (error) {
      if (turn !== this.#turn) return;
      this.failure = (error as Error).message;
      this.phase = "failed";
    }
    this.#isPreparing = false;
  }

  /** Ends after the step at hand, and keeps the picture; before there is one, at once. */
  stop(): void {
    if (this.#isPreparing) this.cancel();
    else {
      this.#isStopping = true;
      this.#say({ kind: "stop" });
    }
  }

  /** Ends at once; what was drawn last stays. */
  cancel(): void {
    this.#end();
    this.phase = "cancelled";
  }

  clear(): void {
    if (this.isRunning) this.#end();
    this.phase = "empty";
    this.frames = [];
    this.progress = [];
    this.failure = "";
  }

  #say(paint: PaintAsked["paint"]): void {
    this.#worker?.postMessage({ paint } satisfies PaintAsked);
  }

  #end(): void {
    this.#turn++;
    this.#isPreparing = false;
    this.#worker?.terminate();
    this.#worker = undefined;
  }

  #start(): Worker {
    const worker = newWorker();
    worker.onmessage = ({ data }: MessageEvent<Painted>) => {
      if (!("painted" in data) || worker !== this.#worker) return;
      const { painted } = data;
      switch (painted.kind) {
        case "frame": {
          const { frame } = painted;
          this.phase = "running";
          const frames = [...this.frames];
          const { first, other } = frames[frame.row] ?? {};
          frames[frame.row] = { ...(first && { first }), ...(other && { other }), ...frame };
          this.frames = frames;
          // Drawn with the next picture of the page; only then may another one come.
          requestAnimationFrame(() => worker === this.#worker && this.#say({ kind: "drawn" }));
          return;
        }
        case "progress":
          this.phase = "running";
          this.progress = [...this.progress, ...painted.progress];
          return;
        case "done":
          this.seconds = painted.seconds;
          this.phase = this.#isStopping ? "stopped" : "done";
          return;
        case "failed":
          this.failure = painted.message;
          this.phase = "failed";
      }
    };
    worker.onerror = ({ message }) => {
      this.failure = message || "the painter's worker did not start";
      this.phase = "failed";
      this.#end();
    };
    return worker;
  }
}
