import type { Command } from "commander";
import { UsageError } from "../door/usage-error.js";
import { count } from "../formatting/numbers.js";
import { checkFolder, type FolderReport } from "../images/check-pictures.js";
import { folderOf } from "../openers/data-sets.js";
import { alignedTable } from "../report/table.js";
import { annotationText } from "./annotation-report.js";
import { exitCodes } from "./failure.js";
import { whole } from "./values.js";
import { waitingLine } from "./waiting-line.js";

export function dataCheckCommand(data: Command): void {
  data
    .command("check")
    .description(
      "look at every picture of a folder before training, and at every box and mask: what cannot be read, counts, sizes, copies",
    )
    .argument(
      "<folder>",
      "a folder of pictures, as --data folder:PATH takes it, or annotations: Pascal VOC, COCO, YOLO, maps of labels, a table",
    )
    .option(
      "--classes <names>",
      "of annotations: the names of the classes, by commas, in the order of their labels",
    )
    .option("--ignore <label>", "of maps of labels: the label of pixels that do not count (255)", whole(0))
    .option("--pictures <folder>", "of annotations: where their pictures lie")
    .option("--json", "one line of JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  $ receptive data check flowers\n  $ receptive data check VOC2012\n  $ receptive data check annotations/instances_val.json --pictures val\n\nExit code 1 where something is bad: --skip-bad of train and evaluate goes on without it.",
    )
    .action(run);
}

interface CheckedOptions {
  json?: boolean;
  classes?: string;
  ignore?: number;
  pictures?: string;
}

async function run(path: string, { json, ...how }: CheckedOptions): Promise<void> {
  const line = waitingLine({ json });
  const { checkAnnotations } = await import("../tasks/annotations/check.js");
  const { classes, ignore, pictures } = how;
  const place = folderOf(path) ?? path;
  const annotations = await checkAnnotations(place, {
    ...(classes === undefined ? {} : { classes: classes.split(",").map((name) => name.trim()) }),
    ...(ignore === undefined ? {} : { ignore }),
    ...(pictures === undefined ? {} : { pictures }),
    onProgress: ({ done, count: all }) => line.show(`${count(done)} of ${count(all)} pictures`),
  }).finally(() => line.clear());
  if (annotations) {
    console.log(json ? JSON.stringify(annotations) : annotationText(annotations));
    if (annotations.bad.length > 0) process.exitCode = exitCodes.failed;
    return;
  }
  for (const [name, value] of Object.entries(how))
    if (value !== undefined) throw new UsageError(`--${name} is for annotations, and ${path} has none`);
  const report = await checkFolder(place, {
    onProgress: ({ done, count: all }) => line.show(`${count(done)} of ${count(all)} pictures`),
  }).finally(() => line.clear());
  console.log(json ? JSON.stringify(report) : textOf(report));
  if (report.bad.length > 0) process.exitCode = exitCodes.failed;
}

/** Of long lists only the beginning. */
const mostShown = 20;

function textOf({
  path,
  classes,
  pictures,
  hasSplits,
  smallest,
  largest,
  bad,
  few,
  copies,
  beside,
}: FolderReport): string {
  const lines = [
    `${path}: ${count(pictures)} ${one(pictures, "picture")} in ${count(classes.length)} ${classes.length === 1 ? "class" : "classes"}`,
  ];
  if (classes.length > 0) {
    const columns = hasSplits ? (["train", "test"] as const) : (["train"] as const);
    lines.push(
      "",
      alignedTable(
        [
          { title: "class", align: "left" },
          ...columns.map((name) => ({ title: hasSplits ? name : "pictures", align: "right" as const })),
        ],
        classes.map((row) => [row.class, ...columns.map((name) => count(row[name]))]),
      ),
      "",
    );
  }
  if (smallest && largest)
    lines.push(
      `sizes: ${smallest.width}×${smallest.height} (${smallest.file}) to ${largest.width}×${largest.height} (${largest.file})`,
    );
  if (few.length > 0) lines.push(`hardly any pictures: ${few.slice(0, mostShown).join(", ")}`);
  if (beside > 0)
    lines.push(
      `${count(beside)} ${one(beside, "picture")} beside the folders of the classes, which nobody reads`,
    );
  for (const files of copies.slice(0, mostShown)) lines.push(`the same picture: ${files.join(", ")}`);
  if (copies.length > mostShown)
    lines.push(`and ${count(copies.length - mostShown)} more that are there twice`);
  lines.push(
    bad.length === 0 ? "every picture can be read" : `bad: ${count(bad.length)}`,
    ...bad.map(({ file, reason }) => `  ${file}: ${reason}`),
  );
  return lines.join("\n");
}

const one = (n: number, word: string): string => (n === 1 ? word : `${word}s`);
