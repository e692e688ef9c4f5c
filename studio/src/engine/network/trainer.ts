/** The worker's side of the network at hand: it trains, tells how it goes, and shows what is asked for. */
import { device, encodeCheckpoint, type Model, nn } from "receptive";
import type { Settings, Speed } from "../../network/settings.js";
import { DataSets, type Parts, pictureAt } from "./data-sets.js";
import type { Kept } from "./history.js";
import { measuredAt, mindsOf, quickAccuracy } from "./measuring.js";
import type { Accuracy, Measured, Rules, RunInfo, Seen, Streamed, Watched } from "./protocol.js";
import { built, infoOf, newRun, Run } from "./run.js";
import { turn, wait } from "./turns.js";

/** In ms: how often the page is told of losses, of filters and maps, and given a snapshot to go on from. */
const pace = { losses: 66, seen: 80, snapshot: 4000, alive: 1000 } as const;
/** Measuring takes at most this share of the time. */
const measuringShare = 0.08;
const credits = 2;

type Post = (message: Streamed, transfer?: Transferable[]) => void;

export class Trainer {
  readonly data = new DataSets();
  readonly post: Post;
  readonly #runs = new Map<number, Run>();
  run: Run | undefined;
  /** The step that is shown; Infinity is the newest, whatever it is. */
  at = Number.POSITIVE_INFINITY;
  next = 1;
  #speed: Speed = "25";
  #playing: Promise<void> | undefined;
  #pausing = false;
  #credits = credits;
  #watched: Watched = { maps: 0, filters: false };
  #picture: Uint8Array | undefined;
  #looked = 0;

  constructor(post: Post) {
    this.post = post;
    setInterval(() => post({ stream: "alive" }), pace.alive);
  }

  credit(): void {
    this.#credits = Math.min(credits, this.#credits + 1);
  }

  readonly rules: Rules = {
    device: async () => device(),
    describe: async ({ net, data: name }) => {
      const { train } = await this.parts(name);
      return infoOf(built(net, train), train.classes, train.shape);
    },
    data: async ({ name }) => {
      if (name === "digits") this.post({ stream: "progress", text: "Drawing 14,000 digits." });
      const info = await this.data.info(name);
      this.post({ stream: "progress", text: "" });
      return info;
    },
    begin: async ({ settings }) => {
      await this.pause();
      const run = await newRun(this.next, settings, await this.parts(settings.data));
      return this.open(run);
    },
    run: async ({ run: id }) => {
      await this.pause();
      const run = this.#runs.get(id);
      if (!run) throw new Error("That run is no longer there.");
      this.run = run;
      this.at = Number.POSITIVE_INFINITY;
      await this.see(run, true);
      return run.info;
    },
    play: async ({ speed, steps }) => {
      this.#speed = speed;
      await this.pause();
      const run = await this.#toGoOn();
      this.#playing = this.#loop(run, steps ?? Number.POSITIVE_INFINITY).finally(() => {
        this.#playing = undefined;
      });
      return run.info;
    },
    pause: async () => {
      await this.pause();
      return { step: this.run?.step ?? 0 };
    },
    speed: async ({ speed }) => {
      this.#speed = speed;
      return {};
    },
    change: async ({ settings }) => {
      const run = this.known();
      const before = run.settings;
      run.settings = { ...before, ...settings };
      // The rate is looked up at each step; what the optimizer or the batches are made of is made anew from this step on.
      const isAnew = (["momentum", "augment"] as const).some((key) => run.settings[key] !== before[key]);
      if (isAnew) {
        const wasPlaying = this.#playing !== undefined;
        await this.pause();
        await run.leave();
        if (wasPlaying) await this.rules.play!({ speed: this.#speed });
      }
      return run.info;
    },
    show: async ({ step }) => {
      const run = this.known();
      this.at = step >= run.step ? Number.POSITIVE_INFINITY : step;
      return { step: await this.see(run, true) };
    },
    measure: () => this.#measured(this.known()),
    picture: async ({ pixels }) => {
      this.#picture = pixels;
      if (this.run) await this.see(this.run, true);
      return {};
    },
    watch: async ({ maps, filters }) => {
      this.#watched = { maps, filters };
      if (this.run) await this.see(this.run, true);
      return {};
    },
    test: async ({ index }) => {
      const { test } = await this.partsOf(this.run);
      const at = ((index % test.length) + test.length) % test.length;
      return { pixels: pictureAt(test, at), test: at, truth: test.labels[at] };
    },
    minds: async () => {
      const picture = this.fitting(this.known());
      return picture ? mindsOf(this.known(), picture) : { steps: [], readings: new Float32Array() };
    },
    samples: async ({ name, most }) => {
      if (name === "mine")
        return (await this.data.own()).classes.map(({ pictures }) => pictures.slice(-most));
      const { train } = await this.data.at(name);
      return train.classes.map((_, label) => {
        const found: Uint8Array[] = [];
        for (let i = 0; i < train.length && found.length < most; i++)
          if (train.labels[i] === label) found.push(pictureAt(train, i));
        return found;
      });
    },
  };

  /** The run that is shown, and what was kept of its step. */
  async shown(): Promise<{ run: Run; kept: Kept }> {
    const run = this.known();
    await this.partsOf(run);
    return { run, kept: run.history.nearest(this.stepOf(run))! };
  }

  parts(name: Settings["data"]): Promise<Parts> {
    return this.data.at(name);
  }

  /** One step from the one that is shown. @returns what was kept before it */
  async makeOne(): Promise<{ run: Run; before: Kept }> {
    await this.pause();
    const run = await this.#toGoOn();
    const before = run.history.last!;
    this.#playing = this.#loop(run, 1).finally(() => {
      this.#playing = undefined;
    });
    await this.#playing;
    return { run, before };
  }

  /** The run that is shown stands where it was. */
  async backTo(run: Run, kept: Kept): Promise<void> {
    await this.pause();
    await run.backTo(kept);
    this.at = Number.POSITIVE_INFINITY;
    await this.see(run, true);
  }

  known(): Run {
    if (!this.run) throw new Error("There is no network yet: start a training, or load one.");
    return this.run;
  }

  async partsOf(run: Run | undefined): Promise<Parts> {
    if (run && !run.parts) throw new Error(`Pictures of ${run.dataName} are not here.`);
    return run?.parts ?? this.data.at("digits");
  }

  async open(run: Run): Promise<RunInfo> {
    await this.run?.leave();
    this.next = run.id + 1;
    this.#runs.set(run.id, run);
    this.run = run;
    this.at = Number.POSITIVE_INFINITY;
    await this.see(run, true);
    return run.info;
  }

  /** The run that is shown; from an earlier step of it another one begins there. */
  async #toGoOn(): Promise<Run> {
    const run = this.known();
    if (run.still) throw new Error(run.still);
    if (!run.parts) throw new Error(`Pictures of ${run.dataName} are not here.`);
    if (this.at >= run.step) {
      // What is done goes on for as long again.
      if (run.step >= run.planned) {
        const epochs = Math.floor(run.step / run.stepsOfEpoch) + 3;
        run.settings = { ...run.settings, epochs };
      }
      return run;
    }
    const kept = run.history.nearest(this.at)!;
    await run.leave();
    const model = nn.fromDescription(run.model.describe()) as Model;
    model.build(run.network.input as unknown as number[], { seed: run.settings.seed });
    const branch = new Run({
      id: this.next++,
      from: { run: run.id, step: kept.step },
      settings: run.settings,
      model,
      classes: run.network.classes,
      dataName: run.dataName,
      parts: run.parts,
      history: run.history.upTo(kept.step),
      step: kept.step,
      losses: run.losses.slice(0, kept.step),
      accuracies: run.accuracies.filter(({ step }) => step <= kept.step),
    });
    this.#runs.set(branch.id, branch);
    this.run = branch;
    this.at = Number.POSITIVE_INFINITY;
    return branch;
  }

  async pause(): Promise<void> {
    this.#pausing = true;
    try {
      await this.#playing;
    } finally {
      this.#pausing = false;
    }
  }

  async #loop(run: Run, most: number): Promise<void> {
    let [due, made, sent] = [performance.now(), 0, run.losses.length];
    const last = { losses: 0, seen: 0, snapshot: performance.now(), measured: 0, measuring: -1 };
    let why: "paused" | "done" | "failed" = "paused";
    let message: string | undefined;
    const isLast = () => this.#pausing || made + 1 >= most || run.step >= run.planned;
    const isWanted = () => isLast() || performance.now() - last.snapshot > pace.snapshot;
    const tell = (imagesPerSecond: number, rate: number) => {
      const losses = Float32Array.from(run.losses.slice(sent));
      const from = sent;
      sent = run.losses.length;
      last.losses = performance.now();
      const { history, id } = run;
      this.post({ stream: "steps", run: id, from, losses, imagesPerSecond, rate, kept: history.steps }, [
        losses.buffer,
      ]);
    };
    const snapshot = () => {
      last.snapshot = performance.now();
      const bytes = encodeCheckpoint(run.checkpointAt(run.step)).buffer;
      this.post({ stream: "snapshot", run: run.id, step: run.step, bytes }, [bytes]);
    };
    let before: { data: Float32Array } | undefined;
    let speed = { imagesPerSecond: 0, rate: run.settings.rate };
    try {
      while (true) {
        if (run.step >= run.planned) {
          why = "done";
          break;
        }
        if ((this.#pausing || made >= most) && run.history.last?.step === run.step) break;
        if (this.#speed === "all") await turn();
        else {
          await wait(due - performance.now(), () => this.#pausing || this.#speed === "all");
          due = Math.max(due + 1000 / Number(this.#speed), performance.now() - 200);
        }
        const isSeen =
          this.#watched.filters &&
          (isLast() ||
            made + 1 >= most ||
            run.step + 1 >= run.planned ||
            (performance.now() - last.seen > pace.seen && this.#credits > 0));
        before = isSeen ? await this.#filters(run.model) : undefined;
        const { imagesPerSecond, lr } = await run.next(isWanted);
        speed = { imagesPerSecond, rate: lr };
        made++;
        const now = performance.now();
        if (now - last.losses > pace.losses) tell(imagesPerSecond, lr);
        if (now - last.seen > pace.seen && this.#credits > 0 && this.at >= run.step) {
          last.seen = now;
          this.#credits--;
          await this.see(run, false, before);
        }
        if (now - last.measured > Math.max(250, Math.min(last.measuring / measuringShare, 2000))) {
          const began = performance.now();
          await this.#quick(run, run.model, run.step);
          last.measured = performance.now();
          // The first one compiles.
          last.measuring = last.measuring < 0 ? 0 : last.measured - began;
        }
        if (now - last.snapshot > pace.snapshot && run.history.last?.step === run.step) snapshot();
      }
    } catch (error) {
      why = "failed";
      message = (error as Error).message;
      await run.leave().catch(() => {});
      run.goBack();
      sent = Math.min(sent, run.losses.length);
    }
    tell(speed.imagesPerSecond, speed.rate);
    if (why !== "failed") snapshot();
    await this.see(run, true, why === "failed" ? undefined : before);
    this.post({ stream: "stopped", run: run.id, step: run.step, why, message });
    this.#measured(run).then(
      (measured) => this.post({ stream: "measured", measured }),
      () => {},
    );
  }

  async #filters(model: Model): Promise<{ path: string; shape: number[]; data: Float32Array } | undefined> {
    const first = model.layers.findIndex(({ type }) => type === "conv2d");
    const path = `${model.layerNames[first]}.filters`;
    const filters = model.parameters.get(path);
    if (!filters) return undefined;
    return { path, shape: [...filters.shape], data: Float32Array.from(await filters.data()) };
  }

  /** Sends what is watched of the step that is shown. @returns that step */
  async see(run: Run, isAsked: boolean, before?: { data: Float32Array }): Promise<number> {
    const asked = ++this.#looked;
    const picture = this.fitting(run);
    const seen = await run.seenAt(this.at, async ({ model, looking, step }) => {
      const seen: { -readonly [K in keyof Seen]: Seen[K] } = { run: run.id, step };
      if (picture) {
        const { maps } = this.#watched;
        const looked = await looking.look(picture, { maps });
        seen.reading = looked.reading;
        if (maps > 0) seen.maps = looked.maps;
      }
      const filters = this.#watched.filters ? await this.#filters(model) : undefined;
      const earlier = before ?? (isAsked ? this.#earlier(run, step, filters?.path) : undefined);
      if (filters)
        seen.filters = {
          ...filters,
          ...(earlier ? { change: filters.data.map((value, i) => value - earlier.data[i]) } : {}),
        };
      return seen;
    });
    // A newer one has been asked for meanwhile.
    if (asked === this.#looked || !isAsked) {
      if (isAsked) this.#credits = Math.max(0, this.#credits - 1);
      this.post({ stream: "seen", seen }, buffersOf(seen));
    }
    return seen.step;
  }

  /** The filters of the step before, where it was kept. */
  #earlier(run: Run, step: number, path: string | undefined): { data: Float32Array } | undefined {
    const kept = run.history.all.find((one) => one.step === step - 1);
    const found = path === undefined ? undefined : kept?.checkpoint.weights.get(path);
    return found && { data: found.data as Float32Array };
  }

  /** The picture at hand, if the network takes one of its size. */
  fitting({ network: { input } }: Run): Uint8Array | undefined {
    const size = input.reduce((a, b) => a * b, 1);
    return this.#picture?.length === size ? this.#picture : undefined;
  }

  stepOf(run: Run): number {
    return Math.min(this.at, run.step);
  }

  async #quick(run: Run, model: Model, step: number): Promise<void> {
    if (run.parts) this.#tellAccuracy(run, { step, ...(await quickAccuracy(model, run.parts.test)) });
  }

  async #measured(run: Run): Promise<Measured> {
    const measured = await measuredAt(run, this.at, (await this.partsOf(run)).test);
    const { step, accuracy, of } = measured;
    this.#tellAccuracy(run, { step, accuracy, of });
    return measured;
  }

  /** Of each step the newest accuracy is kept. */
  #tellAccuracy(run: Run, point: Accuracy): void {
    run.accuracies = [...run.accuracies.filter((one) => one.step !== point.step), point].sort(
      (a, b) => a.step - b.step,
    );
    this.post({ stream: "accuracy", run: run.id, point });
  }
}

const buffersOf = ({ reading, maps, filters }: Seen): Transferable[] =>
  [reading, filters?.data, filters?.change, ...Object.values(maps ?? {}).map(({ data }) => data)]
    .filter((array) => array !== undefined)
    .map(({ buffer }) => buffer as ArrayBuffer);
