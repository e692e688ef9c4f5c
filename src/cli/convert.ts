import type { Command } from "commander";
import { writeFileAtomic } from "#platform";
import { UsageError } from "../door/usage-error.js";
import type { ArrayFile } from "../formats/array-file.js";
import { isReadable } from "../formats/elements.js";
import { openArrays } from "../formats/open-arrays.js";
import { encodeSafetensors, type SafetensorsArray } from "../formats/safetensors.js";
import { bytes, count } from "../formatting/numbers.js";
import { withTorchvisionNames } from "../models/caffe-names.js";
import { type NetworkOptions, openWeights } from "../openers/network.js";
import { alignedTable } from "../report/table.js";
import { show, sizeOf } from "../tensor/shapes.js";
import { checkpointOf } from "../training/checkpoint.js";
import { save } from "../training/opened-checkpoint.js";
import { oneLine } from "./failure.js";
import { networkOf, networkOptions } from "./networks.js";
import { told } from "./told.js";
import { waitingLine } from "./waiting-line.js";

export function convertCommand(program: Command): void {
  const command = program
    .command("convert")
    .description(
      "weights of another format as safetensors, or as a checkpoint of ours; without an output lists them",
    )
    .argument("<weights>", "safetensors, a torch .pth, the initialisers of an .onnx, or hf:owner/name")
    .argument("[output]", "the file to write, .safetensors");
  networkOptions(command, { isGiven: true })
    .option("--json", 'one line: {"output":…,"arrays":{name:{"shape":…,"dtype":…}}}')
    .addHelpText(
      "after",
      `
Examples:
  $ receptive convert squeezenet.onnx squeezenet.safetensors
  $ receptive convert squeezenet.onnx checkpoint.safetensors --model squeezenet1_1 --preprocessing bgr`,
    )
    .action(run);
}

type Options = Pick<NetworkOptions, "model" | "preprocessing" | "classes"> & { json?: boolean };

async function run(
  weights: string,
  output: string | undefined,
  { json, ...options }: Options,
): Promise<void> {
  if (output !== undefined && !output.endsWith(".safetensors"))
    throw new UsageError(
      `${output}: what is written is safetensors, and is called so: ${output}.safetensors`,
    );
  if (options.model === undefined && (options.preprocessing ?? options.classes) !== undefined)
    throw new UsageError("--preprocessing and --classes belong into a checkpoint: --model NAME makes one");
  const file = withTorchvisionNames(await openArrays(await openWeights(weights, told({ json }))));
  if (output !== undefined && options.model !== undefined) {
    const { model, input, classes } = await networkOf({ ...options, weights }, { json });
    const checkpoint = await checkpointOf(model, { input, data: { name: "imported", classes } });
    const { preprocessing } = options;
    await save(output, preprocessing ? { ...checkpoint, notes: { preprocessing } } : checkpoint);
  } else if (output !== undefined) {
    const line = waitingLine({ json });
    await writeFileAtomic(
      output,
      await converted(file, (name) => line.show(name)).finally(() => line.clear()),
    );
  }
  const remarks = [...(file.remarks ?? []), ...leftOut(file, output)];
  if (json)
    console.log(
      JSON.stringify({
        output,
        arrays: Object.fromEntries(file.arrays),
        ...(remarks.length > 0 && { remarks }),
      }),
    );
  else {
    for (const remark of remarks) process.stderr.write(`${oneLine(remark)}\n`);
    console.log(listing(file, output));
  }
}

async function converted(file: ArrayFile, onArray: (name: string) => void): Promise<Uint8Array> {
  const arrays = new Map<string, SafetensorsArray>();
  for (const [name, { shape, dtype, read }] of file.arrays) {
    if (!isReadable(dtype)) continue;
    onArray(name);
    arrays.set(name, { shape, data: await read() });
  }
  return encodeSafetensors(arrays, file.metadata);
}

/** What an output lacks, because its numbers cannot be read. */
function leftOut({ arrays }: ArrayFile, output: string | undefined): string[] {
  const names = [...arrays].flatMap(([name, { dtype }]) => (isReadable(dtype) ? [] : [`${name} (${dtype})`]));
  return output !== undefined && names.length > 0
    ? [`left out of ${output}, as numbers of these types are not read: ${names.join(", ")}`]
    : [];
}

function listing({ arrays }: ArrayFile, output: string | undefined): string {
  const shapes = [...arrays.values()].filter(({ dtype }) => output === undefined || isReadable(dtype));
  const sizes = shapes.map(({ shape }) => sizeOf(shape));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (output !== undefined)
    return `${output}: ${count(sizes.length)} arrays, ${count(total)} numbers (${bytes(4 * total)})`;
  return alignedTable(
    [
      { title: "name", align: "left" },
      { title: "type", align: "left" },
      { title: "shape", align: "left" },
      { title: "numbers", align: "right" },
    ],
    [
      ...[...arrays].map(([name, { shape, dtype }], i) => [name, dtype, show(shape), count(sizes[i])]),
      ["total", "", "", count(total)],
    ],
  );
}
