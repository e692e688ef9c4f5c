import { dirname, join } from "node:path";
import { type Command, Option } from "commander";
import { writeFileAtomic } from "#platform";
import { counted } from "../../formatting/numbers.js";
import { readImage } from "../../images/read.js";
import { encodeImage } from "../../images/write.js";
import { checkFrozen } from "../../recipes/frozen.js";
import { renderDetectionSheet } from "../../report/detection/sheet.js";
import { writableNames } from "../../report/sheet/characters.js";
import { configure } from "../../runtime/devices.js";
import { isEdge } from "../../tasks/detection/detector.js";
import * as detection from "../../tasks/detection/index.js";
import { lastOf } from "../../tasks/words/files.js";
import { load } from "../../training/opened-checkpoint.js";
import { refuse } from "../given.js";
import { runOf } from "../newest-run.js";
import { courseOf } from "../sheet.js";
import { edges, withTrainingOptions } from "../task-options.js";
import { inTaskFolder } from "../task-training.js";
import { beginningOf, effortOf, parametersOf } from "../training-words.js";
import { nameList, notNegative, positive, share, whole } from "../values.js";
import {
  apartOf,
  areShapes,
  type Boxes,
  type BoxOptions,
  boxOptions,
  howBoxesAreRead,
  toldBoxes,
  toldSkippedBoxes,
  trainingBoxes,
} from "./boxes.js";
import { firstBatch } from "./first-batch.js";
import { confusionTable, detectionFigures, detectionScores, detectionTable } from "./scores.js";

export function trainDetectionCommand(parent: Command): void {
  const command = parent
    .command("train")
    .description("train a network on pictures with boxes; without options on shapes that code draws")
    .option(
      "--data <path>",
      "annotations: a folder of Pascal VOC, COCO or YOLO, a .json, data.yaml, or a table of boxes",
    )
    .option("--part <names>", "parts to train on, with commas: train,val; train if left out", nameList)
    .option(
      "--test <path>",
      "annotations to test by; the part test or val, or every tenth picture, if left out",
    );
  withTrainingOptions(
    boxOptions(command)
      .option(
        "--size <height,width>",
        "of what the network sees, multiples of 32; in the pictures' proportions, 320 at most, if left out",
        edges(isEdge, "multiples of 32 up to 4096"),
      )
      .addOption(
        new Option("--fit <how>", "whether pictures keep their proportions, or are stretched").choices([
          "contain",
          "stretch",
        ]),
      )
      .addOption(
        new Option(
          "--network <name>",
          "one-stage: places tell boxes; faster-rcnn: regions are proposed, then judged",
        )
          .choices(["one-stage", "faster-rcnn"])
          .default("one-stage"),
      )
      .addOption(
        new Option(
          "--training <how>",
          "of faster-rcnn: both halves jointly (if left out), or in 4 steps as published, each of so many epochs",
        ).choices(["joint", "4-step"]),
      )
      .addOption(
        new Option("--pooling <how>", "of faster-rcnn: how a region is seen; align if left out").choices([
          "align",
          "max",
        ]),
      )
      .option("--freeze <layers>", "layers that keep their weights, with commas: backbone,rpn", nameList)
      .option("--width <factor>", "so many times as many filters", positive, 1)
      .option(
        "--zoom <factor>",
        "training enlarges and shrinks pictures by up to so much; 1 for none",
        positive,
        1.3,
      )
      .option("--shift <share>", "training moves them by up to such a share of their edges", share, 0.1)
      .option(
        "--colours <share>",
        "training changes brightness, contrast and saturation by up to so much",
        share,
        0.2,
      )
      .option("--no-mirror", "show no picture as in a mirror")
      .option(
        "--epochs <n>",
        "passes over the pictures; so many that there are 4,000 steps if left out, 12 to 200; 12 over the shapes",
        whole(1),
      )
      .option("--batch-size <pictures>", "pictures of a step", whole(1), 8)
      .option("--lr <rate>", "highest learning rate of AdamW", positive, 0.002)
      .option("--weight-decay <rate>", "of AdamW", notNegative, 0.0005)
      .option(
        "--average <share>",
        "of the weights' mean that stays in each step; 0 for no mean",
        share,
        0.998,
      ),
    { task: "detect", best: "the epoch with the highest mAP on these", shown: "pictures" },
  )
    .addHelpText(
      "after",
      `
Examples:
  $ receptive detect train
  $ receptive detect train --data bccd --part train,val --skip-bad
  $ receptive detect train --data data.yaml --size 416,416 --width 1.5
  $ receptive detect train --network faster-rcnn --training 4-step

Ctrl-C saves; --resume goes on.`,
    )
    .action(run);
}

interface Options extends BoxOptions {
  data?: string;
  part?: string[];
  test?: string;
  size?: [number, number];
  fit?: "contain" | "stretch";
  network: "one-stage" | "faster-rcnn";
  training?: "joint" | "4-step";
  pooling?: "align" | "max";
  freeze?: string[];
  width: number;
  zoom: number;
  shift: number;
  colours: number;
  mirror: boolean;
  epochs?: number;
  batchSize: number;
  lr: number;
  weightDecay: number;
  average: number;
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
      [...howBoxesAreRead, "part", "size", "fit", "validation", "keepBest"],
      "is about --data, which is not there",
    );
  if (options.network !== "faster-rcnn")
    refuse(command, ["training", "pooling"], "is about --network faster-rcnn, which is not there");
  if (options.freeze) {
    const { regionNetwork, detectionNetwork } = detection;
    const network = (options.network === "faster-rcnn" ? regionNetwork : detectionNetwork)({ classes: 2 });
    checkFrozen(options.freeze.join(), network, [64, 64, 3]);
  }
  const tell = (line: string) => void (json || process.stderr.write(`${line}\n`));
  const resume = options.resume === undefined ? undefined : await load(options.resume);
  await configure({ threads: options.threads });
  const { train: all, test, remarks } = await trainingBoxes(options);
  const { train, validation } = apartOf(all, options.validation || (keepBest ? 0.1 : 0));
  for (const line of [...remarks, toldBoxes(train), ...toldSkippedBoxes(train)]) tell(line);
  for (const line of [`To test by: ${toldBoxes(test)}`, ...toldSkippedBoxes(test)]) tell(line);
  const output = options.output ?? runOf("detect", data === undefined ? "shapes" : lastOf(data));
  await inTaskFolder(output, { json, noun: "pictures", tell }, async (training) => {
    const { checkpoint, sheet } = training;
    const first = join(dirname(checkpoint), "first-batch.png");
    const detector = await detection.train(train, {
      ...trainingOf(options),
      ...(validation && { validation, keepBest }),
      signal: training.signal,
      ...(resume && { resume }),
      checkpoint: { every: "epoch", save: training.save },
      async onBegin(begun) {
        await writeFileAtomic(first, await firstBatch(begun, seeded));
        for (const line of beginning(begun, first)) tell(line);
        training.begin(begun.epochs);
      },
      onEvent: training.onEvent,
    });
    if (training.isStopped(`Stopped, and saved. To go on: the same command with --resume ${checkpoint}`))
      return;
    const result = await detector.evaluate(test);
    const confusion = detection.boxConfusion(result.found, result.truths, {
      classes: detector.classes.length,
    });
    const { seconds, epochs, bestEpoch } = training.done!;
    await writeFileAtomic(
      sheet,
      await renderDetectionSheet({
        title: `Objects of ${all.name}`,
        subtitle: `${counted(parametersOf(detector.network), "parameter")} · ${detector.classes.length} classes · ${counted(epochs, "epoch")} · seed ${seeded}`,
        test: result,
        confusion,
        classes: writableNames(detector.classes),
        training: courseOf(training.latest!),
        picture: (place) => pictureAt(test, place),
      }),
    );
    const example = join(dirname(checkpoint), "example.png");
    await writeFileAtomic(example, await encodeImage(await pictureAt(test, 0)));
    if (json) {
      const figures = detectionFigures(result, detector.classes);
      console.log(
        JSON.stringify({ ...training.done, test: { ...figures, confusion }, checkpoint, sheet, example }),
      );
      return;
    }
    console.log(
      [
        "",
        `${test.name}: ${detectionScores(result)}.`,
        effortOf({ epochs, bestEpoch, seconds }),
        "",
        detectionTable(result, detector.classes),
        "",
        confusionTable(confusion, detector.classes),
        "",
        `The trained network:                            ${checkpoint}`,
        `Loss, confusion, precision, worst pictures:     ${sheet}`,
        `A picture to test by:                           ${example}`,
        "",
        "Try next:",
        `  npx receptive detect ${example}`,
      ].join("\n"),
    );
  });
}

async function pictureAt(boxes: Boxes, place: number) {
  if (areShapes(boxes)) return boxes.drawn(place).picture;
  return readImage(boxes.pictures[place].file!);
}

function trainingOf(options: Options): detection.DetectionTrainingOptions {
  const { size, fit, width, zoom, shift, colours, mirror, epochs, batchSize, lr, weightDecay, average } =
    options;
  const { network, training, pooling, freeze } = options;
  return {
    network,
    ...(training && { training }),
    ...(pooling && { regions: { pooling } }),
    ...(freeze && { frozen: freeze }),
    ...(size && { size }),
    ...(fit && { fit }),
    // Of shapes so many that the first try is over before one has lost patience.
    ...(epochs !== undefined || options.data === undefined ? { epochs: epochs ?? 12 } : {}),
    ...{ width, zoom, shift, colours, mirror, batchSize, lr, weightDecay, average, seed: options.seed },
  };
}

/** What has been made, before the first step. */
function beginning(
  { detector, epochs, batchSize, examples }: detection.DetectionBeginning,
  first: string,
): string[] {
  const [height, width] = detector.sees.size;
  return [
    `The network sees pictures of ${height}×${width}${detector.sees.fit === "contain" ? ", whole, the rest grey" : ""}; the first ones with their boxes: ${first}`,
    beginningOf(detector.network, counted(examples.length, "picture"), { epochs, batchSize }),
  ];
}
