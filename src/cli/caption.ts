import type { Command } from "commander";
import { describeCommand } from "./caption/describe.js";
import { evaluateCaptionsCommand } from "./caption/evaluate.js";
import { trainCaptionsCommand } from "./caption/train.js";

export function captionCommand(program: Command): void {
  const caption = program
    .command("caption")
    .description("describe pictures in a sentence; train a network for it, and measure it");
  describeCommand(caption);
  trainCaptionsCommand(caption);
  evaluateCaptionsCommand(caption);
}
