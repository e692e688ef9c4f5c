import { type Command, Option } from "commander";
import { writeFileAtomic } from "#platform";
import { UsageError } from "../../door/usage-error.js";
import { count } from "../../formatting/numbers.js";
import { configure } from "../../runtime/devices.js";
import * as pairs from "../../tasks/pairs/index.js";
import { refuse, refuseSame } from "../given.js";
import { threads, whole } from "../values.js";
import { waitingLine } from "../waiting-line.js";
import {
  howQuestionsAreRead,
  type QuestionOptions,
  questionOptions,
  rankerFrom,
  rankerOption,
  testQuestions,
  toldQuestions,
  toldSkipped,
} from "./questions.js";
import { figuresOf, scoreTable, toldCounting, worstRankings } from "./scores.js";

export function evaluateRankCommand(parent: Command): void {
  const command = parent
    .command("evaluate")
    .description("measure a trained ranker by MAP and MRR, as trec_eval counts them");
  rankerOption(command).option(
    "--data <file>",
    "questions with candidates: .csv, .tsv, .jsonl, or TREC QA's .xml; those of the grammar where it was trained on these",
  );
  questionOptions(command)
    .addOption(
      new Option(
        "--ties <how>",
        "who stands first of equal scores: what does not answer, or the greater name",
      )
        .choices(["against", "names"])
        .default("against"),
    )
    .option("--worst <n>", "questions shown, those whose answer stands hindmost first", whole(0), 3)
    .option("--run <path>", "write the ranking, as trec_eval reads it")
    .option("--qrels <path>", "write what answers, as trec_eval reads it")
    .option("--batch-size <pairs>", "pairs read at once", whole(1), 256)
    .option("--threads <n>", "threads of the engine; all cores if left out", threads)
    .option("--json", 'one line: {"mixed":{"map":…,"mrr":…,"questions":…},"answered":{…},"pairs":…}')
    .addHelpText(
      "after",
      `
Questions of which no candidate answers do not count; with both kinds: those with an answer and other candidates.

Examples:
  $ receptive rank evaluate
  $ receptive rank evaluate --data test.xml --run ours.run --qrels test.qrels`,
    )
    .action(run);
}

interface Options extends QuestionOptions {
  checkpoint?: string;
  data?: string;
  ties: pairs.Ties;
  worst: number;
  run?: string;
  qrels?: string;
  batchSize: number;
  threads?: number;
  json?: boolean;
}

async function run(options: Options, command: Command): Promise<void> {
  const { checkpoint, ties, worst, batchSize, json, qrels } = options;
  if (options.run !== undefined && options.run === qrels)
    throw new UsageError("--run and --qrels name the same file: give each its own");
  if (options.data === undefined) refuse(command, howQuestionsAreRead, "is about --data, which is not there");
  refuseSame({ run: options.run }, { data: options.data });
  refuseSame({ qrels }, { data: options.data });
  await configure({ threads: options.threads });
  const ranker = await rankerFrom(checkpoint);
  const questions = await testQuestions(ranker, options);
  const line = waitingLine({ json });
  const ranking = await ranker
    .run(questions, {
      batchSize,
      onProgress: ({ done, count: all }) => line.show(`${count(done)} of ${count(all)} pairs`),
    })
    .finally(() => line.clear());
  const result = pairs.evaluationOf(questions, ranking, ties);
  const write = (path: string, text: string) => writeFileAtomic(path, new TextEncoder().encode(text));
  if (options.run !== undefined)
    await write(options.run, pairs.runText(ranking, `receptive-${ranker.method}`));
  if (qrels !== undefined) await write(qrels, pairs.judgmentsText(pairs.judgmentsOf(questions)));
  if (json) {
    console.log(JSON.stringify(figuresOf(result)));
    return;
  }
  process.stderr.write(`${[toldQuestions(questions), ...toldSkipped(questions)].join("\n")}\n`);
  const mistakes = worstRankings(result, worst);
  console.log(
    [
      scoreTable([{ name: ranker.method, result }]),
      "",
      toldCounting(ties),
      ...(mistakes.length > 0 ? ["", ...mistakes] : []),
    ].join("\n"),
  );
}
