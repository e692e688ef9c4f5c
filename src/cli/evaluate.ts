import type { Command } from "commander";
import type { AnyDataset } from "../data/dataset.js";
import { UsageError } from "../door/usage-error.js";
import { count, percent, significant } from "../formatting/numbers.js";
import { type FolderOptions, openClasses } from "../images/folder.js";
import { objectiveOf } from "../models/index.js";
import { checkDataName, folderOf, loadData, spread } from "../openers/data-sets.js";
import type { Network, NetworkOptions } from "../openers/network.js";
import { allowsColour } from "../report/colour.js";
import { confusionText } from "../report/confusion.js";
import { configure } from "../runtime/devices.js";
import { type Evaluation, evaluate } from "../training/evaluate.js";
import { evaluateReconstruction } from "../training/reconstruction.js";
import { networkOf, networkOptions } from "./networks.js";
import { reconstructionScores } from "./outcome-reconstruction.js";
import { refuseFileOptions, skipping } from "./picture-folders.js";
import { told } from "./told.js";
import { traced, traceOption } from "./trace.js";
import { threads, whole } from "./values.js";
import { waitingLine } from "./waiting-line.js";

export function evaluateCommand(program: Command): void {
  const command = program
    .command("evaluate")
    .description("measure a trained network on the test pictures of a data set");
  networkOptions(command)
    .option(
      "--data <name>",
      "a data set, or folder:PATH with a folder of pictures for each class; that of its training if left out",
    )
    .option(
      "--ten-crop",
      "read ten views of each picture of a folder and average: corners, centre, and their mirror images",
    )
    .option(
      "--skip-bad",
      "of a folder: look at every picture beforehand, and leave out those that cannot be read",
    )
    .option("--batch-size <pictures>", "pictures read at once", whole(1), 256)
    .option("--limit <pictures>", "read the first so many pictures only", whole(1))
    .option("--threads <n>", "threads of the engine; all cores if left out", threads)
    .addOption(traceOption())
    .option(
      "--json",
      'one line: {"top1":…,"top5":…,"loss":…,"count":…,"unread":…}; top5 where there are more than five classes; unread: without an answer; with --skip-bad "skipped"',
    )
    .addHelpText(
      "after",
      `
Examples:
  $ receptive evaluate --checkpoint runs/lenet5-mnist/checkpoint.safetensors --data mnist
  $ receptive evaluate --model resnet18 --weights resnet18.safetensors --data folder:imagenet/val`,
    )
    .action(traced((options: Options, command: Command) => run(options, command)));
}

interface Options extends NetworkOptions {
  data?: string;
  tenCrop?: boolean;
  skipBad?: boolean;
  batchSize: number;
  limit?: number;
  threads?: number;
  json?: boolean;
}

async function run(
  { data, tenCrop, skipBad, batchSize, limit, threads, json, ...options }: Options,
  command: Command,
): Promise<void> {
  if (data !== undefined) checkDataName(data);
  await configure({ threads });
  const network = await networkOf(options, { json });
  const { model } = network;
  const name = data ?? network.data;
  if (name === undefined) throw new UsageError("which pictures? --data NAME or --data folder:PATH");
  refuseFileOptions(name, ["skipBad", "colours"], command);
  const skip = skipping({ skipBad }, { json });
  const test = await testPictures(name, network, { limit, json, tenCrop, skip: skip.options });
  const line = waitingLine({ json });
  const { loss: objective, target } = objectiveOf(model.name);
  const how = {
    loss: objective,
    batchSize,
    onProgress: (progress: { done: number; count: number }) =>
      line.show(`${count(progress.done)} of ${count(progress.count)} pictures`),
  };
  if (target === "picture") {
    const result = await evaluateReconstruction(model, test, how).finally(() => line.clear());
    console.log(
      json
        ? JSON.stringify({ ...result, ...skip.line() })
        : `${model.name} on ${test.name}: ${reconstructionScores(result)}`,
    );
    return;
  }
  const result = await evaluate(model, test, how).finally(() => line.clear());
  if (json) console.log(JSON.stringify({ ...scoresAsJson(result), ...skip.line() }));
  else {
    console.log(`${model.name} on ${test.name}: ${scores(result)}\n`);
    console.log(confusionText(result.confusion, test.classes, terminal()));
  }
}

async function testPictures(
  name: string,
  { input, classes, preprocessing, colours }: Network,
  {
    limit,
    json,
    tenCrop,
    skip,
  }: { limit?: number; json?: boolean; tenCrop?: boolean; skip: Pick<FolderOptions, "skipBad"> },
): Promise<AnyDataset> {
  const folder = folderOf(name);
  if (folder === undefined && tenCrop)
    throw new UsageError(
      `--ten-crop is for photographs, --data folder:PATH; those of ${name} are as large as the input`,
    );
  if (folder === undefined)
    return (await loadData(name, { limit, ...told({ json }), folder: { input, preprocessing } })).test;
  if (classes.length === 0)
    throw new UsageError("what do the outputs mean? --classes FILE brings their names, one a line");
  const how = { input, preprocessing, tenCrop, colours, ...skip };
  return spread(await openClasses(folder, classes, how), limit);
}

/** For programs: of five classes or fewer, the first five are all there are. */
export const scoresAsJson = ({ top1, top5, loss, count: pictures, unread, confusion }: Evaluation) => ({
  top1,
  ...(confusion.length > 5 ? { top5 } : {}),
  loss,
  count: pictures,
  unread,
});

/**
 * "98.76 % of 10,000 test pictures read rightly, 99.98 % within the first five, loss 0.0391"; of five classes or fewer
 * the first five are all there are, and say nothing.
 */
export const scores = ({ top1, top5, loss, count: pictures, unread, confusion }: Evaluation): string =>
  `${percent(top1, 2)} of ${count(pictures)} test pictures read rightly${confusion.length > 5 ? `, ${percent(top5, 2)} within the first five` : ""}${unread > 0 ? `, ${count(unread)} without an answer (an output is NaN)` : ""}, loss ${significant(loss)}`;

/** What stdout can show. */
export const terminal = () => ({
  width: process.stdout.columns || 80,
  colour: allowsColour({ stream: process.stdout }),
});
