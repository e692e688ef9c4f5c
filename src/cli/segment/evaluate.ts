import type { Command } from "commander";
import { count } from "../../formatting/numbers.js";
import { configure } from "../../runtime/devices.js";
import { type BoxOptions, testBoxes, toldSkippedBoxes } from "../detect/boxes.js";
import { refuse } from "../given.js";
import { nameList, threads } from "../values.js";
import { waitingLine } from "../waiting-line.js";
import { howMasksAreRead, maskOptions, segmenterFrom, segmenterOption, toldMasks } from "./masks.js";
import { segmentationFigures, segmentationScores, segmentationTable } from "./scores.js";

export function evaluateSegmentationCommand(parent: Command): void {
  const command = parent
    .command("evaluate")
    .description("measure a trained network on pictures whose pixels have classes");
  segmenterOption(command)
    .option(
      "--data <path>",
      "pictures with maps of labels or masks, as of train; of those with parts the one to test by; the shapes where it was trained on them",
    )
    .option("--part <names>", "parts to measure by, with commas: val", nameList);
  maskOptions(command)
    .option("--tiles", "look at pictures as large as they are, in parts that overlap")
    .option("--threads <n>", "threads of the engine; all cores if left out", threads)
    .option("--json", 'one line: {"count":…,"mIoU":…,"accuracy":…,"classes":[…],"confusion":[…]}')
    .addHelpText(
      "after",
      `
Examples:
  $ receptive segment evaluate
  $ receptive segment evaluate --checkpoint runs/segment-camvid/checkpoint.safetensors --data camvid --part val`,
    )
    .action(run);
}

interface Options extends BoxOptions {
  checkpoint?: string;
  data?: string;
  part?: string[];
  tiles?: boolean;
  threads?: number;
  json?: boolean;
}

async function run({ checkpoint, tiles, json, ...options }: Options, command: Command): Promise<void> {
  if (options.data === undefined)
    refuse(command, [...howMasksAreRead, "part", "tiles"], "is about --data, which is not there");
  await configure({ threads: options.threads });
  const segmenter = await segmenterFrom(checkpoint);
  const masks = await testBoxes(segmenter, options);
  const line = waitingLine({ json });
  const result = await segmenter
    .evaluate(masks, {
      ...(tiles && { tiles }),
      onProgress: ({ done, count: all }) => line.show(`${count(done)} of ${count(all)} pictures`),
    })
    .finally(() => line.clear());
  if (json) {
    console.log(JSON.stringify(segmentationFigures(result, segmenter.classes)));
    return;
  }
  process.stderr.write(`${[toldMasks(masks), ...toldSkippedBoxes(masks)].join("\n")}\n`);
  console.log(
    `${masks.name}: ${segmentationScores(result)}.\n\n${segmentationTable(result, segmenter.classes)}`,
  );
}
