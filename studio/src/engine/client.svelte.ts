/** The page's end of the engine's worker, which starts at the first question that has no answer by name. */

import named from "virtual:named-answers";
import { untrack } from "svelte";
import { trusted } from "../state/trusted.js";
import type { Answer, Kind, Question } from "./lessons.js";
import type { AskKind, Asks, Credit, Streamed } from "./network/protocol.js";
import type { Asked, Told } from "./protocol.js";
import { nameOf } from "./question-name.js";
import type { TaskAnswer, TaskAsk, TaskKind, TaskRoom } from "./tasks/protocol.js";
import workerAddress from "./worker.js?worker&url";

export type EngineState = "resting" | "starting" | "ready" | "silent" | "gone";

/** A worker that says nothing for so long is told of. */
const patience = 5000;

/** As many pictures as the worker keeps. */
const mostGiven = 8;

/** A worker of the library: that of all rooms, or one for a long picture or training. */
export const newWorker = (): Worker => new Worker(trusted(workerAddress), { type: "module" });

class EngineError extends Error {
  override name = "EngineError";
}

class Engine {
  state = $state<EngineState>("resting");
  /** What it computes on, in words. */
  device = $state("1 thread");
  #worker: Worker | undefined;
  #waiting = new Map<
    number,
    { resolve(answer: object): void; reject(error: Error): void; onProgress?(progress: object): void }
  >();
  #asked = 0;
  /** Pictures that questions speak of by name: a worker that is started again is given them again. */
  #given = new Map<string, Question<"picture">>();
  #alarm: ReturnType<typeof setTimeout> | undefined;

  /** Is told what streams say, and with `undefined` that a worker has ended with all that it held. */
  onStream: ((message: Streamed | undefined) => void) | undefined;
  /** Are told the latter, too. */
  readonly onLost = new Set<() => void>();

  ask<K extends Kind>(question: Question<K>): Promise<Answer<K>> {
    // What is spoken of is not the next to be forgotten.
    const given = "picture" in question ? this.#given.get(question.picture as string) : undefined;
    if (given) this.#remember(given);
    return this.#send((id) => ({ id, question: question as Question })) as Promise<Answer<K>>;
  }

  /** A picture for the questions that follow. Of the older ones only the last few are remembered. */
  give(picture: Question<"picture">): Promise<Answer<"picture">> {
    this.#worker ??= this.#start();
    this.#remember(picture);
    return this.ask<"picture">(picture);
  }

  #remember(picture: Question<"picture">): void {
    this.#given.delete(picture.name);
    this.#given.set(picture.name, picture);
    if (this.#given.size > mostGiven) this.#given.delete(this.#given.keys().next().value!);
  }

  /** About the network at hand. */
  request<K extends AskKind>(
    kind: K,
    asked: Asks[K]["asked"],
    transfer: Transferable[] = [],
  ): Promise<Asks[K]["answer"]> {
    return this.#send((id) => ({ ...asked, id, kind }) as Asked, transfer) as Promise<Asks[K]["answer"]>;
  }

  /** Of a room of a task: text, speech, rank. @param onProgress  is told on the way, where it takes long */
  task<R extends TaskRoom, K extends TaskKind<R>>(
    room: R,
    kind: K,
    asked: TaskAsk<R, K>,
    onProgress?: (progress: object) => void,
  ): Promise<TaskAnswer<R, K>> {
    const message = (id: number) => ({ id, task: { room, kind, asked } }) as Asked;
    return this.#send(message, [], onProgress) as Promise<TaskAnswer<R, K>>;
  }

  credit(credit: Credit["credit"]): void {
    this.#worker?.postMessage({ credit } satisfies Credit);
  }

  #send(
    asked: (id: number) => Asked,
    transfer: Transferable[] = [],
    onProgress?: (progress: object) => void,
  ): Promise<object> {
    this.#worker ??= this.#start();
    const id = ++this.#asked;
    const told = new Promise<object>((resolve, reject) =>
      this.#waiting.set(id, { resolve, reject, onProgress }),
    );
    this.#worker.postMessage(asked(id), transfer);
    this.#watch();
    return told;
  }

  /** Ends the worker; the next question starts another. */
  restart(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#fail("the engine was started again");
    this.state = "resting";
    this.#lost();
  }

  #lost(): void {
    for (const told of this.onLost) told();
    this.onStream?.(undefined);
  }

  #start(): Worker {
    this.state = "starting";
    const worker = newWorker();
    worker.onmessage = ({ data }: MessageEvent<Told>) => {
      this.state = "ready";
      if ("painted" in data || "told" in data) return;
      if ("stream" in data) {
        this.#watch();
        return this.onStream?.(data);
      }
      const waiting = this.#waiting.get(data.id);
      if ("progress" in data) {
        this.#watch();
        return waiting?.onProgress?.(data.progress);
      }
      this.#waiting.delete(data.id);
      this.#watch();
      if ("answer" in data) waiting?.resolve(data.answer);
      else waiting?.reject(new EngineError(data.failure.message));
    };
    worker.onerror = ({ message }) => {
      // It may still be there, with what it held; the next question starts another.
      worker.terminate();
      this.#worker = undefined;
      this.state = "gone";
      this.#fail(message || "the engine's worker did not start");
      this.#lost();
    };
    // Their answers come to nobody.
    for (const question of this.#given.values())
      worker.postMessage({ id: 0, question: question as Question } satisfies Asked);
    return worker;
  }

  #watch(): void {
    clearTimeout(this.#alarm);
    if (this.#waiting.size > 0)
      this.#alarm = setTimeout(() => {
        this.state = "silent";
      }, patience);
  }

  #fail(message: string): void {
    for (const { reject } of this.#waiting.values()) reject(new EngineError(message));
    this.#waiting.clear();
    clearTimeout(this.#alarm);
  }
}

export const engine = new Engine();

/** A question that follows what it depends on; its answer comes by name at once, else from the worker. */
export interface Answered<K extends Kind> {
  /** Undefined while the worker computes it, or where there is nothing to ask. */
  readonly value: Answer<K> | undefined;
  /** What the library said against it. */
  readonly failure: string | undefined;
}

/** To be called where a component is made. Of questions that follow each other only the newest is waited for. */
export function answered<K extends Kind>(question: () => Question<K> | undefined): Answered<K> {
  const text = $derived.by(() => {
    const asked = question();
    return asked && JSON.stringify(asked);
  });
  const byName = $derived(text === undefined ? undefined : (named[nameOf(text)] as Answer<K> | undefined));
  let late = $state.raw<{ text: string; answer?: Answer<K>; failure?: string }>();
  $effect(() => {
    const asked = text;
    if (asked === undefined || byName) return;
    // Answers to what is no longer asked come to nobody; nor do those for a view that was left.
    let isWanted = true;
    engine.ask<K>(JSON.parse(asked)).then(
      (answer) => {
        if (isWanted) late = { text: asked, answer };
      },
      (error: Error) => {
        if (isWanted) late = { text: asked, failure: error.message };
      },
    );
    return () => {
      isWanted = false;
    };
  });
  return {
    get value() {
      return byName ?? (late?.text === text ? late?.answer : undefined);
    },
    get failure() {
      return byName ? undefined : late?.text === text ? late?.failure : undefined;
    },
  };
}

export interface Followed<K extends Kind> extends Answered<K> {
  /** The question's own answer is there; else the value is that of the question before. */
  readonly isCurrent: boolean;
}

/**
 * As `answered`, for questions that follow a pointer or a camera: the last answer stays until the next one is there, and
 * while one is being computed only the newest of those that came meanwhile is asked.
 */
export function followed<K extends Kind>(question: () => Question<K> | undefined): Followed<K> {
  const text = $derived.by(() => {
    const asked = question();
    return asked && JSON.stringify(asked);
  });
  let late = $state.raw<{ text: string; answer?: Answer<K>; failure?: string }>();
  let isBusy = false;
  let wanted: string | undefined;
  const next = () => {
    const asked = wanted;
    if (isBusy || asked === undefined || asked === late?.text) return;
    isBusy = true;
    engine
      .ask<K>(JSON.parse(asked))
      .then(
        (answer) => {
          late = { text: asked, answer };
        },
        (error: Error) => {
          late = { text: asked, failure: error.message, answer: late?.answer };
        },
      )
      .finally(() => {
        isBusy = false;
        next();
      });
  };
  $effect(() => {
    wanted = text;
    untrack(next);
    return () => {
      wanted = undefined;
    };
  });
  return {
    get value() {
      return text === undefined ? undefined : late?.answer;
    },
    get failure() {
      return late?.text === text ? late?.failure : undefined;
    },
    get isCurrent() {
      return late?.text === text;
    },
  };
}
