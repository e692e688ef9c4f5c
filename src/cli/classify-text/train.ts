import { type Command, Option } from "commander";
import { fileExists, writeFileAtomic } from "#platform";
import { UsageError } from "../../door/usage-error.js";
import { count, counted, duration, percent } from "../../formatting/numbers.js";
import { confusionText } from "../../report/confusion.js";
import { trainingProgress } from "../../report/progress.js";
import { writableNames } from "../../report/sheet/characters.js";
import { renderTextSheet } from "../../report/text/sheet.js";
import { configure } from "../../runtime/devices.js";
import * as text from "../../tasks/text/index.js";
import { load } from "../../training/opened-checkpoint.js";
import { terminal } from "../evaluate.js";
import { refuse } from "../given.js";
import { interruption } from "../interruption.js";
import { runOf } from "../newest-run.js";
import { courseOf } from "../sheet.js";
import { inTaskFolder } from "../task-training.js";
import { beginningOf, effortOf, parametersOf } from "../training-words.js";
import { notNegative, positive, seed, share, threads, whole, wholeListFromOne } from "../values.js";
import { textScores, worstMistakes } from "./evaluate.js";
import {
  alsoTrained,
  howTextsAreRead,
  type TextOptions,
  textOptions,
  toldSkipped,
  toldTexts,
  trainingTexts,
} from "./texts.js";

export function trainTextCommand(parent: Command): void {
  const command = parent
    .command("train")
    .description(
      "train a network on labelled texts (Kim 2014); without options on messages that a grammar makes",
    )
    .option(
      "--data <file>",
      "texts with classes: .csv, .tsv, .jsonl, lines with labels, a folder of text files for each class, or one with train and test in it",
    )
    .option("--test <file>", "texts to test by; every tenth of --data if left out");
  textOptions(command)
    .addOption(
      new Option(
        "--tokeniser <name>",
        "how texts become words: by Unicode, by the rules of Kim's paper, or at spaces",
      )
        .choices(["unicode", "unicode-cased", "kim", "kim-cased", "spaces"])
        .default("unicode"),
    )
    .option("--longest <words>", "texts are cut there", whole(1), 400)
    .option("--least-count <n>", "words that occur less often are not known", whole(1), 1)
    .option(
      "--vectors <file>",
      "word vectors to begin with: word2vec, GloVe or fastText (.vec), packed by gzip or not",
    )
    .addOption(
      new Option(
        "--variant <name>",
        "what becomes of the vectors: they stay, are trained, or both; non-static with --vectors, else random",
      ).choices(["random", "static", "non-static", "multichannel"]),
    )
    .option("--size <numbers>", "of a word's vector, where there are no --vectors; 300 if left out", whole(1))
    .option(
      "--spread <bound>",
      "random vectors begin with numbers of −bound to bound; 0.25 if left out",
      positive,
    )
    .option("--windows <words>", "how many words filters see", wholeListFromOne, [3, 4, 5])
    .option("--maps <n>", "filters of each window", whole(1), 100)
    .option("--dropout <share>", "of the filters that a step leaves out", share, 0.5)
    .option("--max-norm <length>", "of the weights that come into a class; 0 for no bound", notNegative, 3)
    .addOption(
      new Option(
        "--padding <how>",
        "whether what fills short texts up counts; masked: a text is read alike alone and among others",
      )
        .choices(["masked", "counted"])
        .default("masked"),
    )
    .option(
      "--epochs <n>",
      "passes over the texts; so many that there are 600 steps if left out, 8 to 50",
      whole(1),
    )
    .option("--batch-size <texts>", "texts of a step; 50 if left out, 16 of fewer than 500", whole(1))
    .option("--lr <rate>", "learning rate of Adam", positive, 0.001)
    .option("--validation <share>", "of the texts to train on, set apart to measure each epoch", share, 0)
    .option(
      "--keep-best",
      "keep the weights of the epoch that read these best (sets 0.1 apart where --validation is left out)",
    )
    .option(
      "--folds <n>",
      "train and test so many times, each part once tested by; writes no network",
      whole(2),
    )
    .option("--seed <n>", "everything random follows from it", seed, 0)
    .option("--threads <n>", "threads of the engine; all cores if left out", threads)
    .option("--output <dir>", "where network and sheet go; runs/text-NAME if left out")
    .option("--resume <file>", "go on with the training of a checkpoint, on the same texts")
    .option("--json", "a line of JSON for each step, each epoch, and at the end")
    .addHelpText(
      "after",
      `
Examples:
  $ receptive classify-text train
  $ receptive classify-text train --data reviews.csv --test reviews-test.csv
  $ receptive classify-text train --data rt-polarity --tokeniser kim --folds 10 --keep-best
  $ receptive classify-text train --data reviews.csv --vectors GoogleNews-vectors-negative300.bin.gz

Ctrl-C saves; --resume goes on.`,
    )
    .action(run);
}

interface Options extends TextOptions {
  data?: string;
  test?: string;
  tokeniser: text.Tokeniser;
  longest: number;
  leastCount: number;
  vectors?: string;
  variant?: text.Variant;
  size?: number;
  spread?: number;
  windows: number[];
  maps: number;
  dropout: number;
  maxNorm: number;
  padding: "masked" | "counted";
  epochs?: number;
  batchSize?: number;
  lr: number;
  validation: number;
  keepBest?: boolean;
  folds?: number;
  seed: number;
  threads?: number;
  output?: string;
  resume?: string;
  json?: boolean;
}

async function run(options: Options, command: Command): Promise<void> {
  if (options.data === undefined) refuse(command, howTextsAreRead, "is about --data, which is not there");
  const { json = false, folds, seed, keepBest } = options;
  if (folds !== undefined)
    for (const name of ["test", "resume", "output"] as const)
      if (options[name] !== undefined)
        throw new UsageError(`--folds tests by parts of --data, and writes no network: leave out --${name}`);
  if (options.vectors !== undefined && !(await fileExists(options.vectors)))
    throw new UsageError(`--vectors ${options.vectors}: there is no such file`);
  const tell = (line: string) => void (json || process.stderr.write(`${line}\n`));
  const resume = options.resume === undefined ? undefined : await load(options.resume);
  await configure({ threads: options.threads });
  const {
    train: all,
    test,
    remark,
  } = await trainingTexts({
    ...options,
    ...(folds === undefined ? {} : { test: undefined }),
  });
  const development = options.validation || (keepBest ? 0.1 : 0);
  if (remark) tell(remark);
  const training = trainingOf(options);
  if (folds !== undefined) {
    const whole = { ...all, texts: [...all.texts, ...(options.data === undefined ? [] : test.texts)] };
    await inFolds(whole, { folds, development, training, json, tell });
    return;
  }

  tell(toldTexts(all));
  for (const line of toldSkipped(all)) tell(line);
  tell(`To test by: ${toldTexts(test)}`);
  for (const line of toldSkipped(test)) tell(line);
  const twice = alsoTrained(all, test);
  if (twice.size > 0)
    tell(`${count(twice.size)} of the texts to test by stand among those to train on, too.`);

  const { train, apart } = text.setApart(all, development, seed);
  const output = options.output ?? runOf("text", all.name);
  await inTaskFolder(output, { json, noun: "texts", tell }, async (of) => {
    const classifier = await text.train(train, {
      ...training,
      ...(apart.texts.length > 0 ? { validation: apart } : {}),
      ...(options.vectors === undefined ? {} : { alsoKnow: test }),
      signal: of.signal,
      resume,
      checkpoint: { every: "epoch", save: of.save },
      onBegin(begun) {
        for (const line of beginning(train, begun)) tell(line);
        of.begin(begun.epochs);
      },
      onEvent: of.onEvent,
    });
    const { checkpoint, sheet } = of;
    if (of.isStopped(`Stopped, and saved. To go on: the same command with --resume ${checkpoint}`)) return;
    const done = of.done!;
    const result = await classifier.evaluate(test);
    const classes = writableNames(classifier.classes);
    const input = {
      title: `Texts of ${all.name}`,
      subtitle: `${counted(parametersOf(classifier.network), "parameter")} · ${count(classifier.reading.vocabulary.words.length)} words · ${counted(done.epochs, "epoch")} · seed ${seed}`,
      test: result,
      classes,
      training: courseOf(of.latest!),
    };
    await writeFileAtomic(sheet, await renderTextSheet(input));
    if (json) {
      const { mistakes: _, ...figures } = result;
      console.log(
        JSON.stringify({ ...done, test: figures, ...withoutTwice(result, test, twice), checkpoint, sheet }),
      );
      return;
    }
    const own = withoutTwice(result, test, twice).testWithoutTrained;
    const { seconds, epochs, bestEpoch } = done;
    console.log(
      [
        "",
        `${test.name}: ${textScores(result)}.`,
        ...(own
          ? [
              `Without those that stand among the texts to train on: ${percent(own.accuracy, 2)} of ${count(own.count)}.`,
            ]
          : []),
        effortOf({ epochs, bestEpoch, seconds }),
        "",
        confusionText(result.confusion, classifier.classes, terminal()),
        ...(result.mistakes.length > 0 ? ["", ...worstMistakes(result, 3)] : []),
        "",
        `The trained network:                      ${checkpoint}`,
        `Loss curve, confusion and worst mistakes: ${sheet}`,
        "",
        "Try next:",
        `  npx receptive classify-text predict ${JSON.stringify(exampleOf(test))}`,
      ].join("\n"),
    );
  });
}

function trainingOf(options: Options) {
  const { tokeniser, longest, leastCount, vectors, variant, size, spread, windows, maps, dropout } = options;
  const { maxNorm, padding, epochs, batchSize, lr, keepBest, seed } = options;
  if (variant !== undefined && variant !== "random" && vectors === undefined)
    throw new UsageError(`--variant ${variant} begins with vectors of a file: --vectors FILE brings them`);
  if (variant === "random" && vectors !== undefined)
    throw new UsageError(
      "--variant random begins with random vectors: leave out --vectors, or name another variant",
    );
  const given = { tokeniser, longest, leastCount, vectors, variant, size, spread, windows, maps, dropout };
  return { ...given, maxNorm, padding, epochs, batchSize, lr, keepBest, seed };
}

/** What has been made, before the first step. */
function beginning(train: text.LabelledTexts, begun: text.TextBeginning): string[] {
  const { classifier, epochs, batchSize, lengths, cut, wordless, withVectors } = begun;
  const words = classifier.reading.vocabulary.words.length;
  const [shortest, median, longest] = lengths;
  return [
    `${shortest} to ${longest} words in a text, half of them at most ${median}; ${count(words)} different words${withVectors === undefined ? "" : `, of which the file of vectors has ${count(withVectors)}`}.`,
    ...(cut > 0
      ? [`Cut at ${count(classifier.reading.longest)} words: ${count(cut)} texts (--longest).`]
      : []),
    ...(wordless.length > 0
      ? [`Left out: ${count(wordless.length)} without words (${wordless.slice(0, 3).join("; ")}).`]
      : []),
    beginningOf(classifier.network, counted(train.texts.length, "text"), { epochs, batchSize }),
  ];
}

/** The accuracy on those texts that are new. */
function withoutTwice(
  { mistakes, count: all }: text.TextEvaluation,
  test: text.LabelledTexts,
  twice: ReadonlySet<number>,
): { testWithoutTrained?: { accuracy: number; count: number } } {
  if (twice.size === 0 || twice.size === test.texts.length) return {};
  const wrong = mistakes.filter(({ index }) => !twice.has(index)).length;
  const left = all - twice.size;
  return { testWithoutTrained: { accuracy: (left - wrong) / left, count: left } };
}

/** A short text to begin with. */
const exampleOf = ({ texts }: text.LabelledTexts): string =>
  texts
    .map((t) => t.text.replace(/\s+/g, " "))
    .reduce((a, b) => (b.length < a.length && b.length > 20 ? b : a))
    .slice(0, 70);

async function inFolds(
  texts: text.LabelledTexts,
  {
    folds,
    development,
    training,
    json,
    tell,
  }: {
    folds: number;
    development: number;
    training: ReturnType<typeof trainingOf>;
    json: boolean;
    tell: (line: string) => void;
  },
): Promise<void> {
  tell(toldTexts(texts));
  for (const line of toldSkipped(texts)) tell(line);
  const stop = interruption();
  let progress = trainingProgress(1, { json: true });
  try {
    const result = await text.crossValidate(texts, {
      folds,
      development,
      training: {
        ...training,
        signal: stop.signal,
        onBegin({ epochs }) {
          progress.stop();
          progress = trainingProgress(epochs, { json, noun: "texts" });
        },
        onEvent: (event) => progress.report(event),
      },
      onFold({ fold, counts, evaluation: { mistakes: _, ...figures }, seconds }) {
        progress.stop();
        if (json) console.log(JSON.stringify({ kind: "fold", fold, counts, ...figures, seconds }));
        else
          console.log(
            `fold ${fold}/${folds}: ${percent(figures.accuracy, 2)} of ${count(counts.test)} read rightly, ${duration(seconds)}`,
          );
      },
    });
    if (json) console.log(JSON.stringify({ kind: "folds", ...result }));
    else
      console.log(
        `\n${folds} folds: ${percent(result.mean, 2)} on average, deviation ${percent(result.deviation, 2)}\n\n${confusionText(result.confusion, texts.classes, terminal())}`,
      );
  } catch (error) {
    if (error !== stop.signal.reason) throw error;
    tell("Stopped.");
    process.exitCode = stop.exitCode();
  } finally {
    progress.stop();
    stop.release();
  }
}
