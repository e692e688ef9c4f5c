/** What page and engine worker say to each other: plain data, one answer or one failure to each question. */
import type { Answer, Question } from "./lessons.js";

export interface Asked {
  readonly id: number;
  readonly question: Question;
}

export type Told =
  | { readonly id: number; readonly answer: Answer }
  | { readonly id: number; readonly failure: { readonly name: string; readonly message: string } };
