import { join } from "node:path";
import { type Command, Option } from "commander";
import { writeFileAtomic } from "#platform";
import { UsageError } from "../door/usage-error.js";
import { count, significant } from "../formatting/numbers.js";
import { preprocessingOf, usualPreprocessing } from "../images/preprocessing.js";
import { objectiveOf, registered } from "../models/index.js";
import { checkDataName, defaultData, loadData } from "../openers/data-sets.js";
import {
  optimizerOf,
  optimizers,
  refuseMomentum,
  type Settings,
  usualOptimizer,
} from "../recipes/settings.js";
import { renderRateCurve } from "../report/rate-curve.js";
import { configure } from "../runtime/devices.js";
import { findLearningRate } from "../training/find-lr.js";
import { checkWritable, defaultOutput } from "./checkpoints.js";
import { interruption } from "./interruption.js";
import { told } from "./told.js";
import { positive, seed, share, threads, whole } from "./values.js";
import { waitingLine } from "./waiting-line.js";

const curveFile = "learning-rate.png";

export function findLrCommand(program: Command): void {
  program
    .command("find-lr")
    .description("try rising learning rates, draw the loss over them, and suggest one")
    .option("--model <name>", "the network", "lenet5")
    .option("--data <name>", "the data set; MNIST where it is on this machine, else digits")
    .addOption(
      new Option("--optimizer <name>", "how weights follow gradients")
        .choices(optimizers)
        .default("sgd", "sgd; adam for the autoencoder"),
    )
    .option("--momentum <share>", "of sgd and rmsprop", share, 0.9)
    .option("--weight-decay <factor>", "of the weights in the gradient, or beside it with adamW", positive)
    .option("--batch-size <pictures>", "pictures of a step", whole(1), 128)
    .option("--from <rate>", "the first learning rate", positive, 1e-6)
    .option(
      "--to <rate>",
      "the last learning rate, if the loss does not grow too large before it",
      positive,
      10,
    )
    .option("--steps <n>", "steps of training between them", whole(10), 100)
    .option("--seed <n>", "everything random follows from it", seed, 0)
    .option("--threads <n>", "threads of the engine; all cores if left out", threads)
    .option("--limit <pictures>", "train on the first so many pictures only", whole(1))
    .option("--output <dir>", "where the curve goes (default: runs/<model>-<data>)")
    .option("--json", 'one line: {"suggestion":…,"lowest":…,"diverged":…,"points":[…],"curve":…}')
    .addHelpText("after", "\nExample:\n  $ receptive find-lr --model lenet5 --data mnist --optimizer adam")
    .action(run);
}

type Options = Pick<
  Settings,
  "model" | "optimizer" | "momentum" | "weightDecay" | "batchSize" | "seed" | "limit"
> & {
  data?: string;
  from: number;
  to: number;
  steps: number;
  threads?: number;
  output?: string;
  json?: boolean;
};

async function run(given: Options, command: Command): Promise<void> {
  const isChosen = command.getOptionValueSource("optimizer") === "cli";
  const options = isChosen ? given : { ...given, optimizer: usualOptimizer(given.model) };
  refuseMomentum(options.optimizer, command.getOptionValueSource("momentum") === "cli");
  const { json = false, from, to, steps, batchSize, seed, limit, threads } = options;
  if (to <= from) throw new UsageError(`--from ${from} --to ${to}: the rates do not rise`);
  if (options.data !== undefined) checkDataName(options.data);
  const { make, input } = registered(options.model);
  const name = options.data ?? (await defaultData()).name;
  const output = options.output ?? defaultOutput({ model: options.model, data: name });
  await checkWritable(output);
  await configure({ threads });
  const stop = interruption();
  const line = waitingLine({ json });
  try {
    const folder = { input, preprocessing: preprocessingOf(usualPreprocessing(input)) };
    const { train } = await loadData(name, { limit, ...told({ json }), signal: stop.signal, folder });
    const model = make({ classes: train.classes.length });
    const found = await findLearningRate(model, train, {
      ...objectiveOf(options.model),
      optimizer: optimizerOf(options),
      ...{ from, to, steps, batchSize, seed },
      signal: stop.signal,
      onProgress: ({ done, count: all }) => line.show(`${count(done)} of ${count(all)} steps`),
    });
    line.clear();
    const curve = join(output, curveFile);
    const title = `${model.name} on ${train.name}, ${options.optimizer}, ${count(batchSize)} pictures a step`;
    await writeFileAtomic(curve, await renderRateCurve({ title, ...found }));
    const { suggestion, lowest, diverged } = found;
    if (json) {
      console.log(JSON.stringify({ suggestion, lowest, diverged, points: found.points, curve }));
      return;
    }
    console.log(
      suggestion === null
        ? `The loss does not fall at any learning rate from ${significant(from)} to ${significant(to)}.`
        : `Learning rate: ${significant(suggestion)}, where the loss falls fastest. It is lowest at ${significant(lowest)}${diverged === null ? "" : `, and out of hand at ${significant(diverged)}`}.`,
    );
    console.log(`Curve: ${curve}`);
  } catch (error) {
    if (error !== stop.signal.reason) throw error;
    process.stderr.write("Stopped.\n");
    process.exitCode = stop.exitCode();
  } finally {
    line.clear();
    stop.release();
  }
}
