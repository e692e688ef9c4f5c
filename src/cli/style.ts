import { basename, extname } from "node:path";
import { type Command, Option } from "commander";
import { UsageError } from "../door/usage-error.js";
import { style } from "../explain/index.js";
import { duration, significant } from "../formatting/numbers.js";
import type { Picture } from "../images/picture.js";
import { readImage } from "../images/read.js";
import { checkPictureName, writeImage } from "../images/write.js";
import type { NetworkOptions } from "../openers/network.js";
import { configure } from "../runtime/devices.js";
import { stylise } from "../tasks/index.js";
import { modelOf } from "../training/checkpoint.js";
import { load } from "../training/opened-checkpoint.js";
import { interruption } from "./interruption.js";
import { networkOf, networkOptions } from "./networks.js";
import { fittedPicture, pictureOfPixels, pixelsOfPicture } from "./photographs.js";
import { flagOf, nameList, positive, positiveList, seed, share, threads, whole } from "./values.js";
import { waitingLine } from "./waiting-line.js";

export function styleCommand(program: Command): void {
  const command = program
    .command("style")
    .description("neural style: a photograph in the manner of a painting")
    .argument("<image>", "a photograph of any size")
    .option("--style <image...>", "a painting, or several to blend")
    .option(
      "--fast <checkpoint>",
      "instead of --style: a network of `receptive style-train`, which paints in one go",
    );
  networkOptions(command)
    .option("--blend <weights>", "of several paintings, such as 2,1", positiveList)
    .option("--content-layers <names>", "layers that say what is in the photograph", nameList)
    .option("--style-layers <names>", "layers that say how it is painted", nameList)
    .option("--content-weight <weight>", "how much stays of the photograph", positive, 1)
    .option("--style-weight <weight>", "how much comes from the painting", positive, 100)
    .option("--smooth <weight>", "of the total variation", positive, 0.1)
    .option("--iterations <n>", "steps of the descent", whole(1), 200)
    .addOption(new Option("--optimizer <name>", "how it descends").choices(["adam", "lbfgs"]).default("adam"))
    .option("--lr <share>", "of adam: learning rate as a share of the range of pixels", share, 0.02)
    .addOption(
      new Option("--start <from>", "what it begins with").choices(["content", "noise"]).default("content"),
    )
    .addOption(
      new Option("--pooling <kind>", "in place of max pooling")
        .choices(["average", "max"])
        .default("average"),
    )
    .option("--keep-colours", "the photograph's colours stay")
    .option("--size <pixels>", "the longer edge of the result, at most", whole(32), 512)
    .option(
      "--style-size <pixels>",
      "the longer edge at which the painting is looked at; as --size if left out",
      whole(32),
    )
    .option("--preview <iterations>", "write the picture as it is after each so many", whole(1))
    .option("--seed <n>", "everything random follows from it", seed, 0)
    .option("--threads <n>", "threads of the engine; all cores if left out", threads)
    .option("--output <file>", "the picture: .png, .jpg or .webp (default: NAME-style.jpg)")
    .option("--json", 'one line: {"output":…,"loss":…,"seconds":…}')
    .addHelpText(
      "after",
      "\nExamples:\n  $ receptive style photo.jpg --style starry-night.jpg\n  $ receptive style photo.jpg --fast starry.safetensors\n\nCtrl-C writes the picture as it is then (exit code 130).",
    )
    .action(run);
}

interface Options extends NetworkOptions {
  style?: string[];
  fast?: string;
  blend?: number[];
  contentLayers?: string[];
  styleLayers?: string[];
  contentWeight: number;
  styleWeight: number;
  smooth: number;
  iterations: number;
  optimizer: "adam" | "lbfgs";
  lr: number;
  start: "content" | "noise";
  pooling: "average" | "max";
  keepColours?: boolean;
  size: number;
  styleSize?: number;
  preview?: number;
  seed: number;
  threads?: number;
  output?: string;
  json?: boolean;
}

async function run(file: string, options: Options, command: Command): Promise<void> {
  const { json, threads, fast, size } = options;
  const output = options.output ?? `${basename(file, extname(file))}-style.jpg`;
  checkPictureName(output);
  if ((options.style === undefined) === (fast === undefined))
    throw new UsageError(
      "style: expects a painting (--style painting.jpg), or a trained network (--fast PATH)",
    );
  refuseUnused(options, command);
  await configure({ threads });
  const begun = performance.now();
  const stop = interruption();
  const waiting = waitingLine({ json });
  try {
    const photo = await readImage(file);
    const { pixels, loss } =
      fast === undefined
        ? await descended(photo, output, options, stop.signal, waiting)
        : {
            pixels: await stylise(
              modelOf(await load(fast)),
              pixelsOfPicture(fittedPicture(photo, { edge: size, channels: 3 })),
            ),
            loss: undefined,
          };
    await writeImage(output, pictureOfPixels(pixels));
    waiting.clear();
    const seconds = (performance.now() - begun) / 1000;
    if (stop.signal.aborted) stop.keep(output);
    if (json || !stop.signal.aborted)
      console.log(
        json
          ? JSON.stringify({ output, loss, ...stop.facts(), seconds })
          : `${file}, painted: ${output} (${duration(seconds)})`,
      );
  } finally {
    waiting.clear();
    stop.release();
  }
}

/** Of the slow way: a trained network has them in its weights. */
const onlySlow = [
  ...["checkpoint", "model", "weights", "preprocessing", "classes", "blend", "contentLayers", "styleLayers"],
  ...["contentWeight", "styleWeight", "smooth", "iterations", "optimizer", "lr", "start", "pooling"],
  ...["keepColours", "styleSize", "preview", "seed"],
];

/** @throws UsageError where an option was given that changes nothing */
function refuseUnused({ fast, optimizer }: Options, command: Command): void {
  const isGiven = (name: string) => command.getOptionValueSource(name) === "cli";
  const unused = fast === undefined ? undefined : onlySlow.find(isGiven);
  if (unused !== undefined)
    throw new UsageError(
      `style: ${flagOf(unused)} does nothing with --fast, whose network is trained already`,
    );
  if (optimizer === "lbfgs" && isGiven("lr"))
    throw new UsageError("style: --lr does nothing with lbfgs, which finds its own steps");
}

async function descended(
  photo: Picture,
  output: string,
  options: Options,
  signal: AbortSignal,
  waiting: ReturnType<typeof waitingLine>,
) {
  const { model, input } = await networkOf(options, { json: options.json });
  const channels = input[2];
  const { blend, contentWeight, styleWeight, iterations, optimizer } = options;
  const { lr, start, pooling, keepColours, seed } = options;
  const edge = options.styleSize ?? options.size;
  const paintings = await Promise.all(
    options.style!.map(async (path) =>
      pixelsOfPicture(fittedPicture(await readImage(path), { edge, channels })),
    ),
  );
  const fitted = fittedPicture(photo, { edge: options.size, channels });
  let loss = Number.NaN;
  const { pixels, losses } = await style(model, pixelsOfPicture(fitted), paintings, {
    blend,
    contentWeight,
    styleWeight,
    iterations,
    optimizer,
    lr,
    start,
    pooling,
    keepColours,
    seed,
    content: options.contentLayers,
    style: options.styleLayers,
    variationWeight: options.smooth,
    stop: signal,
    frameEvery: options.preview ?? 25,
    onProgress: ({ done, count }) =>
      waiting.show(
        `painting: iteration ${done} of ${count}${Number.isNaN(loss) ? "" : `, loss ${significant(loss)}`}`,
      ),
    async onFrame({ scores, pixels }) {
      [loss] = scores;
      if (options.preview !== undefined) await writeImage(output, pictureOfPixels(pixels));
    },
  });
  return { pixels, loss: losses.at(-1) };
}
