import type { Command } from "commander";
import { datasets, describeSource } from "../data/index.js";
import { count } from "../formatting/numbers.js";
import { alignedTable } from "../report/table.js";
import { dataCheckCommand } from "./data-check.js";

export function dataCommand(program: Command): void {
  const data = program.command("data").description("the data sets there are");
  data
    .command("list")
    .description("every data set: its size, and where it is or would come from")
    .option("--json", "as JSON")
    .addHelpText("after", "\nExample:\n  $ RECEPTIVE_DATA=/data receptive data list")
    .action(list);
  dataCheckCommand(data);
}

async function list({ json }: { json?: boolean }): Promise<void> {
  const rows = await Promise.all(
    Object.entries(datasets).map(async ([name, entry]) => ({
      name,
      description: entry.description,
      shape: entry.shape,
      classes: entry.classes,
      train: entry.sizes.train,
      test: entry.sizes.test,
      source: await entry.source(),
    })),
  );
  if (json) {
    console.log(JSON.stringify(rows));
    return;
  }
  const table = alignedTable(
    [
      { title: "name", align: "left" },
      { title: "pictures", align: "left" },
      { title: "classes", align: "right" },
      { title: "train", align: "right" },
      { title: "test", align: "right" },
      { title: "what", align: "left" },
      { title: "where", align: "left" },
    ],
    rows.map(({ name, shape, classes, train, test, description, source }) => [
      name,
      shape.join("×"),
      count(classes.length),
      count(train),
      count(test),
      description,
      describeSource(source),
    ]),
  );
  console.log(table);
}
