import { basename } from "node:path";
import type { Command } from "commander";
import { writePlace } from "#platform";
import { UsageError } from "../../door/usage-error.js";
import { PictureError } from "../../images/picture-error.js";
import { readImage } from "../../images/read.js";
import { renderAttention } from "../../report/captions/attention.js";
import { configure } from "../../runtime/devices.js";
import { exitCodes, lineOf } from "../failure.js";
import { besides, checkPng } from "../features/output.js";
import { threads } from "../values.js";
import { captionerFrom, captionerOption, type SearchOptions, searchOf, searchOptions } from "./pictures.js";

/** `receptive caption predict PICTURE`, and `receptive caption PICTURE`: what is done where neither train nor evaluate is said. */
export function describeCommand(parent: Command): void {
  const command = parent
    .command("predict", { isDefault: true })
    .description(
      "a sentence for each picture, which may stand right behind caption, and a picture of where the network looks for each word",
    )
    .argument("[picture...]", "picture files");
  searchOptions(captionerOption(command))
    .option("--output <file>", "the PNG of where it looks, of one picture (default: <picture>-attention.png)")
    .option("--no-picture", "write no picture")
    .option("--threads <n>", "threads of the engine; all cores if left out", threads)
    .option(
      "--json",
      'one line for each picture: {"picture":…,"caption":…,"score":…,"words":[{"word":…,"probability":…,"at":[y,x]}]}',
    )
    .addHelpText(
      "after",
      `
Examples:
  $ receptive caption train
  $ receptive caption runs/caption-shapes/example.png
  $ receptive caption predict a.jpg b.jpg --checkpoint runs/caption-Flickr8k/checkpoint.safetensors --beam 10`,
    )
    .action(run);
}

interface Options extends SearchOptions {
  checkpoint?: string;
  output?: string;
  picture: boolean;
  threads?: number;
  json?: boolean;
}

async function run(files: string[], options: Options): Promise<void> {
  const { checkpoint, output, picture: isDrawn, json } = options;
  if (files.length === 0)
    throw new UsageError("which picture? receptive caption PICTURE; or caption train, caption evaluate");
  if (output !== undefined) {
    if (files.length > 1) throw new UsageError("--output names one file, and there are several pictures");
    if (!isDrawn) throw new UsageError("--output names a picture, and --no-picture says that there is none");
    checkPng(output);
  }
  await configure({ threads: options.threads });
  const captioner = await captionerFrom(checkpoint);
  for (const file of files) {
    try {
      const picture = await readImage(file);
      const caption = await captioner.predict(picture, searchOf(options));
      const { text, score, words } = caption;
      if (json)
        console.log(
          JSON.stringify({
            picture: file,
            caption: text,
            score,
            words: words.map(({ word, probability, at }) => ({ word, probability, at })),
          }),
        );
      else console.log(files.length > 1 ? `${file}: ${text}` : text);
      if (!isDrawn) continue;
      const path = output ?? besides(file, "attention");
      const png = await renderAttention(picture, caption, {
        title: text || "(nothing)",
        subtitle: `where it looks for each word of ${basename(file)}, and how likely the word is; trained on ${captioner.trainedOn}`,
      });
      await writePlace(path, png);
      if (!json) process.stderr.write(`${path}\n`);
    } catch (error) {
      // The others are looked at none the less, as `predict` does it.
      if (!(error instanceof PictureError)) throw error;
      if (json) console.log(JSON.stringify({ picture: file, error: error.message }));
      else process.stderr.write(`${lineOf(error)}\n`);
      process.exitCode = exitCodes.failed;
    }
  }
}
