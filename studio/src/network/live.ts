/**
 * A training in a terminal, as `receptive train --watch` tells of it: lines of JSON, and a file of the weights of the
 * moment. It is shown as a run like those of this tab; it is the terminal's to pause and to end.
 */
import { session } from "./session.svelte.js";

type Line =
  | {
      readonly kind: "begin";
      readonly network: string;
      readonly steps: number;
      readonly losses: readonly Loss[];
    }
  | {
      readonly kind: "steps";
      readonly from: number;
      readonly losses: readonly Loss[];
      readonly steps: number;
      readonly imagesPerSecond: number;
    }
  | { readonly kind: "network"; readonly step: number }
  | { readonly kind: "end"; readonly reason: "done" | "stopped" | "failed" };

/** JSON knows no NaN. */
type Loss = number | null;
const numbers = (losses: readonly Loss[]): Float32Array =>
  Float32Array.from(losses, (loss) => loss ?? Number.NaN);

const name = "the terminal's network";
const still = "It is trained in a terminal, where Ctrl-C ends it.";
/** Measuring takes at most this share of the time. */
const measuringShare = 0.1;

/** Begins to follow. @returns once there is something to show: what speaks against it, in words */
export async function followLive(address: string): Promise<string | undefined> {
  const answer = await fetch(address, { cache: "no-store" }).catch(() => undefined);
  if (!answer?.ok || !answer.body) return "The training in the terminal is not there any more.";
  if (!location.hash || location.hash === "#/") history.replaceState(history.state, "", "#/train");
  return new Promise((resolve) => {
    const live = new Live(() => resolve(undefined));
    void live.read(answer.body!).then(
      () => resolve(live.isShown ? undefined : "The training in the terminal ended before it began."),
      (error: Error) => resolve(`The training in the terminal could not be shown: ${error.message}`),
    );
  });
}

class Live {
  readonly #shown: () => void;
  #run: number | undefined;
  #file = "";
  #losses: Float32Array = new Float32Array();
  #steps = 0;
  /** What a line is about, one after the other. */
  #work: Promise<unknown> = Promise.resolve();
  #isFetching = false;
  #hasMore = false;
  #last: ArrayBuffer | undefined;
  #measureAfter = 0;

  constructor(shown: () => void) {
    this.#shown = shown;
  }

  get isShown(): boolean {
    return this.#run !== undefined;
  }

  async read(body: ReadableStream<Uint8Array>): Promise<void> {
    const reader = body
      .pipeThrough(new TextDecoderStream() as never)
      .getReader() as ReadableStreamDefaultReader<string>;
    let text = "";
    let hasEnded = false;
    try {
      while (true) {
        const { done, value } = await reader.read();
        if (done) break;
        const lines = (text + value).split("\n");
        text = lines.pop()!;
        for (const line of lines) {
          const said = JSON.parse(line) as Line;
          if (said.kind === "end") {
            hasEnded = true;
            while (this.#isFetching) await this.#work;
            // The terminal waits for those who have not left.
            await reader.cancel();
            await this.#end(said.reason);
            return;
          }
          this.#hear(said);
        }
      }
    } catch {
      // The terminal is gone: said below.
    }
    if (!hasEnded) await this.#end("failed");
  }

  #hear(line: Exclude<Line, { kind: "end" }>): void {
    if (line.kind === "begin") {
      this.#file = line.network;
      this.#losses = numbers(line.losses);
      this.#steps = line.steps;
    } else if (line.kind === "steps") this.#step(line);
    else void this.#fetch();
  }

  #step({ from, losses, steps, imagesPerSecond }: Extract<Line, { kind: "steps" }>): void {
    this.#steps = steps;
    const all = new Float32Array(from + losses.length);
    all.set(this.#losses.subarray(0, from));
    all.set(numbers(losses), from);
    this.#losses = all;
    if (this.#run === undefined || session.info?.id !== this.#run) return;
    if (session.info.steps !== steps) session.info = { ...session.info, steps };
    session.hear({
      stream: "steps",
      run: this.#run,
      from,
      losses: numbers(losses),
      imagesPerSecond,
      rate: 0,
      kept: session.kept,
    });
  }

  /** The newest weights; while some are on their way, once more when they are there. */
  async #fetch(): Promise<void> {
    this.#hasMore = true;
    if (this.#isFetching) return;
    this.#isFetching = true;
    while (this.#hasMore) {
      this.#hasMore = false;
      this.#work = this.#show().catch(() => {});
      await this.#work;
    }
    this.#isFetching = false;
  }

  async #show(): Promise<void> {
    const answer = await fetch(this.#file, { cache: "no-store" });
    if (!answer.ok) return;
    const bytes = await answer.arrayBuffer();
    this.#last = bytes;
    if (this.#run === undefined) {
      await session.prepare("digits").catch(() => {});
      this.#run = await session.openWatched(bytes.slice(0), name, this.#losses, still);
      session.info = { ...session.info!, steps: this.#steps };
      this.#shown();
    } else if (!(await session.followWatched(this.#run, bytes.slice(0), name))) return;
    await this.#measure(this.#run);
  }

  async #measure(run: number): Promise<void> {
    const begun = performance.now();
    if (begun < this.#measureAfter) return;
    const measured = await session.measure().then(
      () => session.measured,
      () => undefined,
    );
    const took = performance.now() - begun;
    this.#measureAfter = performance.now() + took / measuringShare;
    if (!measured) return;
    const { step, accuracy, of } = measured;
    session.hear({ stream: "accuracy", run, point: { step, accuracy, of } });
  }

  async #end(reason: "done" | "stopped" | "failed"): Promise<void> {
    while (this.#isFetching) await this.#work;
    if (this.#run === undefined || !this.#last || session.info?.id !== this.#run) return;
    await session.endWatched(this.#run, this.#last, name);
    session.recovered =
      reason === "failed"
        ? "The terminal is not there any more; these are the last weights that it sent."
        : reason === "stopped"
          ? "The training was ended in the terminal."
          : "The training in the terminal is done.";
  }
}
