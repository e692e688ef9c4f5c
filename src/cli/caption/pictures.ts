/** The pictures with captions that a command was given, and what is said of them. */
import { type Command, Option } from "commander";
import { UsageError } from "../../door/usage-error.js";
import { count } from "../../formatting/numbers.js";
import type { Picture } from "../../images/picture.js";
import { readImage } from "../../images/read.js";
import * as captions from "../../tasks/captions/index.js";
import { areShapes, type Boxes, type DrawnData } from "../detect/boxes.js";
import { newestRun } from "../newest-run.js";
import { positive, whole } from "../values.js";

/** The shapes that are trained on where no data are named. */
export const drawnForCaptions: DrawnData = { size: 128, train: 2000, test: 200, objects: [2, 3] };

/** Options that say how annotations are read. */
export const captionDataOptions = (command: Command): Command =>
  command
    .option("--pictures <folder>", "where the pictures lie, if not where the format has them")
    .option("--skip-bad", "leave out pictures and captions that are none, and list them");

export const howCaptionsAreRead = ["pictures", "skipBad"];

/** Options that say how a caption is searched for. */
export const searchOptions = (command: Command): Command =>
  command
    .option("--beam <n>", "captions that are followed at once; 1 says the surest word each time", whole(1), 5)
    .addOption(
      new Option(
        "--normalisation <how>",
        "how long and short ones are compared: by the sum of ln p, its mean, or divided by ((5 + n) / 6)^alpha",
      )
        .choices(["none", "avg", "wu"])
        .default("avg"),
    )
    .option("--alpha <exponent>", "of wu", positive, 0.7)
    .option("--longest <words>", "words at most; as many as in training if left out", whole(1));

export interface SearchOptions {
  beam: number;
  normalisation: captions.LengthNormalisation;
  alpha: number;
  longest?: number;
}

export const searchOf = ({
  beam,
  normalisation,
  alpha,
  longest,
}: SearchOptions): captions.CaptionOptions => ({
  ...{ beam, normalisation, alpha },
  ...(longest === undefined ? {} : { longest }),
});

export const captionerOption = (command: Command): Command =>
  command.option("--checkpoint <file>", "the trained network; the newest in runs/ if left out");

export async function captionerFrom(checkpoint: string | undefined): Promise<captions.Captioner> {
  return captions.load(checkpoint ?? (await newestRun("caption", "captioner of pictures", "caption train")));
}

/** "Flickr8k, train: 6,000 pictures, 30,000 captions of 11.8 words" */
export function toldCaptions(data: Boxes): string {
  if (areShapes(data)) return `${data.name}: ${count(data.length)} pictures, a caption of each`;
  const all = data.pictures.flatMap((one) => one.captions ?? []);
  if (all.length === 0)
    throw new UsageError(
      `${data.name}: has no captions; they are read from captions_*.json (COCO), Flickr8k.token.txt, or a table of files and captions`,
    );
  const words = all.reduce((sum, caption) => sum + captions.captionWords(caption).length, 0);
  const without = data.pictures.filter((one) => !one.captions?.length).length;
  return [
    `${data.name}: ${count(data.pictures.length)} pictures, ${count(all.length)} captions of ${(words / all.length).toFixed(1)} words`,
    ...(without > 0 ? [`${count(without)} pictures without captions`] : []),
  ].join("; ");
}

export async function pictureIn(data: Boxes, place: number): Promise<Picture> {
  return areShapes(data) ? data.drawn(place).picture : readImage(data.pictures[place].file!);
}
