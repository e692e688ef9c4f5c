import type { Command } from "commander";
import { allowsColour } from "../report/colour.js";
import { confusionText } from "../report/confusion.js";
import { count, percent, significant } from "../report/numbers.js";
import { configure } from "../runtime/engine.js";
import { load, modelOf } from "../training/checkpoint.js";
import { type Evaluation, evaluate } from "../training/evaluate.js";
import { onlyCheckpoint } from "./checkpoints.js";
import { checkDataName, loadData } from "./data-sets.js";
import { whole } from "./values.js";
import { waitingLine } from "./waiting-line.js";

export function evaluateCommand(program: Command): void {
  program
    .command("evaluate")
    .description("measure a trained network on the test pictures of a data set")
    .option("--checkpoint <path>", "the trained network; the one in runs/ if left out")
    .option("--data <name>", "the data set; the one it was trained on if left out")
    .option("--batch-size <pictures>", "pictures read at once", whole(1), 256)
    .option("--limit <pictures>", "read the first so many pictures only", whole(1))
    .option("--threads <n>", "threads of the engine; all cores if left out", whole(1))
    .option("--json", 'one line: {"top1":…,"top5":…,"loss":…,"count":…}')
    .addHelpText(
      "after",
      "\nExample:\n  $ receptive evaluate --checkpoint runs/lenet5-mnist/checkpoint.safetensors --data mnist",
    )
    .action(run);
}

interface Options {
  checkpoint?: string;
  data?: string;
  batchSize: number;
  limit?: number;
  threads?: number;
  json?: boolean;
}

async function run({ checkpoint: path, data, batchSize, limit, threads, json }: Options): Promise<void> {
  if (data !== undefined) checkDataName(data);
  await configure({ threads });
  const checkpoint = await load(path ?? (await onlyCheckpoint()));
  const model = modelOf(checkpoint);
  const { test } = await loadData(data ?? checkpoint.data.name, { limit, json });
  const line = waitingLine({ json });
  const result = await evaluate(model, test, {
    batchSize,
    onProgress: ({ done, count: all }) => line.show(`${count(done)} of ${count(all)} pictures`),
  }).finally(() => line.clear());
  const { top1, top5, loss, count: pictures, confusion } = result;
  if (json) console.log(JSON.stringify({ top1, top5, loss, count: pictures }));
  else {
    console.log(`${model.name} on ${test.name}: ${scores(result)}\n`);
    console.log(confusionText(confusion, test.classes, terminal()));
  }
}

/** "98.76 % of 10,000 test pictures read rightly, 99.98 % within the first five, loss 0.0391" */
export const scores = ({ top1, top5, loss, count: pictures }: Evaluation): string =>
  `${percent(top1, 2)} of ${count(pictures)} test pictures read rightly, ${percent(top5, 2)} within the first five, loss ${significant(loss)}`;

/** What stdout can show. */
export const terminal = () => ({
  width: process.stdout.columns || 80,
  colour: allowsColour({ stream: process.stdout }),
});
