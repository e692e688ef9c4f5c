/** `--watch`: a training as it goes, in the studio of this machine. The page asks; nothing waits for it. */
import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Checkpoint, encodeCheckpoint } from "../training/checkpoint.js";
import type { FitEvent, StepEvent } from "../training/fit-events.js";
import { closed, listening, openBrowser, siteFolder } from "./studio-server.js";
import { headersOf, siteServer } from "./studio-site.js";

/** In ms: how often the page is told of losses, and given the weights of the moment. */
const pace = { losses: 66, network: 1000 } as const;
/** Making the weights a file takes at most this share of the training's time. */
const networkShare = 0.05;
/** A page that reads no more is left alone; it asks again, and gets all. */
const mostUnread = 8e6;
/** In ms: how long the first step waits for the browser that was opened, and the end for what pages still fetch. */
const patience = { page: 20_000, end: 5000 } as const;

const place = "live/run";
const networkPlace = "live/network.safetensors";

export interface WatchOptions {
  readonly port?: number;
  /** Of what was trained before, when it is resumed. */
  readonly losses?: ArrayLike<number>;
  readonly epochs: number;
  readonly batchSize: number;
  /** Of an epoch. */
  readonly pictures: number;
}

/** The run's server, and what its pages are told. */
export class Watched {
  readonly address: string;
  readonly #close: () => Promise<void>;
  readonly #pages = new Set<ServerResponse>();
  #losses: number[];
  readonly #options: WatchOptions;
  /** The last step: its epoch, how many pictures of it were shown, and their mean loss. */
  #before = { epoch: 0, shown: 0, mean: 0 };
  #hasEnded = false;
  #steps = 0;
  #imagesPerSecond = 0;
  #sent = 0;
  #told = 0;
  #network: { step: number; bytes: Uint8Array } | undefined;
  #offered = Number.NEGATIVE_INFINITY;
  #cost = 0;
  /** Somebody has come who has no network yet. */
  #isAwaited = false;
  /** Called when the last page has left. */
  #left: (() => void) | undefined;
  #arrived: (() => void) | undefined;
  readonly #first = new Promise<void>((resolve) => {
    this.#arrived = resolve;
  });

  private constructor(address: string, close: () => Promise<void>, options: WatchOptions) {
    this.address = address;
    this.#close = close;
    this.#losses = Array.from(options.losses ?? []);
    this.#sent = this.#losses.length;
    this.#options = options;
  }

  /** Serves the studio with this run in it, and opens the browser. */
  static async begin(options: WatchOptions): Promise<Watched> {
    let watched: Watched | undefined;
    const server = siteServer(siteFolder(), {
      page: (page) =>
        page.replace("</title>", `</title>\n    <meta name="receptive-live" content="${place}" />`),
      at: (path) => watched?.at(path),
    });
    await listening(server, options.port);
    const { port } = server.address() as AddressInfo;
    // Its own work holds the process; a page that looks on does not.
    server.unref();
    watched = new Watched(`http://127.0.0.1:${port}/`, () => closed(server), options);
    return watched;
  }

  /** Opens the browser, and waits until its page is there, so that it sees the first step. */
  async open({ signal }: { signal: AbortSignal }): Promise<void> {
    if (!(await openBrowser(`${this.address}#/train`))) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    await Promise.race([
      this.#first,
      new Promise<void>((resolve) => {
        timer = setTimeout(resolve, patience.page);
        signal.addEventListener("abort", () => resolve(), { once: true });
      }),
    ]);
    clearTimeout(timer);
  }

  at(path: string): Uint8Array | ((response: ServerResponse) => void) | undefined {
    if (path === `/${networkPlace}`) {
      const bytes = this.#network?.bytes;
      return bytes && ((response) => this.#give(response, bytes));
    }
    return path === `/${place}` ? (response) => this.#take(response) : undefined;
  }

  /** @param weights  the training of this moment, asked for where a page wants to see it */
  async report(event: FitEvent, weights: () => Promise<Checkpoint>): Promise<void> {
    if (event.kind !== "step") return;
    this.#losses.push(this.#lossOf(event));
    this.#steps = event.steps * this.#options.epochs;
    this.#imagesPerSecond = event.imagesPerSecond;
    const now = performance.now();
    if (now - this.#told >= pace.losses) this.#tell(now);
    const isDue = now - this.#offered >= Math.max(pace.network, this.#cost / networkShare);
    if (this.#pages.size > 0 && (isDue || (this.#isAwaited && !this.#network))) {
      await this.#offer(weights);
    }
  }

  /** An event has the mean of its epoch so far: what the step added to it is the step's own. */
  #lossOf({ epoch, step, loss }: StepEvent): number {
    const { batchSize, pictures } = this.#options;
    const { shown: had, mean } = this.#before.epoch === epoch ? this.#before : { shown: 0, mean: 0 };
    const shown = Math.min(step * batchSize, pictures);
    this.#before = { epoch, shown, mean: loss };
    // Resumed within an epoch: of the steps before only the mean is known.
    return had === 0 ? loss : (loss * shown - mean * had) / Math.max(shown - had, 1);
  }

  /** Pages leave when they have the last weights, and the port is freed then. A second end is none. */
  async end(reason: "done" | "stopped" | "failed", last?: () => Promise<Checkpoint>): Promise<void> {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    try {
      if (this.#pages.size === 0) return;
      this.#tell(performance.now());
      if (last) await this.#offer(last);
      this.#say({ kind: "end", reason });
      if (last && this.#pages.size > 0)
        await Promise.race([
          new Promise<void>((resolve) => {
            this.#left = resolve;
          }),
          new Promise<void>((resolve) => setTimeout(resolve, patience.end).unref()),
        ]);
      for (const page of this.#pages) page.end();
    } finally {
      await this.#close();
    }
  }

  async #offer(weights: () => Promise<Checkpoint>): Promise<void> {
    const begun = performance.now();
    const state = await weights();
    this.#network = {
      step: state.training?.totalSteps ?? this.#losses.length,
      bytes: encodeCheckpoint(state),
    };
    this.#offered = performance.now();
    this.#cost = this.#offered - begun;
    this.#isAwaited = false;
    this.#say({ kind: "network", step: this.#network.step });
  }

  #tell(now: number): void {
    this.#told = now;
    const losses = this.#losses.slice(this.#sent).map(short);
    if (losses.length > 0)
      this.#say({
        kind: "steps",
        from: this.#sent,
        losses,
        steps: this.#steps,
        imagesPerSecond: this.#imagesPerSecond,
      });
    this.#sent = this.#losses.length;
  }

  #say(line: object): void {
    const text = `${JSON.stringify(line)}\n`;
    for (const page of this.#pages)
      if (page.writableLength > mostUnread) page.destroy();
      else page.write(text);
  }

  #take(response: ServerResponse): void {
    response.writeHead(200, {
      ...headersOf(`/${place}`),
      "Content-Type": "application/x-ndjson; charset=utf-8",
      "Cache-Control": "no-store",
    });
    // Whoever comes late gets all that was; what is to be sent to the others comes after it.
    const losses = this.#losses.slice(0, this.#sent).map(short);
    response.write(
      `${JSON.stringify({ kind: "begin", network: networkPlace, steps: this.#steps, losses })}\n`,
    );
    if (this.#network) response.write(`${JSON.stringify({ kind: "network", step: this.#network.step })}\n`);
    this.#pages.add(response);
    this.#isAwaited = true;
    response.on("close", () => {
      this.#pages.delete(response);
      if (this.#pages.size === 0) this.#left?.();
    });
    this.#arrived?.();
  }

  #give(response: ServerResponse, bytes: Uint8Array): void {
    response.writeHead(200, {
      ...headersOf(`/${networkPlace}`),
      "Content-Type": "application/octet-stream",
      "Content-Length": bytes.length,
      "Cache-Control": "no-store",
    });
    response.end(bytes);
  }
}

/** As many digits as a curve needs. JSON knows no NaN: null stands for it. */
const short = (loss: number): number | null => (Number.isFinite(loss) ? Number(loss.toPrecision(6)) : null);
