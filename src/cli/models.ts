import type { Command } from "commander";
import { count } from "../formatting/numbers.js";
import { registry } from "../models/index.js";
import { torchNamesOf } from "../models/torch-models.js";
import { alignedTable } from "../report/table.js";

export function modelsCommand(program: Command): void {
  const models = program.command("models").description("the models there are");
  models
    .command("list")
    .description("every model: its input, its parameters, and what it is")
    .option("--json", "as JSON")
    .addHelpText("after", "\nExample:\n  $ receptive models list")
    .action(list);
}

function list({ json }: { json?: boolean }): void {
  const rows = Object.entries(registry).map(([name, { make, input, description, target }]) => ({
    name,
    description,
    input,
    params: make().summary(input).params,
    target: target ?? "class",
    torchvision: torchNamesOf(name) !== undefined,
  }));
  if (json) {
    console.log(JSON.stringify(rows));
    return;
  }
  console.log(
    alignedTable(
      [
        { title: "name", align: "left" },
        { title: "input", align: "left" },
        { title: "parameters", align: "right" },
        { title: "what", align: "left" },
      ],
      rows.map(({ name, input, params, description, torchvision }) => [
        name,
        input.join("×"),
        count(params),
        `${description}${torchvision ? "; takes torchvision's weights" : ""}`,
      ]),
    ),
  );
}
