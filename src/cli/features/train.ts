import { join } from "node:path";
import { type Command, Option } from "commander";
import { writeFileAtomic } from "#platform";
import { withGround } from "../../features/ground-examples.js";
import type { HogOptions } from "../../features/hog.js";
import { digitHog, evaluateHogClassifier, trainHogClassifier } from "../../features/hog-classifier.js";
import { encodeHogClassifier } from "../../features/hog-classifier-file.js";
import { count, counted, duration, percent, significant } from "../../formatting/numbers.js";
import { checkDataName, defaultData, loadWhole } from "../../openers/data-sets.js";
import { allowsColour } from "../../report/colour.js";
import { confusionText } from "../../report/confusion.js";
import { configure } from "../../runtime/devices.js";
import { checkWritable, runsFolder } from "../checkpoints.js";
import { claimFolder } from "../folder-claim.js";
import { interruption } from "../interruption.js";
import { told } from "../told.js";
import { seed, threads, whole } from "../values.js";

export const classifierFile = "classifier.safetensors";

export function trainHogCommand(features: Command): void {
  features
    .command("train")
    .description("a classifier by hand: HOG, and a linear classifier learned on top of it")
    .option("--data <name>", "the data set; MNIST where it is on this machine, else digits")
    .addOption(
      new Option("--loss <name>", "support vectors, or softmax").choices(["svm", "softmax"]).default("svm"),
    )
    .option("--cell <pixels>", "edge of a cell", whole(1), digitHog.cell)
    .option("--bins <n>", "orientations", whole(1), digitHog.bins)
    .option("--epochs <n>", "how often each picture is shown", whole(1), 10)
    .option("--ground", "also learn windows that show nothing whole: for `features detect`")
    .option("--limit <pictures>", "train and test on the first so many pictures only", whole(1))
    .option("--seed <n>", "everything random follows from it", seed, 0)
    .option("--threads <n>", "threads of the engine; all cores if left out", threads)
    .option("--output <dir>", "where the classifier goes (default: runs/hog-<data>)")
    .option("--json", "one line of JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  $ receptive features train --data mnist\n  $ receptive features train --data mnist --ground",
    )
    .action(run);
}

interface Options {
  data?: string;
  loss: "svm" | "softmax";
  cell: number;
  bins: number;
  epochs: number;
  ground?: boolean;
  limit?: number;
  seed: number;
  threads?: number;
  output?: string;
  json?: boolean;
}

async function run(options: Options): Promise<void> {
  const { loss, cell, bins, epochs, limit, json, threads } = options;
  const tell = (text: string) => void (json || process.stderr.write(`${text}\n`));
  if (options.data !== undefined) checkDataName(options.data);
  const { name, remark } = options.data ? { name: options.data, remark: undefined } : await defaultData();
  const output = options.output ?? join(runsFolder, `hog-${name}`);
  await checkWritable(output);
  await configure({ threads });
  if (remark) tell(remark);
  const stop = interruption();
  let claim: { release: () => void } | undefined;
  try {
    const { train: given, test } = await loadWhole(name, { limit, ...told({ json }), signal: stop.signal });
    const train = options.ground ? withGround(given, { seed: options.seed }) : given;
    tell(
      `HOG and a linear classifier (${loss}) on ${name}: ${counted(train.length, "picture")}, ${counted(epochs, "epoch")}`,
    );
    claim = await claimFolder(output);
    const settings: HogOptions = { ...digitHog, cell, bins };
    const begun = performance.now();
    const classifier = await trainHogClassifier(train, {
      hog: settings,
      loss,
      epochs,
      seed: options.seed,
      signal: stop.signal,
      onProgress: ({ epoch, loss: value }) => tell(`epoch ${epoch}/${epochs}  loss ${significant(value)}`),
    });
    const seconds = (performance.now() - begun) / 1000;
    const { accuracy, count: pictures, confusion } = await evaluateHogClassifier(classifier, test);
    const path = join(output, classifierFile);
    await writeFileAtomic(path, encodeHogClassifier(classifier));
    const params = classifier.linear.weights.length + classifier.linear.bias.length;
    if (json)
      console.log(
        JSON.stringify({ data: name, accuracy, count: pictures, seconds, params, classifier: path }),
      );
    else {
      const terminal = {
        width: process.stdout.columns || 80,
        colour: allowsColour({ stream: process.stdout }),
      };
      console.log(
        `${percent(accuracy, 2)} of ${count(pictures)} test pictures read rightly, with ${count(params)} parameters after ${duration(seconds)}\n`,
      );
      console.log(`${confusionText(confusion, train.classes, terminal)}\n\n${path}`);
    }
  } catch (error) {
    if (error !== stop.signal.reason) throw error;
    tell("Stopped before anything was saved.");
    process.exitCode = stop.exitCode();
  } finally {
    claim?.release();
    stop.release();
  }
}
