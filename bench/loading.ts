/**
 * How fast pictures come to the engine: `npm run bench:loading [-- CASE …]`. The pictures are made by code and lie in
 * temporary folders. Each case trains a network for three epochs; beside it stands the rate of the same network on as many
 * pictures that lie in memory.
 */
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
  png: { files: [10000, [28, 28, 1], "png"], input: [28, 28, 1], batchSize: 128, model: lenet5 },
  "png-handwriting": {
    ...{ files: [10000, [28, 28, 1], "png"], input: [28, 28, 1], batchSize: 128, model: lenet5 },
    augment: handwriting,
  },
};

/** Pictures a second in each of three epochs. */
async function rates(dataset: AnyDataset, { batchSize, model, augment }: FolderCase): Promise<number[]> {
  const found: number[] = [];
  const options = {
    epochs: 3,
    batchSize,
    augment,
    optimizer: optim.sgd({ lr: 0.01 }),
    loss: losses.crossEntropy(),
  };
  for await (const event of fit(model(), dataset, options))
    if (event.kind === "epoch") found.push(Math.round(dataset.length / event.seconds));
  return found;
}

const names = process.argv.slice(2);
const folders = new Map<string, string>();
try {
  for (const [name, one] of Object.entries(cases)) {
    if (names.length > 0 && !names.includes(name)) continue;
    const key = JSON.stringify(one.files);
    const folder = folders.get(key) ?? (await folderOf(...one.files));
    folders.set(key, folder);
    const { input, randomViews } = one;
    const { train } = await openFolder(folder, { input, preprocessing: preprocessings.centre, randomViews });
    const everything = Int32Array.from({ length: train.length }, (_, i) => i);
    const inMemory: AnyDataset = {
      ...{ name: "memory", split: "train", shape: train.shape, classes: train.classes, length: train.length },
      images: await train.read(everything),
      labels: train.labels,
    };
    const fresh = await openFolder(folder, { input, preprocessing: preprocessings.centre, randomViews });
    const measured = await rates(fresh.train, one);
    const engine = await rates(inMemory, { ...one, augment: undefined });
    const load = loadavg()[0].toFixed(1);
    console.log(
      `${name.padEnd(16)} epochs ${measured.join(", ")}; in memory ${engine.join(", ")} (load ${load})`,
    );
  }
} finally {
  for (const folder of folders.values()) rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
