import type { Command } from "commander";
import { evaluateDetectionCommand } from "./detect/evaluate.js";
import { findCommand } from "./detect/find.js";
import { trainDetectionCommand } from "./detect/train.js";

export function detectCommand(program: Command): void {
  const detect = program
    .command("detect")
    .description("find objects in pictures; train a network for it, and measure it");
  findCommand(detect);
  trainDetectionCommand(detect);
  evaluateDetectionCommand(detect);
}
