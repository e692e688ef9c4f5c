import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { type Command, Option } from "commander";
import { writeFileAtomic } from "#platform";
import { suggestion } from "../../door/spelling.js";
import { UsageError } from "../../door/usage-error.js";
import { percent } from "../../formatting/numbers.js";
import { colouredWords, explainedPage, winnerLines } from "../../report/text/coloured.js";
import { configure } from "../../runtime/devices.js";
import * as text from "../../tasks/text/index.js";
import { terminal } from "../evaluate.js";
import { refuseSame } from "../given.js";
import { threads, whole } from "../values.js";
import { classifierFrom, classifierOption } from "./texts.js";

export function predictTextCommand(parent: Command): void {
  const command = parent
    .command("predict")
    .description("what a trained network reads in texts, and which words decided")
    .argument("[text...]", "a text, or several, each in quotes");
  classifierOption(command)
    .option("--file <path>", "texts, one a line; - is the standard input")
    .option("--top <n>", "classes shown of each text", whole(1), 3)
    .addOption(
      new Option(
        "--explain <method>",
        "which words decided: n-grams that won, hiding each word, or gradients",
      )
        .choices([...text.methods, "none"])
        .default("winners"),
    )
    .option("--target <class>", "explain this class; that which is read if left out")
    .option("--html <path>", "write texts and colours as a page")
    .option("--threads <n>", "threads of the engine; all cores if left out", threads)
    .option(
      "--json",
      'one line for each text: {"text":…,"label":…,"probability":…,"probabilities":…,"words":…,"relevance":…}',
    )
    .addHelpText(
      "after",
      `
Red words are for the class, blue ones against it.

Examples:
  $ receptive classify-text predict "the room was not bad at all"
  $ receptive classify-text predict --file letters.txt --explain integrated-gradients --html letters.html`,
    )
    .action(run);
}

interface Options {
  checkpoint?: string;
  file?: string;
  top: number;
  explain: text.TextMethod | "none";
  target?: string;
  html?: string;
  threads?: number;
  json?: boolean;
}

async function run(given: string[], options: Options): Promise<void> {
  const { file, top, explain: method, target, html, json } = options;
  if (given.length === 0 && file === undefined)
    throw new UsageError('which text? receptive classify-text predict "a text", or --file PATH');
  if (given.length > 0 && file !== undefined) throw new UsageError("a text and --file: give one of both");
  refuseSame({ html }, { file });
  if (method === "none" && (html !== undefined || target !== undefined))
    throw new UsageError(`--explain none: leave out --${html === undefined ? "target" : "html"}`);
  await configure({ threads: options.threads });
  const classifier = await classifierFrom(options.checkpoint);
  if (target !== undefined && !classifier.classes.includes(target))
    throw new UsageError(
      `--target ${target}: there is no such class; there are ${classifier.classes.join(", ")}${suggestion(target, classifier.classes)}`,
    );
  const texts = file === undefined ? given : knownAmong(classifier, await linesOf(file), file);
  const predictions = await classifier.predict(texts);
  const { colour } = terminal();
  const explained: text.TextExplanation[] = [];
  for (const [i, one] of texts.entries()) {
    const explanation =
      method === "none" ? undefined : await text.explain(classifier, one, { method, target });
    if (explanation) explained.push(explanation);
    const { label, probability, probabilities, unknown } = predictions[i];
    const byClass = classifier.classes.map((name, c) => ({ name, share: probabilities[c] }));
    if (json) {
      console.log(
        JSON.stringify({
          text: one,
          label,
          probability,
          probabilities: Object.fromEntries(byClass.map(({ name, share }) => [name, share])),
          words: predictions[i].words,
          unknown,
          ...(explanation && { method, target: explanation.target, relevance: [...explanation.relevance] }),
        }),
      );
      continue;
    }
    const ranked = byClass.sort((a, b) => b.share - a.share).slice(0, top);
    console.log(ranked.map(({ name, share }) => `${name} ${percent(share)}`).join("   "));
    console.log(`  ${explanation ? colouredWords(explanation, { colour }) : one}`);
    if (explanation) for (const line of winnerLines(explanation)) console.log(`    ${line}`);
    if (unknown.length > 0) console.log(`  did not occur in training: ${[...new Set(unknown)].join(", ")}`);
    if (i + 1 < texts.length) console.log("");
  }
  if (html !== undefined) {
    const page = explainedPage(`Which words decided, by ${method}`, explained);
    await writeFileAtomic(html, new TextEncoder().encode(page));
    if (!json) process.stderr.write(`The page: ${html}\n`);
  }
}

/** Those texts of which some word is known; the others are told, and left out. */
function knownAmong(
  classifier: text.TextClassifier,
  lines: readonly { readonly text: string; readonly line: number }[],
  file: string,
): string[] {
  const isKnown = (one: string) => classifier.read(one).words.some(classifier.reading.vocabulary.has);
  for (const { text: one, line } of lines)
    if (!isKnown(one)) process.stderr.write(`${file}, line ${line}: no word of it is known; left out\n`);
  const known = lines.map(({ text: one }) => one).filter(isKnown);
  if (known.length === 0) throw new UsageError(`--file ${file}: no text has a word that is known`);
  return known;
}

async function linesOf(file: string): Promise<{ text: string; line: number }[]> {
  const content = file === "-" ? readFileSync(process.stdin.fd, "utf8") : await readFile(file, "utf8");
  const lines = content
    .split(/\r\n|\n|\r/)
    .map((text, i) => ({ text, line: i + 1 }))
    .filter(({ text }) => text.trim() !== "");
  if (lines.length === 0) throw new UsageError(`--file ${file}: has no texts`);
  return lines;
}
