import type { Command } from "commander";
import { compareCommand } from "./features/compare.js";
import { detectCommand } from "./features/detect.js";
import { edgeCommands } from "./features/edges.js";
import { hogCommand } from "./features/hog.js";
import { keypointCommands } from "./features/keypoints.js";
import { matchCommand } from "./features/match.js";
import { nearestKernelsCommand } from "./features/nearest-kernels.js";
import { templateCommand } from "./features/template.js";
import { trainHogCommand } from "./features/train.js";

export function featuresCommand(program: Command): void {
  const features = program
    .command("features")
    .description("features by hand (edges, templates, HOG, SIFT, SURF), and beside learned ones");
  edgeCommands(features);
  templateCommand(features);
  hogCommand(features);
  keypointCommands(features);
  matchCommand(features);
  trainHogCommand(features);
  detectCommand(features);
  compareCommand(features);
  nearestKernelsCommand(features);
}
