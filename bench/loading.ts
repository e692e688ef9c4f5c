/**
 * How fast pictures come to the engine: `npm run bench:loading [-- CASE …]`. The pictures are made by code and lie in
 * temporary folders. Of each case, in a process of its own:
 *
 * - the loader alone, on its first way through the pictures, its threads' start in it; and torchvision's with two workers,
 *   where there is a python that has it (RECEPTIVE_BENCH_PYTHON names one);
 * - three epochs of training a network, compiling and the threads' start in the first; then the first epoch of the same
 *   network on the same folder opened anew: nothing is read yet, the step is compiled;
 * - as many pictures that lie in memory, not augmented: the engine's own rate.
 *
 * Behind each rate stands how much time of all processors a picture took, in ms, which other programs change less.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { encodeImage, openFolder, type Picture, preprocessings } from "../dist/images/index.js";
import { type AnyDataset, data, fit, losses, type Model, models, optim } from "../dist/index.js";
import { RandomStream } from "../dist/random/threefry.js";

type Size = readonly [height: number, width: number, channels: 1 | 3];

/** A picture with slopes and grain, as photographs have them. */
function photograph(index: number, [height, width, channels]: Size): Picture {
  const random = new RandomStream(7, 1, index);
  const [right, down, phase] = [random.uniform(0.01, 0.1), random.uniform(0.01, 0.1), random.uniform(0, 6)];
  const pixels = new Uint8Array(height * width * channels);
  let grain = index + 1;
  for (let i = 0, at = 0; i < height; i++)
    for (let j = 0; j < width; j++)
      for (let c = 0; c < channels; c++) {
        grain = (Math.imul(grain, 1664525) + 1013904223) | 0;
        pixels[at++] = 128 + 70 * Math.sin(right * j + phase + c) + 40 * Math.cos(down * i) + (grain >> 28);
      }
  return { width, height, channels, pixels };
}

/** A folder of ten classes, with ten pictures to test on. */
async function folderOf(count: number, size: Size, format: "jpeg" | "png"): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "receptive-loading-"));
  const write = async (split: string, i: number) => {
    const file = join(folder, split, `class${i % 10}`, `${i}.${format}`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, await encodeImage(photograph(i, size), format));
  };
  for (let i = 0; i < count; i++) await write("train", i);
  for (let i = 0; i < 10; i++) await write("test", i);
  return folder;
}

type FolderCase = {
  files: [count: number, size: Size, format: "jpeg" | "png"];
  input: Size;
  batchSize: number;
  model: () => Model;
  augment?: Parameters<typeof fit>[2]["augment"];
  randomViews?: boolean;
};

const resnet20 = () => models.resnetCifar("resnet20", { classes: 10 });
const lenet5 = () => models.lenet5({ classes: 10 });
const jpegs: FolderCase["files"] = [200, [480, 640, 3], "jpeg"];
const handwriting = data.randomAffine({ rotation: 10, scale: [0.9, 1.1], shear: 0.15, shift: 2 });

const cases: { [name: string]: FolderCase } = {
  jpeg: { files: jpegs, input: [32, 32, 3], batchSize: 16, model: resnet20 },
  "jpeg-augmented": {
    ...{ files: jpegs, input: [32, 32, 3], batchSize: 16, model: resnet20 },
    augment: data.compose(data.randomFlip(), data.colourJitter()),
    randomViews: true,
  },
  "jpeg-grey": { files: jpegs, input: [28, 28, 1], batchSize: 16, model: lenet5 },
  png: { files: [50000, [28, 28, 1], "png"], input: [28, 28, 1], batchSize: 128, model: lenet5 },
  "png-handwriting": {
    ...{ files: [50000, [28, 28, 1], "png"], input: [28, 28, 1], batchSize: 128, model: lenet5 },
    augment: handwriting,
  },
};

/** So many pictures in so much time, and so much of all processors for each. */
class Rate {
  readonly #begun = performance.now();
  readonly #before = process.cpuUsage();

  of(count: number): string {
    const { user, system } = process.cpuUsage(this.#before);
    const rate = (1000 * count) / (performance.now() - this.#begun);
    return `${Math.round(rate)} (${((user + system) / 1000 / count).toFixed(2)})`;
  }
}

const opened = async (folder: string, { input, randomViews }: FolderCase) =>
  (await openFolder(folder, { input, preprocessing: preprocessings.centre, randomViews })).train;

async function rates(model: Model, dataset: AnyDataset, one: FolderCase, epochs: number): Promise<string[]> {
  const { batchSize, augment } = one;
  const found: string[] = [];
  let rate = new Rate();
  const options = {
    epochs,
    batchSize,
    augment,
    optimizer: optim.sgd({ lr: 0.01 }),
    loss: losses.crossEntropy(),
  };
  for await (const { kind } of fit(model, dataset, options)) {
    if (kind !== "epoch") continue;
    found.push(rate.of(dataset.length));
    rate = new Rate();
  }
  return found;
}

/** What a process of its own measures. */
const measures: { [name: string]: (folder: string, one: FolderCase) => Promise<string> } = {
  async "the loader alone"(folder, one) {
    const train = await opened(folder, one);
    const rate = new Rate();
    let seen = 0;
    const { batchSize, augment } = one;
    for await (const { size } of data.batches(train, { batchSize, augment, shuffle: { seed: 0, epoch: 0 } }))
      seen += size;
    return rate.of(seen);
  },
  async training(folder, one) {
    const model = one.model();
    const epochs = await rates(model, await opened(folder, one), one, 3);
    const [again] = await rates(model, await opened(folder, one), one, 1);
    const train = await opened(folder, { ...one, randomViews: false });
    const everything = Int32Array.from({ length: train.length }, (_, i) => i);
    const inMemory: AnyDataset = {
      ...{ name: "memory", split: "train", shape: train.shape, classes: train.classes, length: train.length },
      images: await train.read(everything),
      labels: train.labels,
    };
    const engine = await rates(model, inMemory, { ...one, augment: undefined }, 3);
    return `epochs ${epochs.join(", ")}; first, compiled before ${again}; in memory ${engine.slice(1).join(", ")}`;
  },
};

const python = process.env.RECEPTIVE_BENCH_PYTHON ?? "/usr/bin/python3";

/** The same way through the pictures with torchvision. */
function byTorchvision(
  folder: string,
  { input: [h, w, c], batchSize, randomViews, augment }: FolderCase,
): string {
  const script = join(import.meta.dirname, "../bench/peers/torchvision-loading.py");
  const how = randomViews ? "photographs" : augment ? "handwriting" : "none";
  const args = [join(folder, "train"), ...[h, w, c, batchSize].map(String), how];
  const { status, stdout } = spawnSync(python, [script, ...args], {
    encoding: "utf8",
    env: { ...process.env, OPENBLAS_CORETYPE: undefined },
  });
  return status === 0 ? stdout.trim() : `not measured (${python} has no torchvision)`;
}

const names = process.argv.slice(2);
if (names[0] === "measure") {
  const [, measure, name, folder] = names;
  console.log(await measures[measure](folder, cases[name]));
  process.exit(0);
}
const folders = new Map<string, string>();
try {
  for (const [name, one] of Object.entries(cases)) {
    if (names.length > 0 && !names.includes(name)) continue;
    const key = JSON.stringify(one.files);
    const folder = folders.get(key) ?? (await folderOf(...one.files));
    folders.set(key, folder);
    console.log(`${name}, pictures a second (ms of processors each), load ${loadavg()[0].toFixed(1)}`);
    for (const measure of Object.keys(measures)) {
      const args = [import.meta.filename, "measure", measure, name, folder];
      const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
      console.log(`  ${measure}: ${stdout.trim() || stderr.trim()}`);
    }
    console.log(`  torchvision's loader, two workers: ${byTorchvision(folder, one)}`);
  }
} finally {
  for (const folder of folders.values()) rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
