/** Commands about networks of pictures, and about pictures, by their names; in the help applications stand between them. */
import type { Command } from "commander";
import { convertCommand } from "./convert.js";
import { dataCommand } from "./data.js";
import { dreamCommand } from "./dream.js";
import { evaluateCommand } from "./evaluate.js";
import { explainCommand } from "./explain.js";
import { featuresCommand } from "./features.js";
import { filterCommand } from "./filter.js";
import { findLrCommand } from "./find-lr.js";
import { modelsCommand } from "./models.js";
import { predictCommand } from "./predict.js";
import { runCommand } from "./run.js";
import { studioCommand } from "./studio.js";
import { summaryCommand } from "./summary.js";
import { trainCommand } from "./train.js";

type Adding = Readonly<Record<string, (program: Command) => unknown>>;

export const firstCommands: Adding = {
  train: trainCommand,
  "find-lr": findLrCommand,
  evaluate: evaluateCommand,
  predict: predictCommand,
  explain: explainCommand,
  dream: dreamCommand,
};

export const lastCommands: Adding = {
  run: runCommand,
  convert: convertCommand,
  summary: summaryCommand,
  studio: studioCommand,
  filter: filterCommand,
  features: featuresCommand,
  models: modelsCommand,
  data: dataCommand,
};
