import type { Command } from "commander";
import { UsageError } from "../door/usage-error.js";
import { percent } from "../formatting/numbers.js";
import type { Picture } from "../images/picture.js";
import { tenCrop } from "../images/preprocessing.js";
import { objectiveOf } from "../models/index.js";
import type { Network, NetworkOptions } from "../openers/network.js";
import { configure } from "../runtime/devices.js";
import { tensor } from "../tensor/creation.js";
import { meanOfViews, predict } from "../training/predict.js";
import { networkOf, networkOptions } from "./networks.js";
import { picturesGiven, preparedFor } from "./pictures-given.js";
import { traced, traceOption } from "./trace.js";
import { threads, whole } from "./values.js";

export function predictCommand(program: Command): void {
  const command = program
    .command("predict")
    .description("what a trained network reads in pictures of yours")
    .argument(
      "<image...>",
      "picture files of any size: JPEG, PNG, WebP, GIF, TIFF or BMP; AVIF and SVG with the package sharp",
    );
  networkOptions(command)
    .option(
      "--ten-crop",
      "read ten views of each picture and average: corners, centre, and their mirror images",
    )
    .option("--top <classes>", "classes to name, the likeliest first", whole(1), 3)
    .option("--threads <n>", "threads of the engine; all cores if left out", threads)
    .addOption(traceOption())
    .option("--json", 'a line for each picture: {"image":…,"classes":[{"class":…,"probability":…}]}')
    .addHelpText(
      "after",
      `
Examples:
  $ receptive predict seven.png three.jpg --top 2
  $ receptive predict cat.jpg --model resnet18 --weights hf:timm/resnet18.tv_in1k --top 5`,
    )
    .action(traced((images: string[], options: Options, _: Command) => run(images, options)));
}

interface Options extends NetworkOptions {
  tenCrop?: boolean;
  top: number;
  threads?: number;
  json?: boolean;
}

async function run(
  images: string[],
  { tenCrop: ten, top, threads, json, ...options }: Options,
): Promise<void> {
  await configure({ threads });
  const network = await networkOf(options, { json });
  if (objectiveOf(network.model.name).target === "picture")
    throw new UsageError(
      `${network.model.name} reads no classes, it makes pictures again: receptive evaluate measures how well`,
    );
  const tell = json
    ? (image: string, { message }: Error) => console.log(JSON.stringify({ image, error: message }))
    : undefined;
  const prepare = ten ? undefined : preparedFor(network);
  for (const { file, picture } of await picturesGiven(images, network, prepare, tell)) {
    const probabilities = await read(network, ten ? tenViews(picture, network) : [picture]);
    const classes = [...probabilities]
      .map((probability, c) => ({ class: network.classes[c] ?? String(c), probability }))
      .sort((a, b) => b.probability - a.probability)
      .slice(0, top);
    if (json) console.log(JSON.stringify({ image: file, classes }));
    else console.log(`${file}: ${classes.map((c) => `${c.class} (${percent(c.probability)})`).join(", ")}`);
  }
}

/** Probabilities by class, the mean over the views of one picture. */
async function read({ model, input }: Network, views: readonly Picture[]): Promise<Float64Array> {
  const [h, w, c] = input;
  const images = new Uint8Array(views.length * h * w * c);
  for (const [i, { pixels }] of views.entries()) images.set(pixels, i * h * w * c);
  const rows = await predict(model, tensor(images, [views.length, h, w, c]));
  return meanOfViews(rows);
}

const tenViews = (picture: Picture, { input, preprocessing }: Network): Picture[] =>
  tenCrop(picture, input, preprocessing);
