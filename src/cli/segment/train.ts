import { dirname, join } from "node:path";
import { type Command, Option } from "commander";
import { writeFileAtomic } from "#platform";
import { UsageError } from "../../door/usage-error.js";
import { counted } from "../../formatting/numbers.js";
import { readImage } from "../../images/read.js";
import { encodeImage } from "../../images/write.js";
import { loadWeights } from "../../models/index.js";
import { registry } from "../../models/registry.js";
import type { Model } from "../../nn/index.js";
import { renderSegmentationSheet, type ShownPicture } from "../../report/segmentation/sheet.js";
import { writableNames } from "../../report/sheet/characters.js";
import { configure } from "../../runtime/devices.js";
import * as segmentation from "../../tasks/segmentation/index.js";
import { labelsFor } from "../../tasks/segmentation/segmenter.js";
import { lastOf } from "../../tasks/words/files.js";
import { load } from "../../training/opened-checkpoint.js";
import {
  apartOf,
  areShapes,
  type Boxes,
  type BoxOptions,
  toldSkippedBoxes,
  trainingBoxes,
} from "../detect/boxes.js";
import { refuse } from "../given.js";
import { runOf } from "../newest-run.js";
import { courseOf } from "../sheet.js";
import { edges, withTrainingOptions } from "../task-options.js";
import { inTaskFolder } from "../task-training.js";
import { beginningOf, effortOf, parametersOf } from "../training-words.js";
import { nameList, notNegative, positive, share, whole, wholeList } from "../values.js";
import { firstBatch } from "./first-batch.js";
import { checkMaps, howMasksAreRead, maskOptions, toldMasks } from "./masks.js";
import { segmentationFigures, segmentationScores, segmentationTable } from "./scores.js";

export function trainSegmentationCommand(parent: Command): void {
  const command = parent
    .command("train")
    .description(
      "train a network on pictures whose pixels have classes; without options on shapes that code draws",
    )
    .option(
      "--data <path>",
      "a folder of pictures with maps of labels (train and trainannot, images and masks, Pascal VOC), or COCO with masks",
    )
    .option("--part <names>", "parts to train on, with commas: train,val; train if left out", nameList)
    .option(
      "--test <path>",
      "pictures to test by; the part test or val, or every tenth picture, if left out",
    );
  withTrainingOptions(
    maskOptions(command)
      .option("--ignore <labels>", "labels of maps that do not count, with commas, beside 255: 11", wholeList)
      .option(
        "--size <height,width>",
        "of what the network sees; in the pictures' proportions, 480 at most, if left out",
        edges((edge) => edge >= 16 && edge <= 4096, "whole numbers from 16 to 4096"),
      )
      .addOption(
        new Option(
          "--fit <how>",
          "whether pictures keep their proportions, are stretched, or are seen in parts of that size",
        ).choices(["contain", "stretch", "tiles"]),
      )
      .option("--width <factor>", "so many times as many filters", positive, 1)
      .option("--backbone <model>", "a model of models list that it stands on, with the weights of --weights")
      .option("--weights <file>", "what the backbone has learned")
      .addOption(
        new Option("--loss <name>", "what is made small")
          .choices(["crossEntropy", "focal", "dice"])
          .default("crossEntropy"),
      )
      .addOption(
        new Option(
          "--class-weights <how>",
          "how much pixels of rare classes count in cross entropy (default: root)",
        ).choices(["root", "median", "none"]),
      )
      .option("--zoom <factor>", "training enlarges pictures by up to so much; 1 for none", positive, 1.4)
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
        "passes over the pictures; so many that there are 1,000 steps if left out, 8 to 100; 8 over the shapes",
        whole(1),
      )
      .option("--batch-size <pictures>", "pictures of a step", whole(1), 5)
      .option("--lr <rate>", "highest learning rate of AdamW", positive, 0.002)
      .option("--weight-decay <rate>", "of AdamW", notNegative, 0.01)
      .option(
        "--average <share>",
        "of the weights' mean that stays in each step; 0 for no mean",
        share,
        0.99,
      ),
    { task: "segment", best: "the epoch with the highest mIoU on these", shown: "pictures" },
  )
    .addHelpText(
      "after",
      `
Examples:
  $ receptive segment train
  $ receptive segment train --data camvid --ignore 11
  $ receptive segment train --data camvid --ignore 11 --backbone squeezenet1_1 --weights squeezenet1_1.safetensors

Ctrl-C saves; --resume goes on.`,
    )
    .action(run);
}

interface Options extends BoxOptions {
  data?: string;
  part?: string[];
  test?: string;
  ignore?: number[];
  size?: [number, number];
  fit?: "contain" | "stretch" | "tiles";
  width: number;
  backbone?: string;
  weights?: string;
  loss: "crossEntropy" | "focal" | "dice";
  classWeights?: "root" | "median" | "none";
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
      [...howMasksAreRead, "ignore", "part", "size", "fit", "validation", "keepBest"],
      "is about --data, which is not there",
    );
  if (options.backbone === undefined) refuse(command, ["weights"], "is about --backbone, which is not there");
  if (options.loss !== "crossEntropy")
    refuse(command, ["classWeights"], `is about --loss crossEntropy, and the loss is ${options.loss}`);
  const tell = (line: string) => void (json || process.stderr.write(`${line}\n`));
  const resume = options.resume === undefined ? undefined : await load(options.resume);
  await configure({ threads: options.threads });
  const backbone = await backboneOf(options);
  const { train: all, test, remarks } = await trainingBoxes(options);
  const classes = await checkMaps(all, { ignore: options.ignore, json });
  await checkMaps(test, { ignore: options.ignore, classes, json });
  const { train, validation } = apartOf(all, options.validation || (keepBest ? 0.1 : 0));
  for (const line of [...remarks, toldMasks(train), ...toldSkippedBoxes(train)]) tell(line);
  for (const line of [`To test by: ${toldMasks(test)}`, ...toldSkippedBoxes(test)]) tell(line);
  const output = options.output ?? runOf("segment", data === undefined ? "shapes" : lastOf(data));
  await inTaskFolder(output, { json, noun: "pictures", tell }, async (training) => {
    const { checkpoint, sheet } = training;
    const first = join(dirname(checkpoint), "first-batch.png");
    const segmenter = await segmentation.train(train, {
      ...trainingOf(options),
      ...(backbone && { backbone }),
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
    const result = await segmenter.evaluate(test);
    const { seconds, epochs, bestEpoch } = training.done!;
    await writeFileAtomic(
      sheet,
      await renderSegmentationSheet({
        title: `Pixels of ${all.name}`,
        subtitle: `${counted(parametersOf(segmenter.network), "parameter")} · ${segmenter.classes.length} classes · ${counted(epochs, "epoch")} · seed ${seeded}`,
        test: result,
        classes: writableNames(segmenter.classes),
        colours: segmenter.colours,
        training: courseOf(training.latest!),
        shown: (place) => shownAt(test, place, segmenter),
      }),
    );
    const example = join(dirname(checkpoint), "example.png");
    await writeFileAtomic(example, await encodeImage((await shownAt(test, 0, segmenter)).picture));
    if (json) {
      const figures = segmentationFigures(result, segmenter.classes);
      console.log(JSON.stringify({ ...training.done, test: figures, checkpoint, sheet, example }));
      return;
    }
    console.log(
      [
        "",
        `${test.name}: ${segmentationScores(result)}.`,
        effortOf({ epochs, bestEpoch, seconds }),
        "",
        segmentationTable(result, segmenter.classes),
        "",
        `The trained network:                            ${checkpoint}`,
        `Loss, confusion, and worst pictures:            ${sheet}`,
        `A picture to test by:                           ${example}`,
        "",
        "Try next:",
        `  npx receptive segment ${example}`,
      ].join("\n"),
    );
  });
}

/** @throws UsageError where there is no such model */
async function backboneOf({ backbone, weights }: Options): Promise<Model | undefined> {
  if (backbone === undefined) return undefined;
  if (!Object.hasOwn(registry, backbone))
    throw new UsageError(`--backbone: there is no model ${backbone} (receptive models list shows them)`);
  const { make, input } = registry[backbone];
  const model = make();
  if (weights !== undefined) {
    model.build([...input], { blank: true });
    await loadWeights(model, weights);
  }
  return model;
}

async function shownAt(
  masks: Boxes,
  place: number,
  segmenter: segmentation.Segmenter,
): Promise<ShownPicture> {
  if (areShapes(masks)) {
    const { picture, map: truth } = masks.drawn(place);
    return { picture, truth, answer: (await segmenter.predict(picture)).labels };
  }
  const { pictures, of } = await labelsFor(masks, segmenter);
  const picture = await readImage(pictures[place].file!);
  return { picture, truth: await of(pictures[place]), answer: (await segmenter.predict(picture)).labels };
}

function trainingOf(options: Options): segmentation.SegmentationTrainingOptions {
  const { size, fit, ignore, width, loss, classWeights, zoom, shift, colours, mirror, epochs } = options;
  const { batchSize, lr, weightDecay, average } = options;
  return {
    ...(size && { size }),
    ...(fit && { fit }),
    ...(ignore && { ignore }),
    ...(classWeights && { weights: classWeights }),
    // Of shapes so many that the first try is over before one has lost patience.
    ...(epochs !== undefined || options.data === undefined ? { epochs: epochs ?? 8 } : {}),
    ...{ width, loss, zoom, shift, colours, mirror, batchSize, lr, weightDecay, average, seed: options.seed },
  };
}

/** What has been made, before the first step. */
function beginning(
  { segmenter, epochs, batchSize, examples, pixels, weights }: segmentation.SegmentationBeginning,
  first: string,
): string[] {
  const [height, width] = segmenter.sees.size;
  const how = { contain: ", whole, the rest grey", stretch: "", tiles: ", parts of larger ones" };
  const shares = segmenter.classes.map((name, c) => {
    const percentage = ((100 * pixels.counts[c]) / pixels.pixels).toFixed(1);
    return `${name} ${percentage} %${weights[c] === 1 ? "" : ` × ${weights[c].toFixed(2)}`}`;
  });
  const shown = shares.length > 24 ? [...shares.slice(0, 24), "…"] : shares;
  return [
    `Pixels of each class, and how much they count: ${shown.join(", ")}`,
    `The network sees pictures of ${height}×${width}${how[segmenter.sees.fit]}; the first ones with their classes: ${first}`,
    beginningOf(segmenter.network, counted(examples.length, "picture"), { epochs, batchSize }),
  ];
}
