import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { UsageError } from "../../door/usage-error.js";
import { count, percent } from "../../formatting/numbers.js";
import { styled } from "../../report/colour.js";
import { configure } from "../../runtime/devices.js";
import { isFunctional } from "../../tasks/pairs/english.js";
import * as pairs from "../../tasks/pairs/index.js";
import { decodedText } from "../../tasks/words/encoding.js";
import { terminal } from "../evaluate.js";
import { refuse } from "../given.js";
import { threads, whole } from "../values.js";
import { waitingLine } from "../waiting-line.js";
import { rankerFrom, rankerOption } from "./questions.js";

export function searchRankCommand(parent: Command): void {
  const command = parent
    .command("search")
    .description("the sentences of a file that answer a question best")
    .argument("<question>", "in quotes");
  rankerOption(command)
    .option(
      "--file <path>",
      "sentences, one a line; - is the standard input; those of the grammar where it was trained on these",
    )
    .option("--encoding <name>", "of the file's letters, such as windows-1252; UTF-8 if left out")
    .option("--top <n>", "sentences shown", whole(1), 5)
    .option("--batch-size <pairs>", "pairs read at once", whole(1), 256)
    .option("--threads <n>", "threads of the engine; all cores if left out", threads)
    .option("--json", 'one line for each sentence: {"rank":…,"score":…,"probability":…,"text":…,"line":…}')
    .addHelpText(
      "after",
      `
Words of the question that a sentence has are bold.

Examples:
  $ receptive rank search "When was the tower of Farrow built ?"
  $ receptive rank search "Who wrote it ?" --file sentences.txt --top 10`,
    )
    .action(run);
}

interface Options {
  checkpoint?: string;
  file?: string;
  encoding?: string;
  top: number;
  batchSize: number;
  threads?: number;
  json?: boolean;
}

async function run(question: string, options: Options, command: Command): Promise<void> {
  const { checkpoint, top, batchSize, json } = options;
  if (options.file === undefined) refuse(command, ["encoding"], "is about --file, which is not there");
  await configure({ threads: options.threads });
  const ranker = await rankerFrom(checkpoint);
  const sentences = await sentencesOf(ranker, options);
  const line = waitingLine({ json });
  const ranked = await ranker
    .rank(
      question,
      sentences.map(({ text }) => text),
      {
        batchSize,
        onProgress: ({ done, count: all }) => line.show(`${count(done)} of ${count(all)} sentences`),
      },
    )
    .finally(() => line.clear());
  const shown = ranked.slice(0, top);
  if (json) {
    shown.forEach(({ text, index, score, probability }, i) => {
      console.log(
        JSON.stringify({
          rank: i + 1,
          score,
          ...(probability === undefined ? {} : { probability }),
          text,
          ...(sentences[index].line === undefined ? {} : { line: sentences[index].line }),
        }),
      );
    });
    return;
  }
  process.stderr.write(`${count(sentences.length)} sentences; ${ranker.toString()}.\n`);
  const { colour } = terminal();
  const amounts = shown.map(({ score, probability }) =>
    probability === undefined ? score.toFixed(2) : percent(probability),
  );
  const width = Math.max(...amounts.map((amount) => amount.length));
  shown.forEach(({ text }, i) => {
    console.log(
      `${`${i + 1}.`.padStart(3)} ${amounts[i].padStart(width)}  ${colour ? emboldened(question, text) : text}`,
    );
  });
}

/** The text with those words of the question in bold that say what it is about. */
function emboldened(question: string, text: string): string {
  const words = (of: string) => of.match(/[\p{L}\p{N}]+/gu) ?? [];
  const asked = new Set(words(question.toLowerCase()).filter((word) => !isFunctional(word)));
  return text.replace(/[\p{L}\p{N}]+/gu, (word) =>
    asked.has(word.toLowerCase()) ? styled(word, "bold") : word,
  );
}

async function sentencesOf(
  ranker: pairs.Ranker,
  { file, encoding }: Options,
): Promise<{ text: string; line?: number }[]> {
  if (file === undefined) {
    if (ranker.trainedOn !== "towns")
      throw new UsageError("which sentences? --file PATH names them, one a line");
    const told = pairs.townQuestions().test.questions.flatMap(({ candidates }) => candidates);
    return [...new Set(told.map(({ text }) => text))].map((text) => ({ text }));
  }
  const bytes = file === "-" ? readFileSync(process.stdin.fd) : await readFile(file);
  const sentences = decodedText(bytes, file, encoding)
    .split(/\r\n|\n|\r/)
    .map((text, i) => ({ text: text.trim(), line: i + 1 }))
    .filter(({ text }) => text !== "");
  if (sentences.length === 0) throw new UsageError(`--file ${file}: has no sentences`);
  return sentences;
}
