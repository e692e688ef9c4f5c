/** What rooms of whole applications ask of the engine's worker: plain data, one answer each, and progress on the way. */
import type { RankAsks } from "./rank-asks.js";
import type { SpeechAsks } from "./speech-asks.js";
import type { TextAsks } from "./text-asks.js";

export interface TaskAsks {
  readonly text: TextAsks;
  readonly rank: RankAsks;
  readonly speech: SpeechAsks;
}

export type TaskRoom = keyof TaskAsks;
export type TaskKind<R extends TaskRoom> = keyof TaskAsks[R] & string;
type Entry<R extends TaskRoom, K extends TaskKind<R>> = TaskAsks[R][K] & { asked: object; answer: object };
export type TaskAsk<R extends TaskRoom, K extends TaskKind<R>> = Entry<R, K>["asked"];
export type TaskAnswer<R extends TaskRoom, K extends TaskKind<R>> = Entry<R, K>["answer"];

export interface TaskAsked {
  readonly id: number;
  readonly task: { readonly room: TaskRoom; readonly kind: string; readonly asked: object };
}

/** Of a question that takes long. */
export interface TaskProgress {
  readonly id: number;
  readonly progress: object;
}

/** What a room's file of the worker gives: a rule for each question. */
export type TaskRules<A> = {
  readonly [K in keyof A]: A[K] extends { asked: infer Asked; answer: infer Answer }
    ? (asked: Asked, tell: (progress: object) => void) => Promise<Answer>
    : never;
};

/** How far a training is. */
export interface Training {
  readonly epoch: number;
  readonly epochs: number;
  readonly loss: number;
  /** Of what is set apart to test by, once it was measured: 0 to 1. */
  readonly score?: number;
}
