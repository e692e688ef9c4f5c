import { basename } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { UsageError } from "../../door/usage-error.js";
import type { Raster } from "../../features/raster.js";
import { bestPlaces, type MatchingMethod, matchTemplate } from "../../features/template-matching.js";
import { significant } from "../../formatting/numbers.js";
import type { Picture } from "../../images/picture.js";
import { readImage } from "../../images/read.js";
import { boxMarks } from "../../report/features/marks.js";
import { renderPanels } from "../../report/features/panels.js";
import { greyPicture, signedPicture } from "../../report/features/shades.js";
import { whole } from "../values.js";
import { besides, checkPng, finish } from "./output.js";

export function templateCommand(features: Command): void {
  features
    .command("template")
    .description("find a small picture in a large one: convolution as a detector")
    .argument("<picture>", "a picture file")
    .option("--template <file>", "the picture to find")
    .option("--box <x,y,width,height>", "take the template out of the picture itself", box)
    .addOption(
      new Option("--method <name>", "the plain response, or normalised cross-correlation")
        .choices(["normalised", "response"])
        .default("normalised"),
    )
    .option("--count <n>", "how many places to mark", whole(1), 5)
    .option("--output <file>", "the PNG to write (default: <picture>-template.png)")
    .option("--json", "one line of JSON")
    .addHelpText(
      "after",
      "\nExample:\n  $ receptive features template photo.jpg --box 120,60,48,48 --count 3",
    )
    .action(run);
}

type Box = [x: number, y: number, width: number, height: number];

function box(text: string): Box {
  const numbers = text.split(",").map(Number);
  if (
    numbers.length !== 4 ||
    !numbers.every((n) => Number.isInteger(n) && n >= 0) ||
    numbers[2] * numbers[3] === 0
  )
    throw new InvalidArgumentError("Expected four whole numbers, such as 120,60,48,48.");
  return numbers as Box;
}

interface Options {
  template?: string;
  box?: Box;
  method: MatchingMethod;
  count: number;
  output?: string;
  json?: boolean;
}

async function run(path: string, options: Options): Promise<void> {
  const { method, count, json, output = besides(path, "template") } = options;
  checkPng(output);
  if ((options.template === undefined) === (options.box === undefined))
    throw new UsageError(
      "features template: name the picture to find with --template, or a part of the picture with --box",
    );
  const picture = await readImage(path);
  const template = options.box ? cut(picture, options.box) : await readImage(options.template!);
  const response = await matchTemplate(picture, template, { method });
  const places = bestPlaces(response, template, { count });
  const marks = places.map((place, i) => ({ ...place, label: `${i + 1}: ${significant(place.score)}` }));
  const png = await renderPanels({
    title: `${options.template ? basename(options.template) : "A part"} in ${basename(path)}`,
    subtitle: `${template.width}×${template.height} pixels laid over every place; ${method === "normalised" ? "−1 to 1, the same is 1" : "the sum of products"}`,
    columns: 2,
    panels: [
      { caption: `the ${places.length} best places`, picture, overlay: boxMarks(marks) },
      {
        caption: "response, at the template's upper left corner",
        picture: method === "normalised" ? signedPicture(response) : greyPicture(response),
      },
      { caption: "template", picture: template },
    ],
  });
  await finish(output, png, {
    text: places.map(({ x, y, score }, i) => `${i + 1}. at ${x}, ${y}: ${score.toFixed(4)}`).join("\n"),
    json: json ? { picture: path, places } : undefined,
  });
}

function cut(picture: Picture, [x, y, width, height]: Box): Picture & Raster {
  if (x + width > picture.width || y + height > picture.height)
    throw new UsageError(
      `--box ${[x, y, width, height]}: reaches beyond the picture of ${picture.width}×${picture.height} pixels`,
    );
  const { channels } = picture;
  const pixels = new Uint8Array(width * height * channels);
  for (let i = 0; i < height; i++) {
    const from = ((y + i) * picture.width + x) * channels;
    pixels.set(picture.pixels.subarray(from, from + width * channels), i * width * channels);
  }
  return { width, height, channels, pixels };
}
