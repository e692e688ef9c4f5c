import type { Command } from "commander";
import { evaluateSpeechCommand } from "./transcribe/evaluate.js";
import { hearCommand } from "./transcribe/hear.js";
import { trainSpeechCommand } from "./transcribe/train.js";

export function transcribeCommand(program: Command): void {
  const speech = program
    .command("transcribe")
    .description("write down what is said in files of sound; train a network for it, and measure it");
  hearCommand(speech);
  trainSpeechCommand(speech);
  evaluateSpeechCommand(speech);
}
