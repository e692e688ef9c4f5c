import { basename } from "node:path";
import type { Command } from "commander";
import type { Raster } from "../../features/raster.js";
import { type SiftFeatures, type SiftOptions, sift } from "../../features/sift/index.js";
import { type SurfFeatures, type SurfOptions, surf } from "../../features/surf/index.js";
import { count, duration } from "../../formatting/numbers.js";
import { readImage } from "../../images/read.js";
import { keypointMarks } from "../../report/features/marks.js";
import { renderPanels } from "../../report/features/panels.js";
import { positive, share, whole } from "../values.js";
import { besides, checkPng, finish } from "./output.js";

export function keypointCommands(features: Command): void {
  features
    .command("sift")
    .description("keypoints with scale and direction, drawn into the picture")
    .argument("<picture>", "a picture file")
    .option("--contrast <share>", "least contrast of a keypoint", share, 0.04)
    .option("--edge <ratio>", "greatest ratio of curvatures", positive, 10)
    .option("--most <n>", "only so many, of the greatest contrast", whole(1))
    .option("--root", "RootSIFT descriptors")
    .option("--output <file>", "the PNG to write (default: <picture>-sift.png)")
    .option("--json", "one line of JSON, with keypoints and descriptors")
    .addHelpText("after", "\nExample:\n  $ receptive features sift photo.jpg --most 500")
    .action(runSift);
  features
    .command("surf")
    .description("the same by SURF: boxes over an integral image instead of Gaussians")
    .argument("<picture>", "a picture file")
    .option("--threshold <n>", "least determinant of the Hessian, in squares of brightness", positive, 30)
    .option("--octaves <n>", "doublings of scale", whole(1), 4)
    .option("--most <n>", "only so many, the strongest", whole(1))
    .option("--extended", "descriptors of 128 numbers instead of 64")
    .option("--upright", "without directions, for pictures that are not turned")
    .option("--output <file>", "the PNG to write (default: <picture>-surf.png)")
    .option("--json", "one line of JSON, with keypoints and descriptors")
    .addHelpText("after", "\nExample:\n  $ receptive features surf photo.jpg --most 500")
    .action(runSurf);
}

interface Output {
  output?: string;
  json?: boolean;
}

async function runSift(path: string, { output, json, ...options }: SiftOptions & Output): Promise<void> {
  const marks =
    "the line in each circle is its direction, red to the right, then clockwise through yellow and green";
  await draw("sift", path, { output, json, marks }, (picture) => sift(picture, options));
}

async function runSurf(path: string, { output, json, ...options }: SurfOptions & Output): Promise<void> {
  const marks = options.upright
    ? "circles of their size"
    : "the line in each circle is its direction, red to the right, then clockwise through yellow and green";
  await draw("surf", path, { output, json, marks }, async (picture) => surf(picture, options));
}

/** Finds keypoints, draws them into the picture, and says how many. */
async function draw(
  method: "sift" | "surf",
  path: string,
  { output = besides(path, method), json, marks }: Output & { marks: string },
  find: (picture: Raster) => Promise<SiftFeatures | SurfFeatures>,
): Promise<void> {
  checkPng(output);
  const picture = await readImage(path);
  const begun = performance.now();
  const { keypoints, descriptors } = await find(picture);
  const seconds = (performance.now() - begun) / 1000;
  const png = await renderPanels({
    title: `${method.toUpperCase()} keypoints of ${basename(path)}`,
    subtitle: `${count(keypoints.length)} keypoints; ${marks}`,
    panels: [
      { caption: `${picture.width}×${picture.height} pixels`, picture, overlay: keypointMarks(keypoints) },
    ],
  });
  await finish(output, png, {
    text: `${count(keypoints.length)} keypoints in ${duration(seconds)}`,
    json: json ? { picture: path, keypoints, descriptors: Array.from(descriptors) } : undefined,
  });
}
