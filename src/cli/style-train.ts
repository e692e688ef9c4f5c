import type { Command } from "commander";
import { duration, significant } from "../formatting/numbers.js";
import { openPhotographs } from "../images/photographs.js";
import { readImage } from "../images/read.js";
import type { NetworkOptions } from "../openers/network.js";
import { configure } from "../runtime/devices.js";
import { trainStyle } from "../tasks/index.js";
import { checkpointOf } from "../training/checkpoint.js";
import { save } from "../training/opened-checkpoint.js";
import { interruption } from "./interruption.js";
import { networkOf, networkOptions } from "./networks.js";
import { fittedPicture, pixelsOfPicture } from "./photographs.js";
import { positive, positiveList, seed, threads, whole } from "./values.js";
import { waitingLine } from "./waiting-line.js";

export function styleTrainCommand(program: Command): void {
  const command = program
    .command("style-train")
    .description("train a network that paints photographs in the manner of a painting in one go")
    .requiredOption("--style <image...>", "a painting, or several to blend")
    .requiredOption("--photos <dir>", "a folder of photographs to practise on; folders in it count too");
  networkOptions(command)
    .option("--blend <weights>", "of several paintings, such as 2,1", positiveList)
    .option("--content-weight <weight>", "how much stays of a photograph", positive, 1)
    .option("--style-weight <weight>", "how much comes from the painting", positive, 10)
    .option("--steps <n>", "steps of training", whole(1), 2000)
    .option("--batch-size <pictures>", "photographs of a step", whole(1), 4)
    .option("--lr <rate>", "learning rate", positive, 0.001)
    .option("--size <pixels>", "the edge of the squares that it practises on, a multiple of 4", whole(4), 256)
    .option("--style-size <pixels>", "the longer edge at which the painting is looked at", whole(32), 384)
    .option("--width <filters>", "of the network's first convolution; fewer are faster", whole(1), 32)
    .option("--seed <n>", "everything random follows from it", seed, 0)
    .option("--threads <n>", "threads of the engine; all cores if left out", threads)
    .option("--output <file>", "the trained network", "style.safetensors")
    .option("--json", 'one line: {"output":…,"loss":…,"seconds":…}')
    .addHelpText(
      "after",
      "\nExample:\n  $ receptive style-train --style starry-night.jpg --photos holidays --output starry.safetensors\n\nCtrl-C writes the network as it is then (exit code 130).",
    )
    .action(run);
}

interface Options extends NetworkOptions {
  style: string[];
  photos: string;
  blend?: number[];
  contentWeight: number;
  styleWeight: number;
  steps: number;
  batchSize: number;
  lr: number;
  size: number;
  styleSize: number;
  width: number;
  seed: number;
  threads?: number;
  output: string;
  json?: boolean;
}

async function run({ style: paintings, ...options }: Options): Promise<void> {
  const { json, threads, output, size, styleSize } = options;
  const { blend, contentWeight, styleWeight, steps, batchSize, lr, width, seed } = options;
  await configure({ threads });
  const { model } = await networkOf(options, { json });
  const photos = await openPhotographs(options.photos, { edge: size });
  const styles = await Promise.all(
    paintings.map(async (path) =>
      pixelsOfPicture(fittedPicture(await readImage(path), { edge: styleSize, channels: 3 })),
    ),
  );
  const stop = interruption();
  const waiting = waitingLine({ json });
  const begun = performance.now();
  let latest = Number.NaN;
  try {
    const network = await trainStyle(model, styles, photos, {
      blend,
      contentWeight,
      styleWeight,
      steps,
      batchSize,
      lr,
      width,
      seed,
      stop: stop.signal,
      onProgress: ({ done, count }) => waiting.show(`step ${done} of ${count}, loss ${significant(latest)}`),
      onStep({ loss }) {
        latest = loss;
      },
    });
    const data = { name: photos.name, classes: [] };
    await save(output, checkpointOf(network, { input: [size, size, 3], data }));
    waiting.clear();
    const seconds = (performance.now() - begun) / 1000;
    if (stop.signal.aborted) stop.keep(output);
    if (json || !stop.signal.aborted)
      console.log(
        json
          ? JSON.stringify({ output, loss: latest, ...stop.facts(), seconds })
          : `The trained network: ${output} (${duration(seconds)})\nTry it: npx receptive style photo.jpg --fast ${output}`,
      );
  } finally {
    waiting.clear();
    stop.release();
  }
}
