/** Who runs the launches of a stage: the threads together, or for small ones the calling thread alone. */
import { threadsWithin } from "#platform";
import { barrierWords, type Machine } from "../targets/machine.js";
import { DeviceError, fewerThreads, noThreads } from "./machine-choice.js";
import type { Block, EngineMemory } from "./memory.js";
import { type Recorder, recording } from "./recording.js";
import type { Stage } from "./stage.js";
import { ThreadFailure, ThreadPool } from "./threads.js";

/**
 * Programs with less work than this for each lane of a vector run on the calling thread: they take it 40 to 100 µs, and
 * waking others takes as long, or a millisecond where the machine has something else to do. LeNet-5 over four pictures is
 * about as much.
 */
const inlineWorkPerLane = 200_000;

export interface CrewOptions {
  threads: number;
  /** Why there are fewer than were wanted, as a sentence. */
  reason: string | null;
  /** Has the threads run even the smallest stage. */
  shareAll: boolean;
  /** Told why there are fewer threads from now on. */
  onFallback?: (reason: string) => void;
}

export class Crew {
  readonly #barrier: Block;
  #pool: ThreadPool | null = null;
  #threads: number;
  #reason: string | null;

  constructor(
    private readonly machine: Machine,
    memory: EngineMemory,
    private readonly options: CrewOptions,
  ) {
    this.#barrier = memory.allocate(4 * barrierWords);
    machine.memory.write(this.#barrier.address, new Int32Array(barrierWords));
    this.#threads = options.threads;
    this.#reason = options.reason;
  }

  get threads(): number {
    return this.#threads;
  }

  get reason(): string | null {
    return this.#reason;
  }

  /** The threads of before end by themselves. */
  setThreads(wanted: number): void {
    const reason = wanted > 1 ? noThreads() : null;
    this.#reason = null;
    if (reason) this.#reduce(1, reason);
    const threads = reason ? 1 : wanted;
    if (threads === this.#threads) return;
    void this.#pool?.terminate();
    this.#pool = null;
    this.#threads = threads;
  }

  /** The threads, started if need be; null: the calling thread is all there is. */
  start(): ThreadPool | null {
    if (!this.#pool && this.#threads > 1) {
      const fit = threadsWithin(this.#threads);
      if (fit < this.#threads) this.#reduce(fit, fewerThreads(fit, this.#threads));
    }
    if (this.#threads === 1) return null;
    const { memory, sharedMemory } = this.machine;
    this.#pool ??= new ThreadPool(this.#threads, sharedMemory, memory, this.#barrier.address);
    return this.#pool;
  }

  async terminate(): Promise<void> {
    await this.#pool?.terminate();
    this.#pool = null;
  }

  /**
   * @returns null: it has run already, on the calling thread
   * @throws DeviceError where a thread ends in the middle of it
   */
  run(stage: Stage): Promise<unknown> | null {
    const recorder = stage.stamps && recording();
    if (recorder) return this.#runTimed(stage, recorder, stage.stamps!);
    const pool = this.#poolFor(stage);
    if (pool) return this.#runTogether(pool, stage);
    if (!stage.run) return this.#runAlone(stage);
    stage.run(stage.blocks.address, 0, 1, this.#barrier.address);
    return null;
  }

  async #runTimed(stage: Stage, recorder: Recorder, stamps: NonNullable<Stage["stamps"]>): Promise<void> {
    const { shown, blocks } = stage;
    const { clock, memory } = this.machine;
    const [from, begun] = [performance.now(), clock.now()];
    const pool = this.#poolFor(stage);
    const threads = await (pool ? this.#runTogether(pool, stage) : this.#runAlone(stage));
    const [to, ended] = [performance.now(), clock.now()];
    const words = new BigInt64Array((Math.max(1, threads) * stamps.stride) / 8);
    memory.read(blocks.address + stamps.offset, words);
    recorder.addRun({ launches: shown, stamps: words, threads, clock, from, to, begun, ended });
  }

  unload({ id }: Stage): void {
    this.#pool?.unload(id);
  }

  /** null: the calling thread runs it. */
  #poolFor({ work }: Stage): ThreadPool | null {
    const isSmall = work < inlineWorkPerLane * this.machine.target.lanes && !this.options.shareAll;
    return isSmall ? null : this.start();
  }

  /** @returns how many threads of the pool ran it; 0: the calling thread did */
  async #runTogether(pool: ThreadPool, stage: Stage): Promise<number> {
    const { id, code, blocks } = stage;
    try {
      await pool.run(id, code.shipped, blocks.address);
      return pool.threads;
    } catch (error) {
      if (!(error instanceof ThreadFailure)) throw error;
      this.#pool = null;
      this.#reduce(1, `one thread, because ${error.message}`);
      await pool.terminate();
      const outcome = pool.outcome();
      if (outcome === "not begun") return this.#runAlone(stage);
      if (outcome === "begun")
        throw new DeviceError(
          `${error.message}, in the middle of a step: variables that it changes may be half changed; one thread goes on`,
        );
      return pool.threads;
    }
  }

  async #runAlone(stage: Stage): Promise<number> {
    stage.run ??= await stage.code.start();
    stage.run(stage.blocks.address, 0, 1, this.#barrier.address);
    return 0;
  }

  #reduce(threads: number, reason: string): void {
    this.#threads = threads;
    this.#reason = reason;
    this.options.onFallback?.(reason);
  }
}
