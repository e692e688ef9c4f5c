import type { Command } from "commander";
import type { Picture } from "../images/picture.js";
import { prepareDigit } from "../images/prepare-digit.js";
import { prepareImage } from "../images/prepare-image.js";
import { readImage } from "../images/read.js";
import { percent } from "../report/numbers.js";
import { configure } from "../runtime/engine.js";
import { tensor } from "../tensor/creation.js";
import { load, modelOf } from "../training/checkpoint.js";
import { predict } from "../training/predict.js";
import { onlyCheckpoint } from "./checkpoints.js";
import { whole } from "./values.js";

export function predictCommand(program: Command): void {
  program
    .command("predict")
    .description("what a trained network reads in pictures of yours")
    .argument("<image...>", "picture files of any size: JPEG, PNG, WebP, GIF, TIFF, AVIF or SVG")
    .option("--checkpoint <path>", "the trained network; the one in runs/ if left out")
    .option("--top <classes>", "classes to name, the likeliest first", whole(1), 3)
    .option("--threads <n>", "threads of the engine; all cores if left out", whole(1))
    .option("--json", 'a line for each picture: {"image":…,"classes":[{"class":…,"probability":…}]}')
    .addHelpText("after", "\nExample:\n  $ receptive predict seven.png three.jpg --top 2")
    .action(run);
}

interface Options {
  checkpoint?: string;
  top: number;
  threads?: number;
  json?: boolean;
}

async function run(images: string[], { checkpoint: path, top, threads, json }: Options): Promise<void> {
  await configure({ threads });
  const checkpoint = await load(path ?? (await onlyCheckpoint()));
  const { input, data } = checkpoint;
  const model = modelOf(checkpoint);
  // All are read first: a file that is no picture stops the command before it has said anything.
  const pictures = await Promise.all(images.map(readImage));
  for (const [i, picture] of pictures.entries()) {
    const { pixels } = prepared(picture, input);
    const [probabilities] = await predict(model, tensor(pixels, [1, ...input]));
    const classes = [...probabilities]
      .map((probability, c) => ({ class: data.classes[c] ?? String(c), probability }))
      .sort((a, b) => b.probability - a.probability)
      .slice(0, top);
    if (json) console.log(JSON.stringify({ image: images[i], classes }));
    else
      console.log(`${images[i]}: ${classes.map((c) => `${c.class} (${percent(c.probability)})`).join(", ")}`);
  }
}

/** As the network has seen its training pictures: a small grey one is taken to be a digit of MNIST's kind. */
function prepared(picture: Picture, input: readonly [number, number, number]): Picture {
  return input.join() === "28,28,1" ? prepareDigit(picture) : prepareImage(picture, input);
}
