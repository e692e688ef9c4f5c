import type { Command } from "commander";
import { evaluateTextCommand } from "./classify-text/evaluate.js";
import { predictTextCommand } from "./classify-text/predict.js";
import { trainTextCommand } from "./classify-text/train.js";

export function classifyTextCommand(program: Command): void {
  const text = program
    .command("classify-text")
    .description(
      "tell texts apart: train a network on labelled texts, measure it, ask it, see which words decided",
    );
  trainTextCommand(text);
  evaluateTextCommand(text);
  predictTextCommand(text);
}
