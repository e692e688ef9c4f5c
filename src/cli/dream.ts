import { basename, extname, join } from "node:path";
import type { Command } from "commander";
import { deepDream, dreamLayer } from "../explain/index.js";
import { duration } from "../formatting/numbers.js";
import { readImage } from "../images/read.js";
import { checkPictureName, writeImage } from "../images/write.js";
import type { NetworkOptions } from "../openers/network.js";
import { makeFolder } from "../platform/node-folders.js";
import { configure } from "../runtime/devices.js";
import { interruption } from "./interruption.js";
import { networkOf, networkOptions } from "./networks.js";
import { fittedPicture, pictureOfPixels, pixelsOfPicture } from "./photographs.js";
import { positive, seed, threads, whole } from "./values.js";
import { waitingLine } from "./waiting-line.js";

export function dreamCommand(program: Command): void {
  const command = program
    .command("dream")
    .description("Deep Dream: a photograph in which a layer finds what it has learned to see")
    .argument("<image>", "a photograph of any size");
  networkOptions(command)
    .option("--layer <name>", "the layer that dreams; one at two thirds of the network if left out")
    .option("--unit <number>", "one of its units instead of all", whole(0))
    .option("--guide <image>", "a picture: what the layer sees there is what is dreamt")
    .option("--octaves <n>", "sizes that are dreamt on", whole(1), 4)
    .option("--octave-scale <factor>", "from one size to the next", positive, 1.4)
    .option("--iterations <n>", "steps at each size", whole(1), 10)
    .option("--step <pixels>", "of a pixel on average, of 255", positive, 1.5)
    .option("--jitter <pixels>", "shift before each step", whole(0), 32)
    .option("--tile <pixels>", "larger pictures are dreamt on in tiles of this edge", whole(64), 640)
    .option("--max-size <pixels>", "the longer edge of the result, at most", whole(32), 1024)
    .option("--frames <dir>", "also write the picture after each step into this folder")
    .option("--seed <n>", "everything random follows from it", seed, 0)
    .option("--threads <n>", "threads of the engine; all cores if left out", threads)
    .option("--output <file>", "the picture: .png, .jpg or .webp (default: NAME-dream.jpg)")
    .option("--json", 'one line: {"output":…,"layer":…,"seconds":…}')
    .addHelpText(
      "after",
      "\nExample:\n  $ receptive dream photo.jpg --layer fire6 --iterations 20\n\nCtrl-C writes the picture as it is then (exit code 130).",
    )
    .action(run);
}

interface Options extends NetworkOptions {
  layer?: string;
  unit?: number;
  guide?: string;
  octaves: number;
  octaveScale: number;
  iterations: number;
  step: number;
  jitter: number;
  tile: number;
  maxSize: number;
  frames?: string;
  seed: number;
  threads?: number;
  output?: string;
  json?: boolean;
}

async function run(file: string, options: Options): Promise<void> {
  const { json, threads, guide, frames, maxSize } = options;
  const { unit, octaves, octaveScale, iterations, step, jitter, tile, seed } = options;
  const output = options.output ?? `${basename(file, extname(file))}-dream.jpg`;
  checkPictureName(output);
  await configure({ threads });
  const { model, input } = await networkOf(options, { json });
  const photo = fittedPicture(await readImage(file), { edge: maxSize, channels: input[2] });
  const layer = options.layer ?? dreamLayer(model);
  const stop = interruption();
  const waiting = waitingLine({ json });
  const begun = performance.now();
  if (frames) await makeFolder(frames);
  let frame = 0;
  try {
    const dream = await deepDream(model, pixelsOfPicture(photo), {
      layer,
      ...{ unit, octaves, octaveScale, iterations, step, jitter, tile, seed },
      guide:
        guide === undefined
          ? undefined
          : pixelsOfPicture(fittedPicture(await readImage(guide), { edge: 512, channels: input[2] })),
      stop: stop.signal,
      onProgress: ({ done, count }) => waiting.show(`dreaming: step ${done} of ${count}`),
      async onFrame({ pixels }) {
        if (frames)
          await writeImage(join(frames, `${String(++frame).padStart(4, "0")}.jpg`), pictureOfPixels(pixels));
      },
    });
    await writeImage(output, pictureOfPixels(dream));
    waiting.clear();
    const seconds = (performance.now() - begun) / 1000;
    if (stop.signal.aborted) stop.keep(output);
    if (json || !stop.signal.aborted)
      console.log(
        json
          ? JSON.stringify({ output, layer, ...stop.facts(), seconds })
          : `What ${layer} of ${model.name} dreams of ${file}: ${output} (${duration(seconds)})`,
      );
  } finally {
    waiting.clear();
    stop.release();
  }
}
