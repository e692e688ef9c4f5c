import { basename } from "node:path";
import type { Command } from "commander";
import { readFile } from "#platform";
import { detect } from "../../features/detector.js";
import { groundClass } from "../../features/ground-examples.js";
import { decodeHogClassifier } from "../../features/hog-classifier-file.js";
import { asRaster, grey } from "../../features/raster.js";
import { significant } from "../../formatting/numbers.js";
import { readImage } from "../../images/read.js";
import { boxMarks } from "../../report/features/marks.js";
import { renderPanels } from "../../report/features/panels.js";
import { positive, share } from "../values.js";
import { besides, checkPng, finish } from "./output.js";

export function detectCommand(features: Command): void {
  features
    .command("detect")
    .description("slide a trained window over a picture at every size, and thin out what overlaps")
    .argument("<picture>", "a picture file")
    .requiredOption("--classifier <file>", "what `receptive features train --ground` has written")
    .option("--threshold <score>", "least score of a find", positive, 0.5)
    .option("--scale-step <factor>", "from one size to the next", positive, 1.2)
    .option("--overlap <share>", "finds that overlap by more are one", share, 0.3)
    .option(
      "--nested <share>",
      "finds of one class are one, where one lies inside the other by more",
      share,
      0.8,
    )
    .option("--output <file>", "the PNG to write (default: <picture>-detect.png)")
    .option("--json", "one line of JSON")
    .addHelpText(
      "after",
      "\nExample:\n  $ receptive features detect page.png --classifier runs/hog-mnist/classifier.safetensors",
    )
    .action(run);
}

interface Options {
  classifier: string;
  threshold: number;
  scaleStep: number;
  overlap: number;
  nested: number;
  output?: string;
  json?: boolean;
}

async function run(path: string, options: Options): Promise<void> {
  const { threshold, scaleStep, overlap, nested, json, output = besides(path, "detect") } = options;
  checkPng(output);
  const classifier = decodeHogClassifier(await readFile(options.classifier), options.classifier);
  const picture = await readImage(path);
  const ground = [classifier.classes.indexOf(groundClass)].filter((k) => k >= 0);
  const found = await detect(asRaster(grey(picture)), classifier, {
    threshold,
    scaleStep,
    overlap,
    nested,
    ground,
  });
  const boxes = found.map((box) => ({ ...box, class: classifier.classes[box.class] }));
  const png = await renderPanels({
    title: `What ${basename(options.classifier)} finds in ${basename(path)}`,
    subtitle: `windows from ${classifier.input[1]}×${classifier.input[0]} pixels on, each larger by ${scaleStep}; score above ${threshold}`,
    panels: [
      {
        caption: `${boxes.length} ${boxes.length === 1 ? "find" : "finds"}`,
        picture,
        overlay: boxMarks(boxes.map((box) => ({ ...box, label: `${box.class} ${significant(box.score)}` }))),
      },
    ],
  });
  const lines = boxes.map(
    ({ x, y, width, height, score, class: name }) =>
      `${name}: ${Math.round(width)}×${Math.round(height)} at ${Math.round(x)}, ${Math.round(y)}, score ${significant(score)}`,
  );
  await finish(output, png, {
    text: lines.length > 0 ? lines.join("\n") : "nothing was found",
    json: json ? { picture: path, boxes } : undefined,
  });
}
