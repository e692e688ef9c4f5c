import type { Command } from "commander";
import { count } from "../formatting/numbers.js";
import { checkFolder, type FolderReport } from "../images/check-pictures.js";
import { folderOf } from "../openers/data-sets.js";
import { alignedTable } from "../report/table.js";
import { exitCodes } from "./failure.js";
import { waitingLine } from "./waiting-line.js";

export function dataCheckCommand(data: Command): void {
  data
    .command("check")
    .description(
      "look at every picture of a folder before training: what cannot be read, counts, sizes, copies",
    )
    .argument("<folder>", "a folder of pictures, as --data folder:PATH takes it")
    .option("--json", "one line of JSON")
    .addHelpText(
      "after",
      "\nExample:\n  $ receptive data check flowers\n\nExit code 1 where something is bad: --skip-bad of train and evaluate goes on without it.",
    )
    .action(run);
}

async function run(path: string, { json }: { json?: boolean }): Promise<void> {
  const line = waitingLine({ json });
  const report = await checkFolder(folderOf(path) ?? path, {
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
