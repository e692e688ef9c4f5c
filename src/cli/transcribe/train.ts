import { dirname, join } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { writeFileAtomic } from "#platform";
import { soundOf } from "../../audio/sound.js";
import { encodeWav } from "../../audio/wav.js";
import { count, counted, significant } from "../../formatting/numbers.js";
import { confusionText } from "../../report/confusion.js";
import { writableNames } from "../../report/sheet/characters.js";
import { renderSpeechSheet } from "../../report/speech/sheet.js";
import { configure } from "../../runtime/devices.js";
import * as speech from "../../tasks/speech/index.js";
import { load } from "../../training/opened-checkpoint.js";
import { terminal } from "../evaluate.js";
import { refuse } from "../given.js";
import { runOf } from "../newest-run.js";
import { courseOf } from "../sheet.js";
import { inTaskFolder } from "../task-training.js";
import { beginningOf, effortOf, parametersOf } from "../training-words.js";
import { notNegative, positive, seed, share, threads, whole, wholeListFromOne } from "../values.js";
import { inStrings, speechScores, worstMistakes } from "./evaluate.js";
import {
  apartOf,
  howRecordingsAreRead,
  type RecordingOptions,
  recordingOptions,
  toldRecordings,
  toldSkipped,
  trainingRecordings,
} from "./recordings.js";

export function trainSpeechCommand(parent: Command): void {
  const command = parent
    .command("train")
    .description("train a network on recordings; without options on digits that code makes of tones")
    .option(
      "--data <folder>",
      "a folder of recordings for each class (Speech Commands), files CLASS_SPEAKER_NUMBER.wav (FSDD), one with train and test in it, or a .csv of files and what was said",
    )
    .option("--test <folder>", "recordings to test by; those that --data says, or every tenth, if left out");
  recordingOptions(command)
    .addOption(
      new Option("--kind <name>", "one class for a recording, or words and letters in a row").choices([
        "words",
        "sequence",
      ]),
    )
    .addOption(new Option("--units <name>", "of sequences").choices(["words", "characters"]))
    .option("--strings <words>", "train on strings of so many single words in a row: 3-7", span)
    .option("--gap <seconds>", "of silence between the words of a string: 0-0.2", gapOf)
    .option(
      "--rate <hertz>",
      "samples a second; those of most recordings if left out, 16,000 at most",
      whole(1000),
    )
    .option(
      "--seconds <n>",
      "of a recording that are looked at; so many that nearly all fit in if left out",
      positive,
    )
    .option("--filters <numbers>", "of the convolutions; 16,32,64,96 if left out", wholeListFromOne)
    .option("--dropout <share>", "of the last features that a step leaves out", share, 0.3)
    .option("--speed <bound>", "training hears speeds of e^−bound to e^bound", notNegative, 0.2)
    .option("--noise <share>", "of the recordings that get noise in training", share, 0.5)
    .option("--voices <share>", "by which training stretches voices, at most", share, 0.2)
    .option("--masks <n>", "bands of frequencies, and stretches of time, that training hides", whole(0), 2)
    .option(
      "--epochs <n>",
      "passes over the recordings; so many that there are 1,500 steps if left out, 10 to 60",
      whole(1),
    )
    .option(
      "--batch-size <recordings>",
      "recordings of a step; 32 if left out, 16 of fewer than 300",
      whole(1),
    )
    .option("--lr <rate>", "highest learning rate of Adam", positive, 0.003)
    .option(
      "--validation <share>",
      "of the recordings to train on, set apart to measure each epoch",
      share,
      0,
    )
    .option(
      "--keep-best",
      "keep the weights of the epoch that hears these best (sets 0.1 apart where --validation is left out)",
    )
    .option("--seed <n>", "everything random follows from it", seed, 0)
    .option("--threads <n>", "threads of the engine; all cores if left out", threads)
    .option("--output <dir>", "where network and sheet go; runs/speech-NAME if left out")
    .option("--resume <file>", "go on with the training of a checkpoint, on the same recordings")
    .option("--json", "a line of JSON for each step, each epoch, and at the end")
    .addHelpText(
      "after",
      `
Examples:
  $ receptive transcribe train
  $ receptive transcribe train --strings 3-7 --epochs 60
  $ receptive transcribe train --data speech_commands --only yes,no,stop,go
  $ receptive transcribe train --data fsdd --leave-out theo

Ctrl-C saves; --resume goes on.`,
    )
    .action(run);
}

const span = (text: string): [number, number] => twoOf(text, /^\s*(\d+)\s*(?:-\s*(\d+))?\s*$/, 1);
const gapOf = (text: string): [number, number] => twoOf(text, /^\s*([\d.]+)\s*(?:-\s*([\d.]+))?\s*$/, 0);

function twoOf(text: string, form: RegExp, least: number): [number, number] {
  const [, from, to = from] = form.exec(text) ?? [];
  const pair: [number, number] = [Number(from), Number(to)];
  if (from === undefined || !(pair[0] >= least && pair[0] <= pair[1]))
    throw new InvalidArgumentError(
      `Expected a number of at least ${least}, or two with - between them, the lesser one first.`,
    );
  return pair;
}

interface Options extends RecordingOptions {
  data?: string;
  test?: string;
  kind?: "words" | "sequence";
  units?: "words" | "characters";
  strings?: [number, number];
  gap?: [number, number];
  rate?: number;
  seconds?: number;
  filters?: number[];
  dropout: number;
  speed: number;
  noise: number;
  voices: number;
  masks: number;
  epochs?: number;
  batchSize?: number;
  lr: number;
  validation: number;
  keepBest?: boolean;
  seed: number;
  threads?: number;
  output?: string;
  resume?: string;
}

async function run(options: Options, command: Command): Promise<void> {
  if (options.data === undefined)
    refuse(command, howRecordingsAreRead, "is about --data, which is not there");
  const { json = false, seed, keepBest } = options;
  const tell = (line: string) => void (json || process.stderr.write(`${line}\n`));
  const resume = options.resume === undefined ? undefined : await load(options.resume);
  await configure({ threads: options.threads });
  const { train: all, test, remark } = await trainingRecordings(options);
  if (remark) tell(remark);
  tell(toldRecordings(all));
  for (const line of toldSkipped(all)) tell(line);
  tell(`To test by: ${toldRecordings(test)}`);
  for (const line of toldSkipped(test)) tell(line);
  const development = options.validation || (keepBest ? 0.1 : 0);
  const apart = development > 0 ? apartOf(all.recordings, development) : new Set<speech.Recording>();
  const train = { ...all, recordings: all.recordings.filter((one) => !apart.has(one)) };
  const output = options.output ?? runOf("speech", all.name);
  await inTaskFolder(output, { json, noun: "recordings", tell }, async (training) => {
    const recogniser = await speech.train(train, {
      ...trainingOf(options),
      ...(apart.size > 0 ? { validation: { ...all, recordings: [...apart] } } : {}),
      signal: training.signal,
      resume,
      checkpoint: { every: "epoch", save: training.save },
      onBegin(begun) {
        for (const line of beginning(train, begun)) tell(line);
        training.begin(begun.epochs);
      },
      onEvent: training.onEvent,
    });
    const { checkpoint, sheet } = training;
    if (training.isStopped(`Stopped, and saved. To go on: the same command with --resume ${checkpoint}`))
      return;
    const held = inStrings(recogniser, test);
    const result = await recogniser.evaluate(held);
    const { seconds, epochs, bestEpoch } = training.done!;
    const { mistakes: _, ...figures } = result;
    const input = {
      title: `Speech of ${all.name}`,
      subtitle: `${counted(parametersOf(recogniser.network), "parameter")} · ${recogniser.hearing.kind === "words" ? `${recogniser.classes.length} classes` : `${recogniser.classes.length - 1} ${recogniser.hearing.units}`} · ${counted(epochs, "epoch")} · seed ${seed}`,
      test: result,
      classes: writableNames(recogniser.classes),
      training: courseOf(training.latest!),
    };
    await writeFileAtomic(sheet, await renderSpeechSheet(input));
    const example = join(dirname(checkpoint), "example.wav");
    const [{ samples, rate, text }] = held.recordings;
    await writeFileAtomic(example, encodeWav(soundOf(samples, Math.round(rate))));
    if (json) {
      console.log(JSON.stringify({ ...training.done, test: figures, checkpoint, sheet, example }));
      return;
    }
    const mistakes = worstMistakes(result, 3);
    console.log(
      [
        "",
        `${held.name}: ${speechScores(result)}.`,
        effortOf({ epochs, bestEpoch, seconds }),
        "",
        ...(result.confusion ? [confusionText(result.confusion, recogniser.classes, terminal()), ""] : []),
        ...(mistakes.length > 0 ? [...mistakes, ""] : []),
        `The trained network:                      ${checkpoint}`,
        `Loss curve, confusion and worst mistakes: ${sheet}`,
        `${`A recording, "${text}":`.padEnd(41)} ${example}`,
        "",
        "Try next:",
        `  npx receptive transcribe ${example}`,
      ].join("\n"),
    );
  });
}

function trainingOf(options: Options): speech.SpeechTrainingOptions {
  const { kind, units, strings, gap, rate, seconds, filters, dropout, speed, noise, voices, masks } = options;
  const { epochs, batchSize, lr, keepBest, seed } = options;
  const given = { kind, units, rate, seconds, filters, dropout, speed, noise, voices, masks };
  return {
    ...given,
    ...((strings || gap) && { strings: { ...(strings && { words: strings }), ...(gap && { gap }) } }),
    ...{ epochs, batchSize, lr, keepBest, seed },
  };
}

/** What has been made, before the first step. */
function beginning(train: speech.Recordings, begun: speech.SpeechBeginning): string[] {
  const { recogniser, epochs, batchSize, seconds } = begun;
  const { hearing } = recogniser;
  const [shortest, median, longest] = seconds.map((s) => s.toFixed(2));
  const looked =
    hearing.kind === "words"
      ? `${significant(hearing.window / hearing.frontEnd.rate)} seconds of each are looked at, at ${count(hearing.frontEnd.rate)} Hz`
      : `${recogniser.classes.length - 1} ${hearing.units} in a row, at ${count(hearing.frontEnd.rate)} Hz`;
  return [
    `${shortest} to ${longest} seconds in a recording, half of them at most ${median}; ${looked}.`,
    beginningOf(recogniser.network, counted(train.recordings.length, "recording"), { epochs, batchSize }),
  ];
}
