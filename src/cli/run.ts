import { readFile } from "node:fs/promises";
import { type Command, Option } from "commander";
import { writeFileAtomic } from "#platform";
import { suggestion } from "../door/spelling.js";
import { UsageError } from "../door/usage-error.js";
import { decodeNpy, encodeNpy, type NpyArray } from "../formats/npy.js";
import { count, duration } from "../formatting/numbers.js";
import { registered } from "../models/index.js";
import type { Model } from "../nn/index.js";
import { pixelLayers } from "../nn/pixel-layers.js";
import { bringWeights } from "../openers/network.js";
import { configure } from "../runtime/devices.js";
import { compile } from "../tensor/compile.js";
import { tensor } from "../tensor/creation.js";
import { show, sizeOf } from "../tensor/shapes.js";
import { settle, type Tensor } from "../tensor/tensor.js";
import { modelOf } from "../training/checkpoint.js";
import { load } from "../training/opened-checkpoint.js";
import { pixelsFor } from "../training/pixels.js";
import { told } from "./told.js";
import { threads, whole } from "./values.js";
import { waitingLine } from "./waiting-line.js";

export function runCommand(program: Command): void {
  program
    .command("run")
    .description("arrays in, a layer's output out: the bridge to other tools")
    .argument("<model>", "an architecture, or the path of a checkpoint (.safetensors)")
    .option("--weights <file>", "of an architecture: safetensors, a torch .pth, or hf:owner/name")
    .requiredOption(
      "--input <file>",
      "N×H×W×C as .npy: floats are taken as they are, bytes (u1) are pixels that the model scales",
    )
    .requiredOption("--output <file>", "where the result goes, as .npy")
    .option(
      "--layer <name>",
      "the layer whose output is wanted (see `receptive summary`); the last if left out",
    )
    .addOption(
      new Option("--layout <order>", "of the axes of pictures, in and out")
        .choices(["nhwc", "nchw"])
        .default("nhwc"),
    )
    .option("--batch-size <pictures>", "pictures computed at once", whole(1), 32)
    .option("--threads <n>", "threads of the engine; all cores if left out", threads)
    .option("--json", 'one line: {"output":…,"shape":…,"seconds":…}')
    .addHelpText(
      "after",
      "\nExample:\n  $ receptive run resnet18 --weights resnet18.safetensors --input x.npy --output logits.npy --layout nchw",
    )
    .action(run);
}

interface Options {
  weights?: string;
  input: string;
  output: string;
  layer?: string;
  layout: "nhwc" | "nchw";
  batchSize: number;
  threads?: number;
  json?: boolean;
}

async function run(name: string, options: Options): Promise<void> {
  const { weights, input, output, layer, layout, json } = options;
  const isCheckpoint = name.endsWith(".safetensors");
  if (isCheckpoint && weights !== undefined)
    throw new UsageError("a checkpoint brings its own weights: leave out --weights, or name an architecture");
  if (!isCheckpoint && weights === undefined)
    throw new UsageError(`${name} is an architecture without weights: --weights FILE brings them`);
  const known = isCheckpoint ? undefined : registered(name);
  await configure({ threads: options.threads });
  const given = decodeNpy(new Uint8Array(await readFile(input)), input);
  if (given.shape.length !== 4 || given.shape[0] === 0)
    throw new UsageError(
      `--input ${input}: is ${show(given.shape)}, expected pictures of ${layout === "nchw" ? "N×C×H×W" : "N×H×W×C"}`,
    );
  const model = known ? known.make() : modelOf(await load(name), pixelLayers);
  if (weights !== undefined) await bringWeights(model, weights, told({ json }));

  const x = layout === "nchw" ? transposed(given, [0, 2, 3, 1]) : given;
  const begun = performance.now();
  const line = waitingLine({ json });
  const result = await outputsOf(model, x, { layer, batchSize: options.batchSize }, (done) =>
    line.show(`${count(done)} of ${count(x.shape[0])} pictures`),
  ).finally(() => line.clear());
  const seconds = (performance.now() - begun) / 1000;
  const y = layout === "nchw" && result.shape.length === 4 ? transposed(result, [0, 3, 1, 2]) : result;
  await writeFileAtomic(output, encodeNpy(y));
  if (json) console.log(JSON.stringify({ output, shape: y.shape, seconds }));
  else
    console.log(
      `${output}: ${show(y.shape)}, ${layer ?? "the last layer"} of ${model.name}, in ${duration(seconds)}`,
    );
}

/** What a layer makes of pictures, a batch at a time. */
async function outputsOf(
  model: Model,
  x: NpyArray,
  { layer, batchSize }: { layer?: string; batchSize: number },
  onProgress: (done: number) => void,
): Promise<NpyArray> {
  const compute = compile((images: Tensor) => {
    const outputs = new Map<string, Tensor>();
    const pixels = images.dtype === "u8" ? pixelsFor(model, images) : images;
    const last = model(pixels, { capture: (path, output) => void outputs.set(path, output) });
    const wanted = layer === undefined ? last : outputs.get(layer);
    if (!wanted)
      throw new UsageError(`${model.name} has no layer ${layer}${suggestion(layer!, [...outputs.keys()])}`);
    return wanted;
  });
  const [count, ...inner] = x.shape;
  const size = sizeOf(inner);
  // Whole numbers of other widths than a byte are numbers, not pixels.
  const values = x.data instanceof Int32Array ? Float32Array.from(x.data) : x.data;
  const parts: Tensor[] = [];
  for (let begin = 0; begin < count; begin += batchSize) {
    const end = Math.min(begin + batchSize, count);
    const images = tensor(values.subarray(begin * size, end * size), [end - begin, ...inner]);
    const part = await compute(images);
    await settle([part]);
    parts.push(part);
    onProgress(end);
  }
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.size, 0));
  let at = 0;
  for (const { own, size } of parts) {
    data.set(own!, at);
    at += size;
  }
  return { shape: [count, ...parts[0].shape.slice(1)], data };
}

/** The array with its four axes in another order. */
function transposed({ shape, data }: NpyArray, order: readonly [number, number, number, number]): NpyArray {
  const strides = [shape[1] * shape[2] * shape[3], shape[2] * shape[3], shape[3], 1];
  const [n, a, b, c] = order.map((axis) => shape[axis]);
  const [sn, sa, sb, sc] = order.map((axis) => strides[axis]);
  const moved = data.slice();
  let at = 0;
  for (let l = 0; l < n; l++)
    for (let i = 0; i < a; i++)
      for (let j = 0; j < b; j++)
        for (let k = 0; k < c; k++) moved[at++] = data[l * sn + i * sa + j * sb + k * sc];
  return { shape: [n, a, b, c], data: moved };
}
