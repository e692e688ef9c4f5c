import { type Command, Option } from "commander";
import { type Border, filter } from "../features/filter.js";
import { kernelNotes, kernels, type Matrix } from "../features/kernels.js";
import type { Raster } from "../features/raster.js";
import type { Picture } from "../images/picture.js";
import { readImage } from "../images/read.js";
import { encodePng } from "../report/sheet/png.js";
import { alignedTable } from "../report/table.js";
import { configure } from "../runtime/engine.js";
import { UsageError } from "./failure.js";
import { besides, checkPng, finish } from "./features/output.js";
import { otherNames } from "./kernel-names.js";
import { formulas, kernelOf, spelled } from "./kernel-option.js";
import { threads, whole } from "./values.js";

const paddings: readonly Border[] = ["reflect", "symmetric", "replicate", "wrap", "zero", "none"];
const ways = ["clip", "absolute", "stretch"] as const;

export function filterCommand(program: Command): void {
  program
    .command("filter")
    .description("lay an image kernel over a picture: blur, sharpen, edges, or any table of yours")
    .argument("[picture]", "a picture file")
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
    .option("--json", "one line of JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ receptive filter photo.jpg --kernel sharpen --output out.png
  $ receptive filter photo.jpg --kernel '[[0,-1,0],[-1,5,-1],[0,-1,0]]'
  $ receptive filter photo.jpg --kernel motion:length=25,angle=30`,
    )
    .action(run);
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

async function run(path: string | undefined, options: Options): Promise<void> {
  const { json } = options;
  if (options.list) {
    console.log(json ? JSON.stringify(kernels) : list());
    return;
  }
  if (path === undefined)
    throw new UsageError("filter: which picture? receptive filter photo.jpg --kernel sharpen");
  const { matrix, stride } = kernelOf(options.kernel);
  const output = options.output ?? besides(path, "filtered");
  checkPng(output);
  await configure({ threads: options.threads });
  const picture = await readImage(path);
  const begun = performance.now();
  const isEven = Array.isArray(matrix[0]) && (matrix.length % 2 === 0 || matrix[0].length % 2 === 0);
  const result = await filter(picture, matrix, {
    // A kernel that is meant to shrink the picture has no middle, and needs none.
    padding: stride !== undefined && isEven ? "none" : options.padding,
    stride: options.stride ?? stride,
    channels: options.channels,
  });
  const milliseconds = performance.now() - begun;
  const shown = asPicture(result, options.values ?? (sumsToZero(matrix) ? "absolute" : "clip"));
  await finish(output, encodePng(shown), {
    text: `${options.kernel} over ${picture.width}×${picture.height} pixels in ${milliseconds.toFixed(0)} ms`,
    json: json ? { picture: path, width: shown.width, height: shown.height, milliseconds } : undefined,
  });
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
