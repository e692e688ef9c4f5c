import type { Command } from "commander";
import { count } from "../../formatting/numbers.js";
import { configure } from "../../runtime/devices.js";
import { refuse } from "../given.js";
import { nameList, share, threads, whole } from "../values.js";
import { waitingLine } from "../waiting-line.js";
import {
  type BoxOptions,
  boxOptions,
  detectorFrom,
  detectorOption,
  howBoxesAreRead,
  testBoxes,
  toldBoxes,
  toldSkippedBoxes,
} from "./boxes.js";
import { softOption } from "./find.js";
import { detectionFigures, detectionScores, detectionTable } from "./scores.js";

export function evaluateDetectionCommand(parent: Command): void {
  const command = parent.command("evaluate").description("measure a trained network on pictures with boxes");
  detectorOption(command)
    .option(
      "--data <path>",
      "annotations, as of train; of those with parts the one to test by; the shapes where it was trained on them",
    )
    .option("--part <names>", "parts to measure by, with commas: val", nameList);
  boxOptions(command).option(
    "--overlap <share>",
    "of boxes of a class that overlap by more one is told",
    share,
    0.5,
  );
  softOption(command)
    .option("--batch-size <pictures>", "pictures computed at once", whole(1), 16)
    .option("--threads <n>", "threads of the engine; all cores if left out", threads)
    .option("--json", 'one line: {"count":…,"mAP":…,"coco":{"AP":…},"classes":[…]}')
    .addHelpText(
      "after",
      `
Examples:
  $ receptive detect evaluate
  $ receptive detect evaluate --checkpoint runs/detect-bccd/checkpoint.safetensors --data bccd --skip-bad`,
    )
    .action(run);
}

interface Options extends BoxOptions {
  checkpoint?: string;
  data?: string;
  part?: string[];
  overlap: number;
  soft?: "linear" | "gaussian";
  batchSize: number;
  threads?: number;
  json?: boolean;
}

async function run(
  { checkpoint, overlap, soft, batchSize, json, ...options }: Options,
  command: Command,
): Promise<void> {
  if (options.data === undefined)
    refuse(command, [...howBoxesAreRead, "part"], "is about --data, which is not there");
  await configure({ threads: options.threads });
  const detector = await detectorFrom(checkpoint);
  const boxes = await testBoxes(detector, options);
  const line = waitingLine({ json });
  const result = await detector
    .evaluate(boxes, {
      batchSize,
      overlap,
      ...(soft && { soft }),
      onProgress: ({ done, count: all }) => line.show(`${count(done)} of ${count(all)} pictures`),
    })
    .finally(() => line.clear());
  if (json) {
    console.log(JSON.stringify(detectionFigures(result, detector.classes)));
    return;
  }
  process.stderr.write(`${[toldBoxes(boxes), ...toldSkippedBoxes(boxes)].join("\n")}\n`);
  console.log(`${boxes.name}: ${detectionScores(result)}.\n\n${detectionTable(result, detector.classes)}`);
}
