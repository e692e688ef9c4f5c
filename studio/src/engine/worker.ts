/** The engine's worker: the library, and nothing that is drawn. */
import { configure } from "receptive";
import { answerTo } from "./lessons.js";
import type { Asked, Told } from "./protocol.js";

// Small questions: threads would be started for nothing.
configure({ threads: 1 });

addEventListener("message", async ({ data: { id, question } }: MessageEvent<Asked>) => {
  let told: Told;
  try {
    told = { id, answer: await answerTo(question) };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    told = { id, failure: { name, message } };
  }
  postMessage(told);
});
