/** What page and engine worker say to each other: plain data, one answer or one failure to each question. */
import type { Answer, Question } from "./lessons.js";
import type { ErrandAsked, ErrandTold } from "./network/errands.js";
import type { PaintAsked, Painted } from "./network/painting.js";
import type { Credit, NetworkAsked, Streamed } from "./network/protocol.js";
import type { TaskAsked, TaskProgress } from "./tasks/protocol.js";

/** A question of a lesson, a request about the network at hand, or one of a room of a task. */
export type Asked =
  | { readonly id: number; readonly question: Question }
  | NetworkAsked
  | TaskAsked
  | Credit
  | PaintAsked
  | ErrandAsked;

export type Told =
  | { readonly id: number; readonly answer: Answer | object }
  | { readonly id: number; readonly failure: { readonly name: string; readonly message: string } }
  | TaskProgress
  | Streamed
  | Painted
  | ErrandTold;
