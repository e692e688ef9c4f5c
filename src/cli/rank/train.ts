import { type Command, Option } from "commander";
import { fileExists } from "#platform";
import { UsageError } from "../../door/usage-error.js";
import { count, counted, duration } from "../../formatting/numbers.js";
import { configure } from "../../runtime/devices.js";
import * as pairs from "../../tasks/pairs/index.js";
import { refuse } from "../given.js";
import { runOf } from "../newest-run.js";
import { inTaskFolder } from "../task-training.js";
import { amountOf, parametersOf } from "../training-words.js";
import { notNegative, positive, seed, share, threads, whole } from "../values.js";
import {
  alsoTrained,
  howQuestionsAreRead,
  type QuestionOptions,
  questionOptions,
  toldQuestions,
  toldSkipped,
  trainingQuestions,
} from "./questions.js";
import { figuresOf, scoreTable, toldCounting, worstRankings } from "./scores.js";

export function trainRankCommand(parent: Command): void {
  const command = parent
    .command("train")
    .description(
      "train a ranker on questions with candidates (Severyn and Moschitti 2015); without options on questions that a grammar makes",
    )
    .option(
      "--data <file>",
      "questions with candidates: .csv, .tsv, .jsonl, TREC QA's .xml, or a folder with train and test in it",
    )
    .option("--test <file>", "questions to test by; every fifth of --data if left out");
  questionOptions(command)
    .addOption(
      new Option("--method <name>", "a network, a logistic regression on what is counted, or BM25 alone")
        .choices(["network", "regression", "bm25"])
        .default("network"),
    )
    .addOption(
      new Option(
        "--features <which>",
        "what is counted: words in common and answers of the kind that is asked for, the former alone, or nothing",
      )
        .choices(["all", "overlap", "none"])
        .default("all"),
    )
    .addOption(
      new Option(
        "--tokeniser <name>",
        "how texts become words: by Unicode, by the rules of Kim's paper, or at spaces",
      )
        .choices(["unicode-cased", "kim-cased", "spaces"])
        .default("unicode-cased"),
    )
    .option("--longest <words>", "texts are cut there", whole(1), 200)
    .option("--least-count <n>", "words that occur less often have no vector", whole(1), 2)
    .option(
      "--vectors <file>",
      "word vectors to begin with: word2vec, GloVe or fastText (.vec), packed by gzip or not",
    )
    .option("--size <numbers>", "of a word's vector, where there are no --vectors; 20 if left out", whole(1))
    .option("--spread <bound>", "random vectors begin with numbers of −bound to bound", positive, 0.25)
    .option("--marks <numbers>", "of the vector of what a word looks like; 0 for none", whole(0), 10)
    .option("--window <words>", "how many words filters see", whole(1), 5)
    .option("--maps <n>", "filters of each text", whole(1), 50)
    .option("--hidden <units>", "of the hidden layer", whole(1), 30)
    .option("--dropout <share>", "of maps and hidden units that a step leaves out", share, 0.3)
    .option("--l2 <weight>", "of the regression's weights", positive, 1)
    .option("--weight-decay <rate>", "L2 of the network's weights", notNegative, 0.01)
    .option("--average <share>", "of the weights' mean that stays in each step; 0: no mean", share, 0.99)
    .option("--epochs <n>", "passes over the pairs", whole(1), 6)
    .option("--batch-size <pairs>", "pairs of a step", whole(1), 50)
    .option("--lr <rate>", "learning rate of Adam", positive, 0.002)
    .option("--seed <n>", "everything random follows from it", seed, 0)
    .option("--threads <n>", "threads of the engine; all cores if left out", threads)
    .option("--output <dir>", "where the ranker goes; runs/rank-NAME if left out")
    .option("--json", "a line of JSON for each step, each epoch, and at the end")
    .addHelpText(
      "after",
      `
Examples:
  $ receptive rank train
  $ receptive rank train --method regression
  $ receptive rank train --data trec-qa/train.xml --test trec-qa/test.xml
  $ receptive rank train --data questions.csv --vectors glove.6B.50d.txt`,
    )
    .action(run);
}

interface Options extends QuestionOptions {
  data?: string;
  test?: string;
  method: pairs.RankingMethod;
  features: "all" | "overlap" | "none";
  tokeniser: "unicode-cased" | "kim-cased" | "spaces";
  longest: number;
  leastCount: number;
  vectors?: string;
  size?: number;
  spread: number;
  marks: number;
  window: number;
  maps: number;
  hidden: number;
  dropout: number;
  l2: number;
  weightDecay: number;
  average: number;
  epochs: number;
  batchSize: number;
  lr: number;
  seed: number;
  threads?: number;
  output?: string;
  json?: boolean;
}

/** Options that a method has no use for. A network is shown beside a regression, which takes --features and --l2. */
const ofNetworks = [
  ...["vectors", "size", "spread", "marks", "window", "maps", "hidden", "dropout"],
  ...["leastCount", "weightDecay", "average", "epochs", "batchSize", "lr"],
];
const useless: { readonly [method in pairs.RankingMethod]: readonly string[] } = {
  network: [],
  regression: ofNetworks,
  bm25: [...ofNetworks, "features", "l2"],
};

async function run(options: Options, command: Command): Promise<void> {
  const { json = false, method, features } = options;
  refuse(command, useless[method], `does nothing with --method ${method}`);
  if (options.data === undefined) refuse(command, howQuestionsAreRead, "is about --data, which is not there");
  if (method === "regression" && features === "none")
    throw new UsageError("--features none leaves a regression nothing to learn from");
  if (options.vectors !== undefined && !(await fileExists(options.vectors)))
    throw new UsageError(`--vectors ${options.vectors}: there is no such file`);
  const tell = (line: string) => void (json || process.stderr.write(`${line}\n`));
  await configure({ threads: options.threads });
  const { train, test, remark } = await trainingQuestions(options);
  if (remark) tell(remark);
  tell(toldQuestions(train));
  for (const line of toldSkipped(train)) tell(line);
  tell(`To test by: ${toldQuestions(test)}`);
  for (const line of toldSkipped(test)) tell(line);
  const twice = alsoTrained(train, test);
  if (twice > 0) tell(`${count(twice)} of the questions to test by stand among those to train on, too.`);

  const output = options.output ?? runOf("rank", train.name);
  const own = trainingOf(options);
  await inTaskFolder(output, { json, noun: "pairs", tell }, async (training) => {
    const { checkpoint, signal } = training;
    const ranker = await pairs.train(train, {
      ...own,
      signal,
      onBegin(begun) {
        tell(beginning(begun, method));
        if (method === "network") training.begin(begun.epochs);
      },
      onEvent: training.onEvent,
    });
    await ranker.save(checkpoint);
    const { done } = training;
    if (training.isStopped(`Stopped after ${counted(done?.epochs ?? 0, "epoch")}, and saved: ${checkpoint}`))
      return;
    const rows = [];
    for (const other of ["bm25", "regression"] as const) {
      if (other === method || (other === "regression" && (features === "none" || method === "bm25")))
        continue;
      const beside = await pairs.train(train, { ...own, method: other, vectors: undefined });
      rows.push({ name: other, result: await beside.evaluate(test) });
    }
    const result = await ranker.evaluate(test);
    rows.push({ name: method, result });
    if (json) {
      const beside = Object.fromEntries(rows.slice(0, -1).map((row) => [row.name, figuresOf(row.result)]));
      console.log(JSON.stringify({ kind: "done", ...done, test: figuresOf(result), beside, checkpoint }));
      return;
    }
    const mistakes = worstRankings(result, 3);
    console.log(
      [
        "",
        `${test.name}:`,
        "",
        scoreTable(rows),
        "",
        toldCounting("against").replace(/ \(.*/, "."),
        ...(done ? [`${counted(done.epochs, "epoch")} in ${duration(done.seconds)}.`] : []),
        ...(mistakes.length > 0 ? ["", ...mistakes] : []),
        "",
        `The ranker: ${checkpoint}`,
        "",
        "Try next:",
        `  npx receptive rank search ${JSON.stringify(exampleOf(test))}${options.data === undefined ? "" : " --file sentences.txt"}`,
      ].join("\n"),
    );
  });
}

function trainingOf(options: Options): pairs.PairTrainingOptions {
  const { method, features, tokeniser, longest, leastCount, vectors, size, spread, marks, window } = options;
  const { maps, hidden, dropout, l2, weightDecay, average, epochs, batchSize, lr, seed } = options;
  const given = { method, features, tokeniser, longest, leastCount, vectors, size, spread, marks, window };
  return { ...given, maps, hidden, dropout, l2, weightDecay, average, epochs, batchSize, lr, seed };
}

/** What has been made, before the first step. */
function beginning(begun: pairs.PairBeginning, method: pairs.RankingMethod): string {
  const { ranker, epochs, batchSize, questions, pairs: all, withVectors } = begun;
  const { reading, network } = ranker;
  if (method === "bm25")
    return `BM25 learns nothing but how frequent words are: ${count(reading.statistics.texts)} sentences.`;
  const learned = `${count(all)} pairs of ${count(questions)} questions that have both kinds of candidates`;
  if (method === "regression") return `Regression on ${reading.features.length} features of ${learned}.`;
  return `Training ${counted(parametersOf(network), "parameter")} on ${learned}: ${count(reading.vocabulary!.words.length)} words${withVectors === undefined ? "" : `, of which the file of vectors has ${count(withVectors)}`}, ${reading.features.length} features, ${amountOf({ epochs, batchSize })}.`;
}

/** A short question to begin with. */
const exampleOf = ({ questions }: pairs.Questions): string =>
  questions
    .map(({ text }) => text.replace(/\s+/g, " "))
    .reduce((a, b) => (b.length < a.length && b.length > 12 ? b : a));
