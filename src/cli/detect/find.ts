import { basename } from "node:path";
import { type Command, Option } from "commander";
import { writePlace } from "#platform";
import { UsageError } from "../../door/usage-error.js";
import { count, percent } from "../../formatting/numbers.js";
import { overlay } from "../../images/colour-maps.js";
import type { Picture } from "../../images/picture.js";
import { PictureError } from "../../images/picture-error.js";
import { readImage } from "../../images/read.js";
import { boxMarks } from "../../report/features/marks.js";
import { renderPanels } from "../../report/features/panels.js";
import { writableNames } from "../../report/sheet/characters.js";
import { configure } from "../../runtime/devices.js";
import { type Detection, type ExplainedBox, whyBoxes } from "../../tasks/detection/index.js";
import { exitCodes, lineOf } from "../failure.js";
import { besides, checkPng } from "../features/output.js";
import { share, threads, whole } from "../values.js";
import { detectorFrom, detectorOption } from "./boxes.js";

export const softOption = (command: Command): Command =>
  command.addOption(
    new Option(
      "--soft <how>",
      "boxes that overlap a surer one are not left out, their scores are lowered (soft NMS)",
    ).choices(["linear", "gaussian"]),
  );

/** `receptive detect predict PICTURE`, and `receptive detect PICTURE`: what is done where neither train nor evaluate is said. */
export function findCommand(parent: Command): void {
  const command = parent
    .command("predict", { isDefault: true })
    .description(
      "the objects of pictures, which may stand right behind detect: a line for each, and a picture with boxes",
    )
    .argument("[picture...]", "picture files");
  detectorOption(command)
    .option("--least <score>", "how sure a box must be", share, 0.3)
    .option("--most <n>", "boxes of a picture at most", whole(1), 100)
    .option("--overlap <share>", "of boxes of a class that overlap by more one is told", share, 0.5);
  softOption(command)
    .option("--output <file>", "the PNG with boxes, of one picture (default: <picture>-boxes.png)")
    .option("--no-picture", "write no picture")
    .option("--why", "also where the network saw the six surest (Grad-CAM): <picture>-why.png")
    .option("--threads <n>", "threads of the engine; all cores if left out", threads)
    .option(
      "--json",
      'one line for each picture: {"picture":…,"objects":[{"class":…,"box":[top,left,bottom,right],"score":…}]}',
    )
    .addHelpText(
      "after",
      `
Examples:
  $ receptive detect train
  $ receptive detect runs/detect-shapes/example.png
  $ receptive detect predict a.jpg b.jpg --checkpoint runs/detect-bccd/checkpoint.safetensors --least 0.5`,
    )
    .action(run);
}

interface Options {
  checkpoint?: string;
  least: number;
  most: number;
  overlap: number;
  soft?: "linear" | "gaussian";
  output?: string;
  picture: boolean;
  why?: boolean;
  threads?: number;
  json?: boolean;
}

async function run(files: string[], options: Options): Promise<void> {
  const { checkpoint, least, most, overlap, soft, output, picture: isDrawn, why, json } = options;
  if (files.length === 0)
    throw new UsageError("which picture? receptive detect PICTURE; or detect train, detect evaluate");
  if (output !== undefined) {
    if (files.length > 1) throw new UsageError("--output names one file, and there are several pictures");
    if (!isDrawn) throw new UsageError("--output names a picture, and --no-picture says that there is none");
    checkPng(output);
  }
  await configure({ threads: options.threads });
  const detector = await detectorFrom(checkpoint);
  for (const file of files) {
    try {
      const picture = await readImage(file);
      const found = await detector.predict(picture, { least, most, overlap, ...(soft && { soft }) });
      if (json) console.log(JSON.stringify({ picture: file, objects: found }));
      else console.log(`${files.length > 1 ? `${file}:\n` : ""}${listed(found)}`);
      if (why && found.length > 0) {
        const explained = await whyBoxes(detector, picture, {
          ...{ least, overlap, most: Math.min(6, most) },
          ...(soft && { soft }),
        });
        const path = besides(file, "why");
        await writePlace(path, await reasons(explained, { file, picture, trainedOn: detector.trainedOn }));
        if (!json) process.stderr.write(`${path}\n`);
      }
      if (!isDrawn) continue;
      const path = output ?? besides(file, "boxes");
      const png = await renderPanels({
        title: `What is in ${basename(file)}`,
        subtitle: `boxes of a score above ${least}, by a network trained on ${detector.trainedOn}`,
        panels: [
          {
            caption: `${count(found.length)} ${found.length === 1 ? "object" : "objects"}`,
            picture,
            overlay: boxMarks(marksOf(found)),
          },
        ],
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

/** Each box over what spoke for it. */
const reasons = (
  explained: readonly ExplainedBox[],
  { file, picture, trainedOn }: { file: string; picture: Picture; trainedOn: string },
): Promise<Uint8Array> =>
  renderPanels({
    title: `Why these boxes in ${basename(file)}`,
    subtitle: `where maps of the network speak for the class (Grad-CAM), by a network trained on ${trainedOn}`,
    columns: Math.min(3, explained.length),
    panels: explained.map((one) => ({
      caption: `${writableNames([one.class])[0]} ${percent(one.score)}`,
      picture: overlay(picture, one.map, picture),
      overlay: boxMarks(marksOf([one])),
    })),
  });

const listed = (found: readonly Detection[]): string =>
  found.length === 0
    ? "nothing was found"
    : found
        .map(({ class: name, score, box: [top, left, bottom, right] }) => {
          const [height, width] = [bottom - top, right - left].map(Math.round);
          return `${name} ${percent(score)}: ${width}×${height} at ${Math.round(left)}, ${Math.round(top)}`;
        })
        .join("\n");

/** Frames with the class and how sure it is. */
export const marksOf = (found: readonly Omit<Detection, "label">[]) =>
  found.map(({ class: name, score, box: [top, left, bottom, right] }) => ({
    x: left,
    y: top,
    width: right - left,
    height: bottom - top,
    label: `${writableNames([name])[0]} ${percent(score, 0)}`,
  }));
