import type { Command } from "commander";
import { evaluateSegmentationCommand } from "./segment/evaluate.js";
import { labelCommand } from "./segment/label.js";
import { trainSegmentationCommand } from "./segment/train.js";

export function segmentCommand(program: Command): void {
  const segment = program
    .command("segment")
    .description("say the class of each pixel; train a network for it, and measure it");
  labelCommand(segment);
  trainSegmentationCommand(segment);
  evaluateSegmentationCommand(segment);
}
