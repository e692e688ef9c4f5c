import { type Command, InvalidArgumentError } from "commander";
import { writeFileAtomic } from "#platform";
import { part } from "../../data/chosen.js";
import type { Dataset } from "../../data/dataset.js";
import { digitHog, evaluateHogClassifier, trainHogClassifier } from "../../features/hog-classifier.js";
import { count, duration, percent } from "../../formatting/numbers.js";
import { crossEntropy } from "../../losses/index.js";
import { registered } from "../../models/index.js";
import { checkDataName, defaultData, loadWhole } from "../../openers/data-sets.js";
import { cosine, sgd } from "../../optim/index.js";
import { type LearningCurve, renderLearningCurves } from "../../report/features/learning-curves.js";
import { alignedTable } from "../../report/table.js";
import { configure } from "../../runtime/devices.js";
import { evaluate } from "../../training/evaluate.js";
import { fit } from "../../training/fit.js";
import { told } from "../told.js";
import { seed, threads, whole } from "../values.js";
import { checkPng } from "./output.js";

export function compareCommand(features: Command): void {
  features
    .command("compare")
    .description(
      "by hand against learned: HOG and a linear classifier beside a network, on ever more pictures",
    )
    .option("--data <name>", "the data set; MNIST where it is on this machine, else digits")
    .option("--model <name>", "the network", "lenet5")
    .option(
      "--images <numbers>",
      "numbers of training pictures (default: 100,300,1000,3000,10000 and all)",
      numbers,
    )
    .option("--epochs <n>", "of the network on all pictures; smaller sets are shown more often", whole(1), 12)
    .option("--limit <pictures>", "test on the first so many pictures only", whole(1))
    .option("--seed <n>", "everything random follows from it", seed, 0)
    .option("--threads <n>", "threads of the engine; all cores if left out", threads)
    .option("--output <file>", "the PNG to write", "by-hand-against-learned.png")
    .option("--json", "a JSON line for each training, and one at the end")
    .addHelpText("after", "\nExample:\n  $ receptive features compare --data mnist --images 100,1000,10000")
    .action(run);
}

function numbers(text: string): number[] {
  const list = text.split(",").map(Number);
  if (!list.every((n) => Number.isInteger(n) && n > 0))
    throw new InvalidArgumentError("Expected whole numbers above 0, such as 100,1000,10000.");
  return list.sort((a, b) => a - b);
}

interface Options {
  data?: string;
  model: string;
  images?: number[];
  epochs: number;
  limit?: number;
  seed: number;
  threads?: number;
  output: string;
  json?: boolean;
}

interface Result {
  method: string;
  images: number;
  accuracy: number;
  seconds: number;
  params: number;
}

/** Pictures of a step of the network. */
const batchSize = 128;
/** A small set is shown until about so many steps are made: a tenth of them would leave it half learned. */
const leastSteps = 1500;

async function run({ data, model, images, epochs, limit, json, output, ...options }: Options): Promise<void> {
  checkPng(output);
  if (data !== undefined) checkDataName(data);
  const { make } = registered(model);
  const { name, remark } = data ? { name: data, remark: undefined } : await defaultData();
  await configure({ threads: options.threads });
  if (remark && !json) process.stderr.write(`${remark}\n`);
  const { train, test: whole_ } = await loadWhole(name, told({ json }));
  const test = part(whole_, 0, Math.min(limit ?? whole_.length, whole_.length));
  const wanted = images ?? [100, 300, 1000, 3000, 10_000, train.length];
  const sizes = [...new Set(wanted.map((n) => Math.min(n, train.length)))];

  const results: Result[] = [];
  const tell = (result: Result): void => {
    results.push(result);
    if (json) console.log(JSON.stringify(result));
    else
      process.stderr.write(
        `${result.method} on ${count(result.images)} pictures: ${percent(result.accuracy, 2)} after ${duration(result.seconds)}\n`,
      );
  };
  for (const size of sizes) {
    const some = part(train, 0, size);
    tell(await byHand(some, test, options.seed));
    tell(await learned(some, test, { model, make, epochs, seed: options.seed }));
  }
  const curves: LearningCurve[] = [...new Set(results.map(({ method }) => method))].map((method) => {
    const points = results.filter((result) => result.method === method);
    return { name: `${method}, ${count(points[0].params)} parameters`, points };
  });
  const png = await renderLearningCurves({
    title: `By hand against learned on ${name}`,
    subtitle: `measured on ${count(test.length)} test pictures, seed ${options.seed}`,
    curves,
  });
  await writeFileAtomic(output, png);
  console.log(json ? JSON.stringify({ results, output }) : `${table(results)}\n${output}`);
}

async function byHand(train: Dataset, test: Dataset, seed: number): Promise<Result> {
  const begun = performance.now();
  const epochs = Math.max(10, Math.min(200, Math.ceil(100_000 / train.length)));
  const classifier = await trainHogClassifier(train, { hog: digitHog, epochs, seed });
  const seconds = (performance.now() - begun) / 1000;
  const { accuracy } = await evaluateHogClassifier(classifier, test);
  const params = classifier.linear.weights.length + classifier.linear.bias.length;
  return { method: "HOG + linear SVM", images: train.length, accuracy, seconds, params };
}

async function learned(
  train: Dataset,
  test: Dataset,
  {
    model: name,
    make,
    epochs,
    seed,
  }: Pick<Options, "model" | "epochs" | "seed"> & { make: ReturnType<typeof registered>["make"] },
): Promise<Result> {
  const model = make({ classes: train.classes.length });
  const perEpoch = Math.ceil(train.length / batchSize);
  const shown = Math.max(epochs, Math.min(200, Math.ceil(leastSteps / perEpoch)));
  const schedule = cosine({ lr: 0.05, steps: shown * perEpoch });
  const begun = performance.now();
  for await (const event of fit(model, train, {
    loss: crossEntropy(),
    optimizer: sgd({ lr: 0.05, momentum: 0.9 }),
    schedule,
    epochs: shown,
    batchSize,
    seed,
  }))
    if (event.kind === "done") break;
  const seconds = (performance.now() - begun) / 1000;
  const { top1 } = await evaluate(model, test);
  const params = [...model.parameters.values()].reduce((sum, { size }) => sum + size, 0);
  return { method: name, images: train.length, accuracy: top1, seconds, params };
}

function table(results: readonly Result[]): string {
  return alignedTable(
    [
      { title: "pictures", align: "right" },
      { title: "method", align: "left" },
      { title: "accuracy", align: "right" },
      { title: "time", align: "right" },
      { title: "parameters", align: "right" },
    ],
    results.map(({ images, method, accuracy, seconds, params }) => [
      count(images),
      method,
      percent(accuracy, 2),
      duration(seconds),
      count(params),
    ]),
  );
}
