import { type Command, Option } from "commander";
import { UsageError } from "../door/usage-error.js";
import { type Border, filter } from "../features/filter.js";
import { kernelNotes, kernels, type Matrix } from "../features/kernels.js";
import type { Raster } from "../features/raster.js";
import { encodePng } from "../images/encode-png.js";
import type { Picture } from "../images/picture.js";
import { alignedTable } from "../report/table.js";
import { configure } from "../runtime/devices.js";
import { besides, checkPng, finish } from "./features/output.js";
import { otherNames } from "./kernel-names.js";
import { formulas, kernelOf, spelled } from "./kernel-option.js";
import { picturesGiven } from "./pictures-given.js";
import { flagOf, threads, whole } from "./values.js";

const paddings: readonly Border[] = ["reflect", "symmetric", "replicate", "wrap", "zero", "none"];
const ways = ["clip", "absolute", "stretch"] as const;

export function filterCommand(program: Command): void {
  program
    .command("filter")
    .description("lay an image kernel over a picture: blur, sharpen, edges, or any table of yours")
    .argument("[pictures...]", "picture files")
    .option(
      "--kernel <kernel>",
      "a name, a formula such as gaussian:sigma=2, or a table [[…],[…],…]",
      "sharpen",
    )
    .option("--output <file>", "the PNG to write (default: <picture>-filtered.png)")
    .addOption(
      new Option("--padding <how>", "what lies beyond the edges").choices(paddings).default("reflect"),
    )
    .option("--stride <pixels>", "step between places of the kernel", whole(1))
    .addOption(
      new Option("--channels <how>", "each channel by itself, or their sum")
        .choices(["each", "sum"])
        .default("each"),
    )
    .addOption(
      new Option(
        "--values <how>",
        "numbers outside 0 to 255: cut off, without their sign, or all stretched to 0 to 255 (default: clip, and absolute for kernels that sum to 0)",
      ).choices(ways),
    )
    .option("--threads <n>", "threads of the engine; all cores if left out", threads)
    .option("--list", "the kernels there are")
    .option("--json", "a line of JSON for each picture")
    .addHelpText(
      "after",
      `
Examples:
  $ receptive filter photo.jpg --kernel sharpen --output out.png
  $ receptive filter photo.jpg --kernel '[[0,-1,0],[-1,5,-1],[0,-1,0]]'
  $ receptive filter photo.jpg other.jpg --kernel motion:length=25,angle=30`,
    )
    .action((paths: string[], options: Options, command: Command) => run(paths, options, command));
}

interface Options {
  kernel: string;
  output?: string;
  padding: Border;
  stride?: number;
  channels: "each" | "sum";
  values?: (typeof ways)[number];
  threads?: number;
  list?: boolean;
  json?: boolean;
}

async function run(paths: string[], options: Options, command: Command): Promise<void> {
  const { json } = options;
  if (options.list) {
    refuseBesideList(paths, command);
    console.log(json ? JSON.stringify(kernels) : list());
    return;
  }
  if (paths.length === 0)
    throw new UsageError("filter: which picture? receptive filter photo.jpg --kernel sharpen");
  if (paths.length > 1 && options.output !== undefined)
    throw new UsageError(
      `filter: --output names one picture, and ${paths.length} are given: leave it out, and each is written as NAME-filtered.png`,
    );
  const kernel = kernelOf(options.kernel);
  const outputs = paths.map((path) => options.output ?? besides(path, "filtered"));
  for (const path of outputs) checkPng(path);
  const twice = outputs.find((output, i) => outputs.indexOf(output) < i);
  if (twice !== undefined)
    throw new UsageError(
      `filter: two of the pictures would be written as ${twice}: give them one after the other, with --output`,
    );
  const isPadded = command.getOptionValueSource("padding") === "cli";
  await configure({ threads: options.threads });
  for (const { file, place, picture } of await picturesGiven(paths, {})) {
    const { shown, milliseconds } = await filtered(picture, kernel, options, isPadded);
    await finish(outputs[place], encodePng(shown), {
      text: `${options.kernel} over ${picture.width}×${picture.height} pixels in ${milliseconds.toFixed(0)} ms`,
      json: json ? { picture: file, width: shown.width, height: shown.height, milliseconds } : undefined,
    });
  }
}

/** @throws UsageError where something was given that the list of kernels does not look at */
function refuseBesideList([path]: readonly string[], command: Command): void {
  const unused = ["kernel", "output", "padding", "stride", "channels", "values", "threads"].find(
    (option) => command.getOptionValueSource(option) === "cli",
  );
  const given = path ?? (unused && flagOf(unused));
  if (given !== undefined)
    throw new UsageError(`filter: --list shows the kernels there are: ${given} does nothing beside it`);
}

async function filtered(
  picture: Picture,
  { matrix, stride }: ReturnType<typeof kernelOf>,
  options: Options,
  isPadded: boolean,
): Promise<{ shown: Picture; milliseconds: number }> {
  const begun = performance.now();
  const isEven = Array.isArray(matrix[0]) && (matrix.length % 2 === 0 || matrix[0].length % 2 === 0);
  const result = await filter(picture, matrix, {
    // A kernel that is meant to shrink the picture has no middle, and needs none.
    padding: stride !== undefined && isEven && !isPadded ? "none" : options.padding,
    stride: options.stride ?? stride,
    channels: options.channels,
  });
  const milliseconds = performance.now() - begun;
  const values = options.values ?? (sumsToZero(matrix) ? "absolute" : "clip");
  return { shown: asPicture(result, values), milliseconds };
}

const sumsToZero = (matrix: Matrix): boolean => {
  const weights = matrix.flat();
  const sum = weights.reduce((total, w) => total + w, 0);
  return Math.abs(sum) < 1e-6 * weights.reduce((total, w) => total + Math.abs(w), 0);
};

function asPicture({ width, height, channels, pixels }: Raster, how: (typeof ways)[number]): Picture {
  let [low, high] = [0, 255];
  if (how === "stretch") {
    [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const v of pixels) [low, high] = [Math.min(low, v), Math.max(high, v)];
  }
  const factor = high > low ? 255 / (high - low) : 0;
  const bytes = new Uint8Array(pixels.length);
  for (let i = 0; i < bytes.length; i++) {
    const v = how === "absolute" ? Math.abs(pixels[i]) : (pixels[i] - low) * factor;
    bytes[i] = Math.min(255, Math.max(0, Math.round(v)));
  }
  return { width, height, channels: channels === 3 ? 3 : 1, pixels: bytes };
}

const alsoCalled = (name: string): string => (otherNames[name] ?? []).slice(0, 3).join(", ");

function list(): string {
  const named = Object.entries(kernels).map(([name, matrix]) => [
    name,
    `${matrix.length}×${matrix[0].length}`,
    kernelNotes[name as keyof typeof kernels].what,
    alsoCalled(name),
  ]);
  const made = Object.entries(formulas).map(([name, formula]) => [
    spelled(name, formula),
    "",
    formula.what,
    alsoCalled(name),
  ]);
  return alignedTable(
    [
      { title: "kernel", align: "left" },
      { title: "size", align: "left" },
      { title: "what", align: "left" },
      { title: "also called", align: "left" },
    ],
    [...named, ...made],
  );
}
