import { basename } from "node:path";
import { type Command, Option } from "commander";
import { type HogOptions, hog } from "../../features/hog.js";
import { hogGlyphs } from "../../features/hog-glyphs.js";
import { count } from "../../formatting/numbers.js";
import { readImage } from "../../images/read.js";
import { renderPanels } from "../../report/features/panels.js";
import { greyPicture } from "../../report/features/shades.js";
import { whole } from "../values.js";
import { besides, checkPng, finish } from "./output.js";

export function hogCommand(features: Command): void {
  features
    .command("hog")
    .description("histograms of oriented gradients, as strokes along the edges of every cell")
    .argument("<picture>", "a picture file")
    .option("--bins <n>", "orientations", whole(1), 9)
    .option("--cell <pixels>", "edge of a cell", whole(1), 8)
    .option("--block <cells>", "edge of a block", whole(1), 2)
    .addOption(
      new Option("--norm <name>", "of a block").choices(["l2Hys", "l2", "l1", "l1Sqrt"]).default("l2Hys"),
    )
    .addOption(
      new Option("--votes <how>", "for the own cell and bin, or shared with neighbours")
        .choices(["nearest", "shared"])
        .default("nearest"),
    )
    .option("--signed", "tell light on dark from dark on light")
    .option("--output <file>", "the PNG to write (default: <picture>-hog.png)")
    .option("--json", "one line of JSON, with the descriptor")
    .addHelpText("after", "\nExample:\n  $ receptive features hog photo.jpg --cell 16")
    .action(run);
}

async function run(
  path: string,
  { output = besides(path, "hog"), json, ...options }: HogOptions & { output?: string; json?: boolean },
): Promise<void> {
  checkPng(output);
  const picture = await readImage(path);
  const features = hog(picture, options);
  const edge = Math.min(40, Math.max(8, features.cell * Math.max(1, Math.round(900 / picture.width))));
  const png = await renderPanels({
    title: `HOG of ${basename(path)}`,
    subtitle: `${features.cellColumns}×${features.cellRows} cells of ${features.cell} pixels, ${features.bins} orientations, ${count(features.values.length)} numbers`,
    columns: 2,
    panels: [
      {
        caption: `${picture.width}×${picture.height} pixels`,
        picture: enlarged(picture, edge / features.cell),
      },
      { caption: "strokes lie along edges", picture: greyPicture(soften(hogGlyphs(features, { edge }))) },
    ],
  });
  await finish(output, png, {
    text: `${features.blockColumns}×${features.blockRows} blocks, ${count(features.values.length)} numbers`,
    json: json ? { picture: path, values: Array.from(features.values) } : undefined,
  });
}

/** Faint strokes are to be seen beside strong ones. */
const soften = <P extends { values: Float32Array }>(plane: P): P => ({
  ...plane,
  values: plane.values.map(Math.sqrt),
});

/** As large as its glyphs, so that both panels have one scale. */
function enlarged<P extends { width: number; height: number; channels: 1 | 3; pixels: Uint8Array }>(
  picture: P,
  by: number,
): P {
  const [width, height] = [Math.floor(picture.width * by), Math.floor(picture.height * by)];
  const pixels = new Uint8Array(width * height * picture.channels);
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++) {
      const from = (Math.floor(i / by) * picture.width + Math.floor(j / by)) * picture.channels;
      for (let c = 0; c < picture.channels; c++)
        pixels[(i * width + j) * picture.channels + c] = picture.pixels[from + c];
    }
  return { ...picture, width, height, pixels };
}
