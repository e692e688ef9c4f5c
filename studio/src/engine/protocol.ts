/** What page and engine worker say to each other: plain data, one answer or one failure to each question. */
import type { Answer, Question } from "./lessons.js";
import type { PaintAsked, Painted } from "./network/painting.js";
import type { Credit, NetworkAsked, Streamed } from "./network/protocol.js";

/** A question of a lesson, or a request about the network at hand. */
export type Asked = { readonly id: number; readonly question: Question } | NetworkAsked | Credit | PaintAsked;

export type Told =
  | { readonly id: number; readonly answer: Answer | object }
  | { readonly id: number; readonly failure: { readonly name: string; readonly message: string } }
  | Streamed
  | Painted;
