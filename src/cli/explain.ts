import { basename } from "node:path";
import { type Command, Option } from "commander";
import { writeFileAtomic } from "#platform";
import { suggestion } from "../door/spelling.js";
import { regularisations } from "../explain/index.js";
import type { Picture } from "../images/picture.js";
import { prepareDigit } from "../images/prepare-digit.js";
import { centreCrop } from "../images/preprocessing.js";
import { readImage } from "../images/read.js";
import { renderContactSheet } from "../report/pictures/contact-sheet.js";
import { configure } from "../runtime/engine.js";
import { tensor } from "../tensor/creation.js";
import type { Asked } from "./explain-asked.js";
import { methods } from "./explain-methods.js";
import { UsageError } from "./failure.js";
import { interruption } from "./interruption.js";
import { type Network, type NetworkOptions, networkOptions, openNetwork } from "./network.js";
import { seed, whole, wholeList } from "./values.js";
import { waitingLine } from "./waiting-line.js";

export function explainCommand(program: Command): void {
  const names = Object.keys(methods);
  const command = program
    .command("explain")
    .description("what a network has learned, as a picture")
    .argument("<method>", "one of the methods below")
    .argument("[image...]", "picture files, for the methods that explain pictures");
  networkOptions(command)
    .option("--layer <name>", "the layer to look at (see `receptive summary`)")
    .option("--unit <numbers>", "units of the layer, such as 3 or 0,4,17; all of them if left out", wholeList)
    .option(
      "--class <number>",
      "the class to explain; the one that is read in each picture if left out",
      wholeList,
    )
    .option(
      "--data <name>",
      "for top-activations and sanity-check: the data set; the one it was trained on if left out",
    )
    .option("--limit <pictures>", "of the data set the first so many pictures only", whole(1))
    .option("--top <pictures>", "for top-activations: pictures for each unit", whole(1), 9)
    .addOption(
      new Option(
        "--regularisation <name>",
        "for activation-maximisation: what holds pictures back from noise",
      )
        .choices(Object.keys(regularisations))
        .default("plain"),
    )
    .option("--steps <n>", "for methods that go step by step: how many", whole(1))
    .option("--size <pixels>", "for occlusion: the edge of the square", whole(1))
    .option("--stride <pixels>", "for occlusion: how far it moves", whole(1))
    .option("--seed <n>", "everything random follows from it", seed, 0)
    .option("--threads <n>", "threads of the engine; all cores if left out", whole(1))
    .option("--output <file>", "the picture (default: METHOD.png)")
    .option("--json", 'one line: {"method":…,"output":…,"seconds":…}')
    .addHelpText(
      "after",
      `
Methods:
${names.map((name) => `  ${name.padEnd(25)} ${methods[name].description}`).join("\n")}

Examples:
  $ receptive explain filters
  $ receptive explain activation-maximisation --layer dense1 --regularisation l1
  $ receptive explain grad-cam cat.jpg --checkpoint runs/my-cats/checkpoint.safetensors`,
    )
    .action(run);
}

interface Options extends NetworkOptions {
  layer?: string;
  unit?: number[];
  class?: number[];
  data?: string;
  limit?: number;
  top: number;
  regularisation: keyof typeof regularisations;
  steps?: number;
  size?: number;
  stride?: number;
  seed: number;
  threads?: number;
  output?: string;
  json?: boolean;
}

async function run(name: string, files: string[], options: Options): Promise<void> {
  const { json, output = `${name}.png`, threads } = options;
  const names = Object.keys(methods);
  if (!Object.hasOwn(methods, name))
    throw new UsageError(
      `there is no method "${name}" (there are ${names.join(", ")})${suggestion(name, names)}`,
    );
  const method = methods[name];
  if (method.takesPictures && files.length === 0)
    throw new UsageError(
      `explain ${name}: expects a picture file, such as receptive explain ${name} photo.jpg`,
    );
  if (!method.takesPictures && files.length > 0)
    throw new UsageError(`explain ${name}: takes no picture files, ${files[0]} is one too many`);
  await configure({ threads });
  const network = await openNetwork(options, { json });
  const pictures = (await Promise.all(files.map((file) => readImage(file)))).map((picture) =>
    prepared(picture, network),
  );
  const stop = interruption();
  const waiting = waitingLine({ json });
  const begun = performance.now();
  try {
    const sheet = await method.run({
      ...options,
      network,
      files: files.map((file) => basename(file)),
      pictures,
      images: tensor(joined(pictures), [pictures.length, ...network.input]),
      classes: options.class,
      running: {
        signal: stop.signal,
        onProgress: ({ done, count }) => waiting.show(`${name}: ${Math.round((100 * done) / count)} %`),
      },
    } satisfies Asked);
    await writeFileAtomic(output, await renderContactSheet(sheet));
    const seconds = (performance.now() - begun) / 1000;
    waiting.clear();
    console.log(json ? JSON.stringify({ method: name, output, seconds }) : `${sheet.title}: ${output}`);
  } catch (error) {
    if (error !== stop.signal.reason) throw error;
    process.stderr.write("Stopped; nothing was written.\n");
    process.exitCode = stop.exitCode();
  } finally {
    waiting.clear();
    stop.release();
  }
}

/** As the network has seen its training pictures: a small grey one is taken to be a digit of MNIST's kind. */
const prepared = (picture: Picture, { input, preprocessing }: Network): Picture =>
  input.join() === "28,28,1" ? prepareDigit(picture) : centreCrop(picture, input, preprocessing);

function joined(pictures: readonly Picture[]): Uint8Array {
  const bytes = new Uint8Array(pictures.reduce((sum, { pixels }) => sum + pixels.length, 0));
  let at = 0;
  for (const { pixels } of pictures) {
    bytes.set(pixels, at);
    at += pixels.length;
  }
  return bytes;
}
