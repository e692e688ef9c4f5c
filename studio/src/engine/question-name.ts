/** A short name of a question, under which its answer is kept: the questions themselves would weigh more than the answers. */
import type { Question } from "./lessons.js";

/** FNV-1a over the question's text, twice with other beginnings: 64 bits as 13 letters and digits. */
export function nameOf(question: Question | string): string {
  const text = typeof question === "string" ? question : JSON.stringify(question);
  return hashed(text, 0x811c9dc5).toString(36) + hashed(text, 0x01234567).toString(36);
}

function hashed(text: string, start: number): number {
  let hash = start;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
