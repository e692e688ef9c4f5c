/** A page's end of the line to a worker that runs `receptive/worker`. */
import type { Dataset, LoadOptions, StreamedDataset } from "../data/index.js";
import type { FileSource } from "../formats/given-source.js";
import type { device } from "../runtime/devices.js";
import type { ModelChoice, Own } from "./choices.js";
import { crossing, crossingFile } from "./crossing.js";
import { Line } from "./line.js";
import { WorkerError, type WorkerLike } from "./liveness.js";
import type { AboutData, AboutModel } from "./protocol.js";
import { crossingData, RemoteDataset } from "./remote-data.js";
import { RemoteModel } from "./remote-model.js";

/** Of a model that the worker makes. */
export interface ModelOptions {
  /** How many classes a model by its name shall have, or what they are called. */
  readonly classes?: number | readonly string[];
  /** Builds it for pictures of this size; otherwise it is built by what it is trained on. */
  readonly input?: readonly [h: number, w: number, c: number];
  /** From which the weights follow, where it is built at once. 0 if left out. */
  readonly seed?: number;
}

/** Whether what goes to the worker is given away. */
export interface GiveAway {
  /**
   * Buffers, bitmaps and frames go to the worker without being copied, and are empty here afterwards. Of an array that
   * is a part of a larger buffer its part is copied all the same. What lies in shared memory is never copied.
   */
  readonly transfer?: boolean;
}

/**
 * Connects a page with a worker:
 *
 *     const worker = new Worker(new URL("receptive/worker", import.meta.url), { type: "module" });
 *     const { model, data } = connect(worker);
 *
 * Every answer of it is that of the library's function of the same name, and so is every error: its `name` and text, and
 * the place in the worker where it arose.
 *
 * @param worker  a Worker of a page or of node:worker_threads
 */
export function connect(worker: WorkerLike): Connection {
  return new Connection(worker);
}

/** The page's end of the line to a worker, made by {@link connect}. */
export class Connection {
  readonly #worker: WorkerLike;
  readonly #line: Line;

  constructor(worker: WorkerLike) {
    if (typeof worker?.postMessage !== "function")
      throw new TypeError(
        `connect: the worker is ${worker}, expected one such as new Worker(new URL("receptive/worker", import.meta.url), { type: "module" })`,
      );
    this.#worker = worker;
    this.#line = new Line(worker);
  }

  /** Resolves when the worker is there; every other call waits for that by itself. @throws WorkerError if it cannot start */
  get ready(): Promise<void> {
    return this.#line.started;
  }

  /** A new model: by its name, as a list of layers, or by its description. */
  async model(choice: ModelChoice, options: ModelOptions = {}): Promise<RemoteModel> {
    const given = crossing("model", "model", choice);
    return this.#kept(await this.#line.call("model", { choice: given.value, ...options }));
  }

  /**
   * The model of a checkpoint, with its weights and the names of its classes.
   * @param source  as `load` of the library takes it; relative addresses count from the page
   * @throws WeightsError or SafetensorsError, one line that names the file
   */
  async load(source: FileSource, { transfer = false }: GiveAway = {}): Promise<RemoteModel> {
    const given = await crossingFile("load", source, transfer);
    return this.#kept(await this.#line.call("load", { source: given.value }, given));
  }

  /** Both parts of a data set by its name ("digits"), or of one of your worker's own. */
  data(name: string, options?: LoadOptions): Promise<RemoteSplits>;
  data(own: Own): Promise<RemoteDataset | RemoteSplits>;
  /** Puts a data set into the worker, to be used there more than once. */
  data(dataset: Dataset | StreamedDataset, options?: GiveAway): Promise<RemoteDataset>;
  async data(
    given: string | Own | Dataset | StreamedDataset,
    options: LoadOptions & GiveAway = {},
  ): Promise<RemoteDataset | RemoteSplits> {
    const { transfer: giveAway, ...loading } = options;
    // Its `read`, if it has one, stays lent: the data set may be used as long as the worker lives.
    const crossed = crossingData(this.#line, "data", given, { giveAway });
    const answer = (await this.#line.call("data", { given: crossed.value, options: loading }, crossed)) as
      | KeptData
      | { train: KeptData; test: KeptData };
    const known = (about: KeptData): RemoteDataset =>
      this.#line.known(new RemoteDataset(about), "releaseData", about);
    return "train" in answer ? { train: known(answer.train), test: known(answer.test) } : known(answer);
  }

  /** What the worker computes on; see `device` of the library. */
  device(): Promise<ReturnType<typeof device>> {
    return this.#line.call("device", {}) as Promise<ReturnType<typeof device>>;
  }

  /** @throws DeviceError if there cannot be so many threads */
  async configure(options: { threads?: number }): Promise<void> {
    await this.#line.call("configure", options);
  }

  /** Ends the worker, with all that lies in it; what it was still doing is rejected with a WorkerError. */
  async terminate(): Promise<void> {
    this.#line.end(new WorkerError("the worker was terminated"));
    await this.#worker.terminate();
  }

  #kept(answer: unknown): RemoteModel {
    const about = answer as AboutModel & { remote: number };
    return this.#line.known(new RemoteModel(this.#line, about), "releaseModel", about);
  }
}

type KeptData = AboutData & { remote: number };

/** A data set of the worker's: its part for training and its part for testing. */
export interface RemoteSplits {
  readonly train: RemoteDataset;
  readonly test: RemoteDataset;
}
