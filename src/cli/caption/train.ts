import { dirname, join } from "node:path";
import type { Command } from "commander";
import { writeFileAtomic } from "#platform";
import { count, counted } from "../../formatting/numbers.js";
import { encodeImage } from "../../images/write.js";
import { renderCaptionSheet } from "../../report/captions/sheet.js";
import { configure } from "../../runtime/devices.js";
import * as captions from "../../tasks/captions/index.js";
import { sizesBy } from "../../tasks/places-encoder.js";
import { lastOf } from "../../tasks/words/files.js";
import { load } from "../../training/opened-checkpoint.js";
import { apartOf, toldSkippedBoxes, trainingBoxes } from "../detect/boxes.js";
import { refuse } from "../given.js";
import { runOf } from "../newest-run.js";
import { courseOf } from "../sheet.js";
import { edges, withTrainingOptions } from "../task-options.js";
import { inTaskFolder } from "../task-training.js";
import { beginningOf, effortOf, parametersOf } from "../training-words.js";
import { nameList, notNegative, positive, share, whole } from "../values.js";
import { firstCaptions } from "./first-batch.js";
import {
  captionDataOptions,
  drawnForCaptions,
  howCaptionsAreRead,
  pictureIn,
  toldCaptions,
} from "./pictures.js";
import { captionFigures, captionScores, toldAttention } from "./scores.js";

export function trainCaptionsCommand(parent: Command): void {
  const command = parent
    .command("train")
    .description("train a network on pictures with captions; without options on shapes that code draws")
    .option(
      "--data <path>",
      "annotations with captions: a folder of COCO or of Flickr8k, a .json, Flickr8k.token.txt, or a table",
    )
    .option("--part <names>", "parts to train on, with commas: train,val; train if left out", nameList)
    .option(
      "--test <path>",
      "annotations to test by; the part test or val, or every tenth picture, if left out",
    );
  withTrainingOptions(
    captionDataOptions(command)
      .option(
        "--size <height,width>",
        "of what the network sees, multiples of 16; in the pictures' proportions, 224 at most, if left out",
        edges(
          (edge) => edge >= sizesBy && edge <= 4096 && edge % sizesBy === 0,
          "multiples of 16 up to 4096",
        ),
      )
      .option("--width <factor>", "so many times as many filters", positive, 1)
      .option("--units <n>", "units of the memory", whole(1), 192)
      .option("--attention <n>", "units by which places are judged", whole(1), 96)
      .option("--dropout <share>", "of the memory that a step of training leaves out", share, 0.3)
      .option(
        "--word-dropout <share>",
        "of the words before that a step of training does not know",
        share,
        0.2,
      )
      .option(
        "--least-count <n>",
        "words that stand in the captions less often are not known; 5 of 5,000 captions and more, else 1, if left out",
        whole(1),
      )
      .option("--longest <words>", "captions are cut off behind so many words", whole(1), 24)
      .option(
        "--colours <share>",
        "training changes brightness, contrast and saturation by up to so much",
        share,
        0.15,
      )
      .option(
        "--coverage <lambda>",
        "how much it counts that each place is looked at once in all; 1 in the paper",
        notNegative,
        0,
      )
      .option(
        "--epochs <n>",
        "passes over the captions; so many that there are 4,000 steps if left out, 4 to 100; 20 over the shapes",
        whole(1),
      )
      .option("--batch-size <captions>", "captions of a step", whole(1), 32)
      .option("--lr <rate>", "highest learning rate of AdamW", positive, 0.001)
      .option("--weight-decay <rate>", "of AdamW", notNegative, 0.01),
    { task: "caption", best: "the epoch that tells most of their words", shown: "captions" },
  )
    .addHelpText(
      "after",
      `
Examples:
  $ receptive caption train
  $ receptive caption train --data Flickr8k --keep-best
  $ receptive caption train --data coco --part train2017 --skip-bad --size 192,256

Ctrl-C saves; --resume goes on.`,
    )
    .action(run);
}

interface Options {
  data?: string;
  part?: string[];
  test?: string;
  pictures?: string;
  skipBad?: boolean;
  size?: [number, number];
  width: number;
  units: number;
  attention: number;
  dropout: number;
  wordDropout: number;
  leastCount?: number;
  longest: number;
  colours: number;
  coverage: number;
  epochs?: number;
  batchSize: number;
  lr: number;
  weightDecay: number;
  validation: number;
  keepBest?: boolean;
  seed: number;
  threads?: number;
  output?: string;
  resume?: string;
  json?: boolean;
}

async function run(options: Options, command: Command): Promise<void> {
  const { data, json = false, keepBest, seed: seeded } = options;
  if (data === undefined)
    refuse(
      command,
      [...howCaptionsAreRead, "part", "size", "validation", "keepBest", "leastCount"],
      "is about --data, which is not there",
    );
  const tell = (line: string) => void (json || process.stderr.write(`${line}\n`));
  const resume = options.resume === undefined ? undefined : await load(options.resume);
  await configure({ threads: options.threads });
  const { train: all, test, remarks } = await trainingBoxes(options, drawnForCaptions);
  const { train, validation } = apartOf(all, options.validation || (keepBest ? 0.1 : 0));
  for (const line of [...remarks, toldCaptions(train), ...toldSkippedBoxes(train)]) tell(line);
  for (const line of [`To test by: ${toldCaptions(test)}`, ...toldSkippedBoxes(test)]) tell(line);
  const output = options.output ?? runOf("caption", data === undefined ? "shapes" : lastOf(data));
  await inTaskFolder(output, { json, noun: "captions", tell }, async (training) => {
    const { checkpoint, sheet } = training;
    const first = join(dirname(checkpoint), "first-batch.png");
    const captioner = await captions.train(train, {
      ...trainingOf(options),
      ...(validation && { validation, keepBest }),
      signal: training.signal,
      ...(resume && { resume }),
      checkpoint: { every: "epoch", save: training.save },
      async onBegin(begun) {
        await writeFileAtomic(first, await firstCaptions(begun, seeded));
        for (const line of beginning(begun, first)) tell(line);
        training.begin(begun.epochs);
      },
      onEvent: training.onEvent,
    });
    if (training.isStopped(`Stopped, and saved. To go on: the same command with --resume ${checkpoint}`))
      return;
    const result = await captioner.evaluate(test);
    const { seconds, epochs, bestEpoch } = training.done!;
    const picture = await pictureIn(test, result.captions[0].place);
    await writeFileAtomic(
      sheet,
      await renderCaptionSheet({
        title: `Captions of ${all.name}`,
        subtitle: `${counted(parametersOf(captioner.network), "parameter")} · ${count(wordsOf(captioner))} words · ${counted(epochs, "epoch")} · seed ${seeded}`,
        test: result,
        training: courseOf(training.latest!),
        picture: (place) => pictureIn(test, place),
        looked: { picture, caption: await captioner.predict(picture) },
      }),
    );
    const example = join(dirname(checkpoint), "example.png");
    await writeFileAtomic(example, await encodeImage(picture));
    if (json) {
      console.log(
        JSON.stringify({ ...training.done, test: captionFigures(result), checkpoint, sheet, example }),
      );
      return;
    }
    console.log(
      [
        "",
        `${test.name}: ${captionScores(result)}.`,
        ...toldAttention(result),
        effortOf({ epochs, bestEpoch, seconds }),
        "",
        `The trained network:                     ${checkpoint}`,
        `Loss, where it looks, and worst captions:  ${sheet}`,
        `A picture to test by:                    ${example}`,
        "",
        "Try next:",
        `  npx receptive caption ${example}`,
      ].join("\n"),
    );
  });
}

function trainingOf(options: Options): captions.CaptionTrainingOptions {
  const { size, leastCount, epochs, width, units, attention, dropout, wordDropout, longest } = options;
  const { colours, coverage, batchSize, lr, weightDecay } = options;
  return {
    ...(size && { size }),
    ...(leastCount !== undefined && { leastCount }),
    // Of shapes so many that the first try is over before one has lost patience.
    ...(epochs !== undefined || options.data === undefined ? { epochs: epochs ?? 20 } : {}),
    ...{ width, units, attention, dropout, wordDropout, longest, colours, coverage },
    ...{ batchSize, lr, weightDecay, seed: options.seed },
  };
}

/** What has been made, before the first step. */
function beginning(
  { captioner, epochs, batchSize, examples }: captions.CaptionBeginning,
  first: string,
): string[] {
  const [height, width] = captioner.size;
  return [
    `The network sees pictures of ${height}×${width} and knows ${count(wordsOf(captioner))} words; the first ones with their captions: ${first}`,
    beginningOf(captioner.network, counted(examples.length, "caption"), { epochs, batchSize }),
  ];
}

/** Without what begins and what ends a caption. */
const wordsOf = ({ vocabulary }: captions.Captioner): number => vocabulary.words.length - 2;
