import type { Command } from "commander";
import { registered } from "../models/index.js";
import { pixelLayers } from "../nn/pixel-layers.js";
import { summaryTable } from "../nn/summary-table.js";
import { modelOf } from "../training/checkpoint.js";
import { load } from "../training/opened-checkpoint.js";

export function summaryCommand(program: Command): void {
  program
    .command("summary")
    .description("a model's layers: output shapes, parameters, multiply-adds, receptive fields")
    .argument("<model>", "a model's name, or the path of a checkpoint (.safetensors)")
    .option("--training", "with what is there in training only, such as auxiliary heads")
    .option("--json", "as JSON")
    .addHelpText("after", "\nExample:\n  $ receptive summary lenet5")
    .action(run);
}

async function run(name: string, { json, training }: { json?: boolean; training?: boolean }): Promise<void> {
  const summary = name.endsWith(".safetensors")
    ? modelOf(await load(name), pixelLayers).summary(undefined, { training })
    : summaryOf(name, training);
  console.log(json ? JSON.stringify(summary) : summaryTable(summary));
}

function summaryOf(name: string, training?: boolean) {
  const { make, input } = registered(name);
  return make().summary(input, { training });
}
