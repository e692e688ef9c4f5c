import type { Command } from "commander";
import { count } from "../../formatting/numbers.js";
import { configure } from "../../runtime/devices.js";
import { testBoxes, toldSkippedBoxes } from "../detect/boxes.js";
import { refuse } from "../given.js";
import { nameList, threads, whole } from "../values.js";
import { waitingLine } from "../waiting-line.js";
import {
  captionDataOptions,
  captionerFrom,
  captionerOption,
  drawnForCaptions,
  howCaptionsAreRead,
  type SearchOptions,
  searchOf,
  searchOptions,
  toldCaptions,
} from "./pictures.js";
import { captionFigures, captionScores, toldAttention } from "./scores.js";

export function evaluateCaptionsCommand(parent: Command): void {
  const command = parent
    .command("evaluate")
    .description("measure a trained network on pictures with captions: BLEU-1 to BLEU-4");
  captionerOption(command)
    .option(
      "--data <path>",
      "annotations with captions, as of train; of those with parts the one to test by; the shapes where it was trained on them",
    )
    .option("--part <names>", "parts to measure by, with commas: val", nameList);
  captionDataOptions(command);
  searchOptions(command)
    .option("--batch-size <pictures>", "pictures computed at once", whole(1), 16)
    .option("--threads <n>", "threads of the engine; all cores if left out", threads)
    .option("--captions", "print what is said of each picture, too")
    .option("--json", 'one line: {"count":…,"bleu":[…],"exact":…}, with --captions {"captions":[…]} as well')
    .addHelpText(
      "after",
      `
Examples:
  $ receptive caption evaluate
  $ receptive caption evaluate --checkpoint runs/caption-Flickr8k/checkpoint.safetensors --data Flickr8k --beam 3`,
    )
    .action(run);
}

interface Options extends SearchOptions {
  checkpoint?: string;
  data?: string;
  part?: string[];
  pictures?: string;
  skipBad?: boolean;
  batchSize: number;
  threads?: number;
  captions?: boolean;
  json?: boolean;
}

async function run(options: Options, command: Command): Promise<void> {
  const { checkpoint, data, part, pictures, skipBad, batchSize, json, captions: isTold } = options;
  if (data === undefined)
    refuse(command, [...howCaptionsAreRead, "part"], "is about --data, which is not there");
  await configure({ threads: options.threads });
  const captioner = await captionerFrom(checkpoint);
  const given = await testBoxes(captioner, { data, part, pictures, skipBad }, drawnForCaptions);
  const told = toldCaptions(given);
  const line = waitingLine({ json });
  const result = await captioner
    .evaluate(given, {
      ...searchOf(options),
      batchSize,
      onProgress: ({ done, count: all }) => line.show(`${count(done)} of ${count(all)} pictures`),
    })
    .finally(() => line.clear());
  if (json) {
    const { captions } = result;
    console.log(JSON.stringify({ ...captionFigures(result), ...(isTold ? { captions } : {}) }));
    return;
  }
  process.stderr.write(`${[told, ...toldSkippedBoxes(given)].join("\n")}\n`);
  if (isTold) for (const { name, text } of result.captions) console.log(`${name}: ${text}`);
  console.log([`${given.name}: ${captionScores(result)}.`, ...toldAttention(result)].join("\n"));
}
