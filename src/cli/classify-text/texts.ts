/** The texts that a command was given, and what is said of them. */
import type { Command } from "commander";
import { UsageError } from "../../door/usage-error.js";
import { count } from "../../formatting/numbers.js";
import * as text from "../../tasks/text/index.js";
import { newestRun } from "../newest-run.js";

/** Options that say how files of texts are read. */
export const textOptions = (command: Command): Command =>
  command
    .option("--text-column <name>", "the column, or field, that holds the texts")
    .option("--label-column <name>", "the one that holds the classes")
    .option("--encoding <name>", "of the files' letters, such as windows-1252; UTF-8 if left out")
    .option("--fine", "labels LABEL:detail are taken whole; LABEL alone counts if left out");

export const howTextsAreRead = ["textColumn", "labelColumn", "encoding", "fine"];

export interface TextOptions {
  textColumn?: string;
  labelColumn?: string;
  encoding?: string;
  fine?: boolean;
}

const readingOf = ({ textColumn, labelColumn, encoding, fine }: TextOptions) => ({
  textColumn,
  labelColumn,
  encoding,
  fine,
});

/** Texts to train on and to test by; without a file those of the grammar. */
export async function trainingTexts(
  options: TextOptions & { data?: string; test?: string; seed: number },
): Promise<{ train: text.LabelledTexts; test: text.LabelledTexts; remark?: string }> {
  const { data, test, seed } = options;
  if (data === undefined && test !== undefined)
    throw new UsageError("--test belongs to --data: name a file to train on, too");
  if (data === undefined)
    return {
      ...text.guestMessages(),
      remark: "No --data: training on messages to a hotel that a grammar makes.",
    };
  const parts = test === undefined ? await text.partsIn(data) : undefined;
  const train = await text.openTexts(parts?.train ?? data, readingOf(options));
  const held = test ?? parts?.test;
  if (held !== undefined) return { train, test: await text.openTexts(held, readingOf(options)) };
  if (train.texts.length < 10)
    throw new UsageError(
      `${data}: has ${train.texts.length} texts, too few to set some apart for testing: --test FILE brings others`,
    );
  const { train: kept, apart } = text.setApart(train, 0.1, seed);
  return {
    train: kept,
    test: apart,
    remark: `No --test: ${count(apart.texts.length)} texts, every tenth, are set apart for testing.`,
  };
}

/** Texts to measure by; those of the grammar where the network was trained on these, and no file is named. */
export async function testTexts(
  classifier: text.TextClassifier,
  { data, ...options }: TextOptions & { data?: string },
): Promise<text.LabelledTexts> {
  if (data !== undefined) {
    const parts = await text.partsIn(data);
    return text.openTexts(parts?.test ?? data, readingOf(options));
  }
  if (classifier.trainedOn === "messages") return text.guestMessages().test;
  throw new UsageError("which texts? --data FILE names them");
}

export const classifierOption = (command: Command): Command =>
  command.option("--checkpoint <file>", "the trained network; the newest in runs/ if left out");

export async function classifierFrom(checkpoint: string | undefined): Promise<text.TextClassifier> {
  return text.load(checkpoint ?? (await newestRun("text", "classifier of texts", "classify-text train")));
}

/** "reviews.csv: 4,800 texts in 2 classes: neg 2,400, pos 2,400." */
export function toldTexts({ name, texts, classes }: text.LabelledTexts): string {
  const counts = classes.map((label) => texts.filter((t) => t.label === label).length);
  const shown = classes.slice(0, 12).map((label, i) => `${label} ${count(counts[i])}`);
  const more = classes.length > 12 ? ` and ${classes.length - 12} more` : "";
  return `${name}: ${count(texts.length)} texts in ${classes.length} classes: ${shown.join(", ")}${more}.`;
}

/** What was left out, by reason, with the first place of each; nothing where nothing was. */
export function toldSkipped({ skipped }: text.LabelledTexts): string[] {
  const reasons = new Map<string, string[]>();
  for (const { place, why } of skipped) reasons.set(why, [...(reasons.get(why) ?? []), place]);
  return [...reasons].map(
    ([why, places]) =>
      `Left out: ${count(places.length)} with ${why} (${places.slice(0, 3).join("; ")}${places.length > 3 ? "; …" : ""}).`,
  );
}

/** Which of the texts to test by stand among those to train on, too, but for capitals. */
export function alsoTrained(train: text.LabelledTexts, test: text.LabelledTexts): Set<number> {
  const known = new Set(train.texts.map((t) => t.text.toLowerCase()));
  return new Set(test.texts.flatMap((t, i) => (known.has(t.text.toLowerCase()) ? [i] : [])));
}
