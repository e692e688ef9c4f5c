import { basename } from "node:path";
import type { Command } from "commander";
import { writeFileAtomic } from "#platform";
import { UsageError } from "../../door/usage-error.js";
import { percent } from "../../formatting/numbers.js";
import type { Picture } from "../../images/picture.js";
import { PictureError } from "../../images/picture-error.js";
import { readImage } from "../../images/read.js";
import { renderPanels } from "../../report/features/panels.js";
import { coloured, colourOf } from "../../report/segmentation/coloured.js";
import { writableNames } from "../../report/sheet/characters.js";
import { element, text } from "../../report/sheet/svg.js";
import { configure } from "../../runtime/devices.js";
import { labelPng } from "../../tasks/annotations/index.js";
import type { SegmentedPicture } from "../../tasks/segmentation/index.js";
import { exitCodes, lineOf } from "../failure.js";
import { besides, checkPng } from "../features/output.js";
import { threads } from "../values.js";
import { segmenterFrom, segmenterOption } from "./masks.js";

/** `receptive segment predict PICTURE`, and `receptive segment PICTURE`: what is done where neither train nor evaluate is said. */
export function labelCommand(parent: Command): void {
  const command = parent
    .command("predict", { isDefault: true })
    .description(
      "the class of each pixel of pictures, which may stand right behind segment: a PNG of labels with a palette, and one of the picture under their colours",
    )
    .argument("[picture...]", "picture files");
  segmenterOption(command)
    .option("--tiles", "look at pictures as large as they are, in parts that overlap")
    .option("--output <file>", "the PNG of labels, of one picture (default: <picture>-labels.png)")
    .option("--overlay <file>", "the PNG under colours, of one picture (default: <picture>-classes.png)")
    .option("--no-overlay", "write labels alone")
    .option("--threads <n>", "threads of the engine; all cores if left out", threads)
    .option("--json", 'one line for each picture: {"picture":…,"labels":…,"classes":[{"class":…,"share":…}]}')
    .addHelpText(
      "after",
      `
Examples:
  $ receptive segment train
  $ receptive segment runs/segment-shapes/example.png
  $ receptive segment predict a.jpg b.jpg --checkpoint runs/segment-camvid/checkpoint.safetensors`,
    )
    .action(run);
}

interface Options {
  checkpoint?: string;
  tiles?: boolean;
  output?: string;
  overlay?: string | false;
  threads?: number;
  json?: boolean;
}

async function run(files: string[], options: Options): Promise<void> {
  const { checkpoint, tiles, output, overlay, json } = options;
  if (files.length === 0)
    throw new UsageError("which picture? receptive segment PICTURE; or segment train, segment evaluate");
  for (const [flag, path] of [
    ["--output", output],
    ["--overlay", overlay || undefined],
  ] as const) {
    if (path === undefined) continue;
    if (files.length > 1) throw new UsageError(`${flag} names one file, and there are several pictures`);
    checkPng(path, flag);
  }
  if (output !== undefined && output === overlay)
    throw new UsageError("--output and --overlay name one file, expected two");
  await configure({ threads: options.threads });
  const segmenter = await segmenterFrom(checkpoint);
  for (const file of files) {
    try {
      const picture = await readImage(file);
      const found = await segmenter.predict(picture, tiles ? { tiles } : {});
      const classes = sharesOf(found, segmenter.classes);
      const labels = output ?? besides(file, "labels");
      await writeFileAtomic(labels, await labelPng(found));
      const drawn = overlay === false ? undefined : (overlay ?? besides(file, "classes"));
      if (drawn !== undefined)
        await writeFileAtomic(
          drawn,
          await drawing(file, { picture, found, classes, trainedOn: segmenter.trainedOn }),
        );
      const shares = classes.map(({ name, share }) => ({ class: name, share }));
      const written = { labels, ...(drawn === undefined ? {} : { overlay: drawn }) };
      if (json) console.log(JSON.stringify({ picture: file, ...written, classes: shares }));
      else {
        const listed = classes.map(({ name, share }) => `${name} ${percent(share)}`).join(", ");
        console.log(`${files.length > 1 ? `${file}: ` : ""}${listed}`);
        process.stderr.write(`${Object.values(written).join("\n")}\n`);
      }
    } catch (error) {
      // The others are looked at none the less, as `predict` does it.
      if (!(error instanceof PictureError)) throw error;
      if (json) console.log(JSON.stringify({ picture: file, error: error.message }));
      else process.stderr.write(`${lineOf(error)}\n`);
      process.exitCode = exitCodes.failed;
    }
  }
}

interface ClassShare {
  readonly label: number;
  readonly name: string;
  readonly share: number;
}

/** Classes that are there, those with the most pixels first. */
function sharesOf({ labels }: SegmentedPicture, classes: readonly string[]): ClassShare[] {
  const counts = classes.map(() => 0);
  for (const label of labels) counts[label]++;
  return counts
    .map((n, label) => ({ label, name: classes[label], share: n / labels.length }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share || a.label - b.label);
}

/** The picture beside itself under the colours of its classes, with the names of the most frequent ones. */
function drawing(
  file: string,
  {
    picture,
    found,
    classes,
    trainedOn,
  }: { picture: Picture; found: SegmentedPicture; classes: readonly ClassShare[]; trainedOn: string },
): Promise<Uint8Array> {
  const shown = classes.slice(0, 8);
  const names = writableNames(shown.map(({ name }) => name));
  return renderPanels({
    title: `What is where in ${basename(file)}`,
    subtitle: `the class of each pixel, by a network trained on ${trainedOn}`,
    panels: [
      { caption: `${picture.width}×${picture.height}`, picture },
      {
        caption: shown.map(({ share }, i) => `${names[i]} ${percent(share, 0)}`).join(", "),
        picture: coloured(picture, found),
        overlay: (place) => {
          const [left, top] = place(0, 0);
          return shown
            .map(({ label }, i) => {
              const y = top + 8 + 20 * i;
              const width = 8.2 * names[i].length + 26;
              return (
                element("rect", {
                  x: left + 8,
                  y,
                  width,
                  height: 18,
                  fill: "#ffffff",
                  "fill-opacity": 0.85,
                }) +
                element("rect", {
                  x: left + 12,
                  y: y + 3,
                  width: 12,
                  height: 12,
                  fill: colourOf(found.palette, label),
                }) +
                text(left + 29, y + 13, names[i], { size: 12 })
              );
            })
            .join("");
        },
      },
    ],
  });
}
