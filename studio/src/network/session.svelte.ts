/**
 * The one network at hand: rooms read it here, the worker computes it. What changes with every step lies in plain arrays
 * beside a version, so that a stream draws canvases and updates no component.
 */
import { engine } from "../engine/client.svelte.js";
import type {
  Accuracy,
  Asks,
  DataInfo,
  DeviceInfo,
  Measured,
  NetworkInfo,
  RunInfo,
  Seen,
  Streamed,
  Watched,
} from "../engine/network/protocol.js";
import { keepRun, keptRun } from "../files/keep.js";
import type { Settings, Speed } from "./settings.js";

export type Phase = "none" | "preparing" | "ready" | "training" | "paused" | "done" | "failed";

/** A run as the page knows it. */
export interface PageRun {
  readonly info: RunInfo;
  losses: Losses;
  accuracies: readonly Accuracy[];
}

/** Of every step, in an array that has room for more. */
export class Losses {
  #values: Float32Array;
  length = 0;

  constructor(given: Float32Array) {
    this.#values = new Float32Array(Math.max(1024, 2 * given.length));
    this.#values.set(given);
    this.length = given.length;
  }

  /** Without a copy: what lies behind `length` is nothing. */
  get values(): Float32Array {
    return this.#values.subarray(0, this.length);
  }

  set(from: number, given: Float32Array): void {
    const length = from + given.length;
    if (length > this.#values.length) {
      const more = new Float32Array(2 * length);
      more.set(this.#values);
      this.#values = more;
    }
    this.#values.set(given, from);
    this.length = length;
  }
}

class Session {
  phase = $state<Phase>("none");
  /** What is being waited for, in words. */
  progress = $state("");
  /** What the engine said when it stopped. */
  failure = $state("");
  /** The newest step of the run, and the one that is shown. */
  step = $state(0);
  at = $state(0);
  speed = $state<Speed>("25");
  imagesPerSecond = $state(0);
  info = $state.raw<RunInfo>();
  runs = $state.raw<readonly PageRun[]>([]);
  data = $state.raw<DataInfo>();
  device = $state.raw<DeviceInfo>();
  kept = $state.raw<readonly number[]>([]);
  accuracies = $state.raw<readonly Accuracy[]>([]);
  measured = $state.raw<Measured>();
  seen = $state.raw<Seen>();
  minds = $state.raw<Asks["minds"]["answer"]>();
  /** How often a worker was lost and the training begun again from its last snapshot. */
  recovered = $state("");
  losses = new Losses(new Float32Array());
  /** Gives a worker that is started again what it held beside the network: pictures of one's own. */
  restore: (() => Promise<void>) | undefined;
  /** Counts what came into `losses`. */
  version = $state(0);
  #snapshot: { run: number; step: number; bytes: ArrayBuffer } | undefined;
  #picture: Uint8Array | undefined;
  #watched: Watched = { maps: 0, filters: false };
  #isFollowing = true;
  #restarts: number[] = [];
  #heard = 0;
  #watchdog: ReturnType<typeof setInterval> | undefined;
  #slowest = 0;

  constructor() {
    engine.onStream = (message) => this.#told(message);
  }

  get network(): NetworkInfo | undefined {
    return this.info?.network;
  }

  get run(): PageRun | undefined {
    return this.runs.find(({ info }) => info.id === this.info?.id);
  }

  get isTraining(): boolean {
    return this.phase === "training";
  }

  /** Of the step that is shown, or the nearest before it. */
  get accuracy(): Accuracy | undefined {
    return this.accuracies.findLast(({ step }) => step <= this.at);
  }

  async prepare(name: Settings["data"]): Promise<void> {
    if (this.phase === "none") this.phase = "preparing";
    this.device ??= await engine.request("device", {});
    const { target, threads } = this.device;
    engine.device = `${threads} ${threads === 1 ? "thread" : "threads"}, ${target}`;
    this.data = await engine.request("data", { name });
    if (this.phase === "preparing") this.phase = "none";
  }

  async begin(settings: Settings): Promise<void> {
    const before = this.phase;
    this.phase = "preparing";
    this.failure = "";
    try {
      this.#take(await engine.request("begin", { settings }));
      this.phase = "ready";
    } catch (error) {
      this.phase = this.info ? "paused" : before === "preparing" ? "none" : before;
      throw error;
    }
  }

  async open(bytes: ArrayBuffer, name: string): Promise<void> {
    this.#take(await engine.request("open", { bytes, name }));
    this.phase = "paused";
    // Where the pictures that it was tested on are not here, nothing is measured.
    await this.measure().catch(() => {});
  }

  /** A run that is trained elsewhere (`live.ts`): its network as it is now, and its losses so far. */
  async openWatched(bytes: ArrayBuffer, name: string, losses: Float32Array, still: string): Promise<number> {
    const info = await engine.request("open", { bytes, name });
    this.#take({ ...info, losses, still });
    this.step = this.at = Math.max(info.step, losses.length);
    this.phase = "training";
    return info.id;
  }

  /** How it goes on there. @returns whether its network is the one at hand */
  async followWatched(run: number, bytes: ArrayBuffer, name: string): Promise<boolean> {
    const answer = run === this.info?.id && (await engine.request("follow", { run, bytes, name }));
    if (!answer || run !== this.info?.id) return false;
    this.kept = answer.kept;
    return true;
  }

  /** It has ended there: from here on it is a run like all others. */
  async endWatched(run: number, bytes: ArrayBuffer, name: string): Promise<void> {
    if (run !== this.info?.id) return;
    const { accuracies } = this;
    const { step, ...info } = await engine.request("open", { bytes, name, run });
    this.#take({ ...info, step, accuracies });
    this.phase = step >= info.steps ? "done" : "paused";
    await this.measure().catch(() => {});
  }

  /** What a stream of the worker would say; of a run that is trained elsewhere. */
  hear(message: Streamed): void {
    this.#told(message);
  }

  /** The network that comes with the studio. */
  async openShipped(bytes: ArrayBuffer): Promise<void> {
    this.#take(await engine.request("shipped", { bytes }, [bytes]));
    this.phase = "done";
    await this.measure();
  }

  /** A project file. @returns what the page said of itself when it was saved, and one's own pictures */
  async load(bytes: ArrayBuffer, name: string): Promise<{ page: string; own: DataInfo | undefined }> {
    const { page, run, own } = await engine.request("load", { bytes, name });
    if (own) this.data = own;
    this.#take(run);
    this.phase = "paused";
    await this.measure().catch(() => {});
    return { page, own };
  }

  async choose(run: number): Promise<void> {
    this.#take(await engine.request("run", { run }));
    this.phase = this.info!.step >= this.info!.steps ? "done" : "paused";
    await this.measure();
  }

  async play(steps?: number): Promise<void> {
    this.failure = "";
    const info = await engine.request("play", { speed: this.speed, ...(steps ? { steps } : {}) });
    if (info.id !== this.info?.id) this.#take(info);
    else this.info = info;
    this.at = this.step;
    this.#isFollowing = true;
    this.measured = undefined;
    this.phase = "training";
    this.#watch();
  }

  /** One step, which can be taken back. */
  async makeStep(): Promise<void> {
    this.failure = "";
    this.#stood(await engine.request("makeStep", {}));
  }

  async takeBack(): Promise<void> {
    this.#stood(await engine.request("takeBack", {}));
  }

  #stood(info: RunInfo): void {
    // A loss that is no number has been told of by a stream.
    const { phase, failure } = this;
    this.#take(info);
    this.failure = failure;
    this.phase = phase === "failed" ? phase : info.step >= info.steps ? "done" : "paused";
  }

  async pause(): Promise<void> {
    await engine.request("pause", {});
  }

  async setSpeed(speed: Speed): Promise<void> {
    this.speed = speed;
    if (this.isTraining) await engine.request("speed", { speed });
  }

  async change(settings: Partial<Settings>): Promise<void> {
    if (!this.info) return;
    this.info = await engine.request("change", { settings });
    // More epochs are to come, or no more.
    if (this.phase === "done" || this.phase === "paused")
      this.phase = this.step >= this.info.steps ? "done" : "paused";
  }

  /** Goes back, or forth again, to a step of this run: all that is shown follows. */
  async show(step: number): Promise<void> {
    const to = Math.min(Math.max(step, 0), this.step);
    this.at = to;
    this.#isFollowing = to >= this.step;
    await engine.request("show", { step: this.#isFollowing ? Number.MAX_SAFE_INTEGER : to });
  }

  /** All test pictures, by the network of the step that is shown. */
  async measure(): Promise<void> {
    this.measured = await engine.request("measure", {});
  }

  async setPicture(pixels: Uint8Array): Promise<void> {
    this.#picture = pixels;
    this.minds = undefined;
    await engine.request("picture", { pixels });
  }

  async watch(watched: Watched): Promise<void> {
    this.#watched = watched;
    await engine.request("watch", watched);
  }

  async findMinds(): Promise<void> {
    this.minds = await engine.request("minds", {});
  }

  #take(info: RunInfo): void {
    this.info = info;
    this.step = info.step;
    this.at = info.step;
    this.#isFollowing = true;
    this.kept = info.kept;
    this.accuracies = info.accuracies;
    this.losses = new Losses(info.losses);
    this.version++;
    this.measured = undefined;
    this.minds = undefined;
    this.failure = "";
    const page: PageRun = { info, losses: this.losses, accuracies: info.accuracies };
    this.runs = [...this.runs.filter((one) => one.info.id !== info.id), page];
    if (this.speed !== "all") this.#slowest = 0;
  }

  #told(message: Streamed | undefined): void {
    this.#heard = performance.now();
    if (message === undefined) {
      this.#lost();
      return;
    }
    switch (message.stream) {
      case "steps": {
        if (message.run !== this.info?.id) return;
        this.losses.set(message.from, message.losses);
        this.step = this.losses.length;
        if (this.#isFollowing) this.at = this.step;
        this.kept = message.kept;
        this.imagesPerSecond = message.imagesPerSecond;
        this.version++;
        return;
      }
      case "seen":
        if (message.seen.run === this.info?.id) this.seen = message.seen;
        // Drawn with the next frame; only then may another one come.
        requestAnimationFrame(() => engine.credit("seen"));
        return;
      case "accuracy": {
        if (message.run !== this.info?.id) return;
        const { point } = message;
        this.accuracies = [...this.accuracies.filter(({ step }) => step !== point.step), point].sort(
          (a, b) => a.step - b.step,
        );
        const { run } = this;
        if (run) run.accuracies = this.accuracies;
        return;
      }
      case "measured":
        if (message.measured.run === this.info?.id && message.measured.step === this.at)
          this.measured = message.measured;
        return;
      case "snapshot":
        this.#snapshot = message;
        void keepRun(message.bytes);
        return;
      case "stopped":
        if (message.run !== this.info?.id) return;
        this.phase = message.why;
        this.failure = message.message ?? "";
        if (message.why === "failed") {
          this.step = this.losses.length = message.step;
          this.at = message.step;
          this.version++;
        }
        clearInterval(this.#watchdog);
        return;
      case "progress":
        this.progress = message.text;
        return;
    }
  }

  /** While it trains the worker says once a second that it lives; steps of large networks take longer. */
  #watch(): void {
    clearInterval(this.#watchdog);
    this.#heard = performance.now();
    this.#watchdog = setInterval(() => {
      const silent = performance.now() - this.#heard;
      if (document.visibilityState === "hidden") this.#heard = performance.now();
      else if (silent < 5000) this.#slowest = Math.max(this.#slowest, silent);
      else if (silent > Math.max(6000, 6 * this.#slowest)) engine.restart();
      else engine.state = "silent";
    }, 1000);
  }

  /** The worker is gone, with all that it held: another one goes on from the last snapshot. */
  #lost(): void {
    clearInterval(this.#watchdog);
    const wasTraining = this.isTraining;
    const { info } = this;
    if (!info) {
      void this.restore?.();
      return;
    }
    const now = performance.now();
    this.#restarts = [...this.#restarts.filter((at) => now - at < 60_000), now];
    if (this.#restarts.length > 3) {
      this.phase = "failed";
      this.failure = "The engine ended four times within a minute. Load the page again.";
      return;
    }
    void this.#recover(info, wasTraining);
  }

  async #recover(info: RunInfo, wasTraining: boolean): Promise<void> {
    const { accuracies } = this;
    this.phase = "preparing";
    try {
      await this.restore?.();
      if (this.#picture) void engine.request("picture", { pixels: this.#picture }).catch(() => {});
      void engine.request("watch", this.#watched).catch(() => {});
      const snapshot = this.#snapshot?.run === info.id ? this.#snapshot : undefined;
      const opened = snapshot
        ? await engine.request("open", {
            bytes: snapshot.bytes.slice(0),
            name: "the last snapshot",
            run: info.id,
          })
        : await engine.request("begin", { settings: info.settings });
      this.runs = this.runs.filter((one) => one.info.id === info.id);
      this.#take(opened);
      this.accuracies = accuracies.filter(({ step }) => step <= opened.step);
      this.phase = "paused";
      this.recovered = `The engine ended and was started again from step ${opened.step}.`;
      if (wasTraining) await this.play();
    } catch (error) {
      this.phase = "failed";
      this.failure = (error as Error).message;
    }
  }

  /** What this browser kept of the last run. */
  async keptBefore(): Promise<ArrayBuffer | undefined> {
    return keptRun();
  }
}

export const session = new Session();
