import { basename } from "node:path";
import { type Command, Option } from "commander";
import { canny } from "../../features/canny.js";
import { grey } from "../../features/raster.js";
import { compassDirections, robinson } from "../../features/robinson.js";
import { gradientKernels, sobel } from "../../features/sobel.js";
import { count, percent } from "../../formatting/numbers.js";
import { readImage } from "../../images/read.js";
import { renderPanels } from "../../report/features/panels.js";
import { directionPicture, greyPicture, signedPicture } from "../../report/features/shades.js";
import { positive } from "../values.js";
import { besides, checkPng, finish } from "./output.js";

interface Options {
  output?: string;
  json?: boolean;
}

export function edgeCommands(features: Command): void {
  features
    .command("sobel")
    .description("gradients along x and y, their length, and their direction as colour")
    .argument("<picture>", "a picture file")
    .addOption(
      new Option("--operator <name>", "the masks").choices(Object.keys(gradientKernels)).default("sobel"),
    )
    .option("--output <file>", "the PNG to write (default: <picture>-sobel.png)")
    .option("--json", "one line of JSON")
    .addHelpText("after", "\nExample:\n  $ receptive features sobel photo.jpg")
    .action(runSobel);
  features
    .command("robinson")
    .description("the compass: eight masks, the strongest answer and its direction")
    .argument("<picture>", "a picture file")
    .option("--output <file>", "the PNG to write (default: <picture>-robinson.png)")
    .option("--json", "one line of JSON")
    .addHelpText("after", "\nExample:\n  $ receptive features robinson photo.jpg")
    .action(runRobinson);
  features
    .command("canny")
    .description("edges of one pixel's width")
    .argument("<picture>", "a picture file")
    .option("--sigma <pixels>", "width of the blur before", positive, 1.4)
    .option("--low <gradient>", "edges go on above this", positive, 60)
    .option("--high <gradient>", "edges begin above this", positive, 140)
    .option("--output <file>", "the PNG to write (default: <picture>-canny.png)")
    .option("--json", "one line of JSON")
    .addHelpText("after", "\nExample:\n  $ receptive features canny photo.jpg --low 40 --high 100")
    .action(runCanny);
}

async function runSobel(
  path: string,
  { operator, output = besides(path, "sobel"), json }: Options & { operator: keyof typeof gradientKernels },
): Promise<void> {
  checkPng(output);
  const picture = await readImage(path);
  const { gx, gy, magnitude, orientation } = await sobel(picture, { operator });
  const strongest = magnitude.values.reduce((most, v) => Math.max(most, v), 0);
  const brightness = magnitude.values.map((v) => Math.sqrt(v / (strongest || 1)));
  const png = await renderPanels({
    title: `Gradients of ${basename(path)}`,
    subtitle: `${operator}'s masks over the brightness of ${picture.width}×${picture.height} pixels`,
    columns: 2,
    panels: [
      { caption: "gx: red brightens to the right, blue to the left", picture: signedPicture(gx) },
      { caption: "gy: red brightens downwards, blue upwards", picture: signedPicture(gy) },
      { caption: `length, white: ${strongest.toFixed(0)}`, picture: greyPicture(magnitude) },
      {
        caption: "direction: red to the right, then yellow, green, cyan, blue clockwise",
        picture: directionPicture(orientation, brightness),
      },
    ],
  });
  await finish(output, png, {
    text: `${operator}: the steepest place changes by ${strongest.toFixed(0)}`,
    json: json ? { picture: path, operator, strongest } : undefined,
  });
}

async function runRobinson(
  path: string,
  { output = besides(path, "robinson"), json }: Options,
): Promise<void> {
  checkPng(output);
  const { responses, strength, direction } = await robinson(await readImage(path));
  const strongest = strength.values.reduce((most, v) => Math.max(most, v), 0) || 1;
  // Directions count counter-clockwise, angles as seen clockwise.
  const angles = Float32Array.from(direction.values, (d) => (-d * Math.PI) / 4);
  const shares = compassDirections.map((name, d) => ({
    name,
    share: direction.values.reduce((sum, v) => sum + (v === d ? 1 : 0), 0) / direction.values.length,
  }));
  const png = await renderPanels({
    title: `Robinson's compass over ${basename(path)}`,
    subtitle:
      "each mask answers to what brightens its way; the last two: the strongest answer, and whose it was",
    columns: 5,
    panels: [
      ...responses
        .slice(0, 4)
        .map((plane, d) => ({ caption: compassDirections[d], picture: signedPicture(plane) })),
      { caption: "strongest", picture: greyPicture(strength) },
      ...responses
        .slice(4)
        .map((plane, d) => ({ caption: compassDirections[d + 4], picture: signedPicture(plane) })),
      {
        caption: "direction of the strongest, as colour",
        picture: directionPicture(
          { ...strength, values: angles },
          strength.values.map((v) => Math.sqrt(v / strongest)),
        ),
      },
    ],
  });
  const most = [...shares].sort((a, b) => b.share - a.share)[0];
  await finish(output, png, {
    text: `most often the picture brightens to the ${most.name}: at ${percent(most.share)} of its pixels`,
    json: json
      ? { picture: path, shares: Object.fromEntries(shares.map((s) => [s.name, s.share])) }
      : undefined,
  });
}

async function runCanny(
  path: string,
  {
    sigma,
    low,
    high,
    output = besides(path, "canny"),
    json,
  }: Options & { sigma: number; low: number; high: number },
): Promise<void> {
  checkPng(output);
  const picture = await readImage(path);
  const { width, height, values } = await canny(picture, { sigma, low, high });
  const pixels = values.reduce((sum, v) => sum + v, 0);
  const png = await renderPanels({
    title: `Canny's edges of ${basename(path)}`,
    subtitle: `blur σ ${sigma}, from ${high} on and along above ${low}`,
    panels: [
      { caption: "brightness", picture: greyPicture(grey(picture)) },
      {
        caption: `${count(pixels)} pixels of edges`,
        picture: { width, height, channels: 1, pixels: values.map((v) => 255 * v) },
      },
    ],
  });
  await finish(output, png, {
    text: `${count(pixels)} of ${count(width * height)} pixels are edges`,
    json: json ? { picture: path, edges: pixels } : undefined,
  });
}
