import type { Command } from "commander";
import { count, percent, significant } from "../../formatting/numbers.js";
import { confusionText } from "../../report/confusion.js";
import { configure } from "../../runtime/devices.js";
import type { TextEvaluation } from "../../tasks/text/index.js";
import { terminal } from "../evaluate.js";
import { refuse } from "../given.js";
import { threads, whole } from "../values.js";
import { waitingLine } from "../waiting-line.js";
import {
  classifierFrom,
  classifierOption,
  howTextsAreRead,
  type TextOptions,
  testTexts,
  textOptions,
  toldSkipped,
} from "./texts.js";

export function evaluateTextCommand(parent: Command): void {
  const command = parent.command("evaluate").description("measure a trained network on labelled texts");
  classifierOption(command).option(
    "--data <file>",
    "texts with classes: .csv, .tsv, .jsonl, lines with labels, or a folder; those of the grammar where it was trained on these",
  );
  textOptions(command)
    .option("--worst <n>", "mistakes shown, the surest first", whole(0), 5)
    .option("--batch-size <texts>", "texts read at once", whole(1), 256)
    .option("--threads <n>", "threads of the engine; all cores if left out", threads)
    .option(
      "--json",
      'one line: {"accuracy":…,"loss":…,"count":…,"unknown":…,"confusion":…}; unknown: share of the words',
    )
    .addHelpText(
      "after",
      `
Examples:
  $ receptive classify-text evaluate
  $ receptive classify-text evaluate --checkpoint runs/text-reviews/checkpoint.safetensors --data reviews-test.csv`,
    )
    .action(run);
}

interface Options extends TextOptions {
  checkpoint?: string;
  data?: string;
  worst: number;
  batchSize: number;
  threads?: number;
  json?: boolean;
}

async function run(
  { checkpoint, worst, batchSize, threads, json, ...options }: Options,
  command: Command,
): Promise<void> {
  if (options.data === undefined) refuse(command, howTextsAreRead, "is about --data, which is not there");
  await configure({ threads });
  const classifier = await classifierFrom(checkpoint);
  const texts = await testTexts(classifier, options);
  const line = waitingLine({ json });
  const result = await classifier
    .evaluate(texts, {
      batchSize,
      onProgress: ({ done, count: all }) => line.show(`${count(done)} of ${count(all)} texts`),
    })
    .finally(() => line.clear());
  if (json) {
    const { mistakes: _, ...figures } = result;
    console.log(JSON.stringify(figures));
    return;
  }
  for (const skipped of toldSkipped(texts)) process.stderr.write(`${skipped}\n`);
  console.log(`${texts.name}: ${textScores(result)}.\n`);
  console.log(confusionText(result.confusion, classifier.classes, terminal()));
  const mistakes = worstMistakes(result, worst);
  if (mistakes.length > 0) console.log(`\n${mistakes.join("\n")}`);
}

/** "91.0 % of 500 test texts read rightly, loss 0.312; 6.1 % of the words did not occur in training" */
export const textScores = ({ accuracy, count: texts, loss, unknown }: TextEvaluation): string =>
  `${percent(accuracy, 2)} of ${count(texts)} test texts read rightly, loss ${significant(loss)}${unknown > 0 ? `; ${percent(unknown)} of the words did not occur in training` : ""}`;

/** The mistakes in which it was surest, two lines each. */
export function worstMistakes({ mistakes }: TextEvaluation, most: number): string[] {
  if (mistakes.length === 0 || most === 0) return [];
  const { width } = terminal();
  const fitted = (text: string) => (text.length > width - 2 ? `${text.slice(0, width - 3)}…` : text);
  return [
    `Worst mistakes${mistakes.length > most ? `, the surest of ${count(mistakes.length)}` : ""}:`,
    ...mistakes
      .slice(0, most)
      .flatMap(({ text, place, truth, read, confidence }) => [
        `  ${fitted(text.replace(/\s+/g, " "))}`,
        `    true ${truth}, read ${read} (${percent(confidence, 0)}), ${place}`,
      ]),
  ];
}
