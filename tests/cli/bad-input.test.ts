import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeIdx } from "../../src/formats/idx.js";
import * as nn from "../../src/nn/index.js";
import { mostThreads } from "../../src/runtime/devices.js";
import { checkpointOf } from "../../src/training/checkpoint.js";
import { save } from "../../src/training/opened-checkpoint.js";
import { isBuilt, noPictures, receptive, temporaryFolder } from "./receptive.js";

describe.skipIf(!isBuilt)("bad input gets one clear line, an exit code, and nothing is written:", () => {
  let folder: string;
  let remove: () => Promise<void>;
  beforeAll(async () => {
    ({ folder, remove } = await temporaryFolder());
    await writeFile(join(folder, "text.png"), "this is no picture\n");
    await writeFile(join(folder, "text.safetensors"), "no weights\n");
    const other = nn.sequential(
      "other",
      nn.conv2d({ filters: 6, kernel: 3, padding: "same" }),
      nn.flatten(),
      nn.dense(10),
    );
    other.build([28, 28, 1]);
    const data = { name: "digits", classes: [..."0123456789"] };
    await save(join(folder, "other.safetensors"), checkpointOf(other, { input: [28, 28, 1], data }));
    await mnist("short", { images: idx([4, 28, 28]).subarray(0, 2000), labels: idx([4]) });
    await mnist("magic", { images: new TextEncoder().encode("<html>Not Found"), labels: idx([4]) });
    await mnist("count", { images: idx([4, 28, 28]), labels: idx([5]) });
  });
  afterAll(() => remove());

  const idx = (shape: number[]) =>
    writeIdx({ shape, values: new Uint8Array(shape.reduce((a, b) => a * b, 1)) });
  async function mnist(name: string, { images, labels }: { images: Uint8Array; labels: Uint8Array }) {
    await mkdir(join(folder, name, "mnist"), { recursive: true });
    for (const split of ["train", "t10k"]) {
      await writeFile(join(folder, name, "mnist", `${split}-images-idx3-ubyte`), images);
      await writeFile(join(folder, name, "mnist", `${split}-labels-idx1-ubyte`), labels);
    }
  }

  test.each([
    ["train --model lenet", 2, 'error: there is no model "lenet"; did you mean "lenet5"?'],
    [
      "train --data mnits",
      2,
      'error: there is no data set "mnits" (there are mnist, fashion-mnist, fashion-mnist-remapped, cifar10, cifar100, digits; or folder:PATH); did you mean "mnist"?',
    ],
    [
      "train --data digits --threads 0",
      2,
      "error: option '--threads <n>' argument '0' is invalid. Expected a whole number of at least 1.",
    ],
    [
      "train --data digits --threads -2",
      2,
      "error: option '--threads <n>' argument '-2' is invalid. Expected a whole number of at least 1.",
    ],
    [
      "train --data digits --threads many",
      2,
      "error: option '--threads <n>' argument 'many' is invalid. Expected a whole number of at least 1.",
    ],
    [
      "train --data digits --threads 100000",
      2,
      `error: option '--threads <n>' argument '100000' is invalid. Expected at most ${mostThreads()}.`,
    ],
    [
      "train --data digits --epochs 1.5",
      2,
      "error: option '--epochs <n>' argument '1.5' is invalid. Expected a whole number of at least 1.",
    ],
    [
      "train --data digits --lr zero",
      2,
      "error: option '--lr <rate>' argument 'zero' is invalid. Expected a number above 0.",
    ],
    ["train --epoch 3", 2, "error: unknown option '--epoch' (Did you mean --epochs?)"],
    [
      "train --optimizer adm",
      2,
      "error: option '--optimizer <name>' argument 'adm' is invalid. Allowed choices are sgd, adam, adamW, adagrad, rmsprop, adadelta.",
    ],
    ["train mnist", 2, "error: too many arguments for 'train'. Expected 0 arguments but got 1."],
    ["trian", 2, "error: unknown command 'trian' (Did you mean train?)"],
    ["train --data digits --output text.png", 2, "error: --output text.png: is a file, not a directory"],
    ["train --resume nowhere.safetensors", 1, "error: nowhere.safetensors: there is no such checkpoint"],
    [
      "train --resume text.safetensors",
      1,
      "error: text.safetensors: not a safetensors file: its first 8 bytes say that the header has 7523097587056930670 bytes; at most 100000000 are allowed",
    ],
    [
      "train --resume other.safetensors --data digits --limit 64",
      1,
      "error: resume: the checkpoint holds a model but no training that could go on",
    ],
    [
      "evaluate --data digits",
      2,
      "error: there is no checkpoint in runs/: train a model first (receptive train), or name a checkpoint with --checkpoint PATH",
    ],
    [
      "evaluate --checkpoint other.safetensors --data mnits",
      2,
      'error: there is no data set "mnits" (there are mnist, fashion-mnist, fashion-mnist-remapped, cifar10, cifar100, digits; or folder:PATH); did you mean "mnist"?',
    ],
    ["predict --checkpoint other.safetensors nowhere.png", 1, "error: nowhere.png: no such file"],
    [
      "predict --checkpoint nowhere.safetensors text.png",
      1,
      "error: nowhere.safetensors: there is no such checkpoint",
    ],
    ["predict", 2, "error: missing required argument 'image'"],
    ["summary vgg99x", 2, 'error: there is no model "vgg99x"; did you mean "vgg19"?'],
  ])("receptive %s", async (line, code, message) => {
    await refused(line, code, message);
  });

  test.skipIf(noPictures)(`a picture that is no picture${noPictures}`, async () => {
    const { stderr } = await receptive("predict --checkpoint other.safetensors text.png".split(" "), {
      folder,
    });
    expect(stderr).toMatch(/^error: text\.png: not a picture that can be read \(.+\)\n$/);
  });

  test.each([
    [
      "short",
      "error: short/mnist/train-images-idx3-ubyte: its header announces 4×28×28 = 3136 bytes of values, but 1984 follow; the file is truncated",
    ],
    [
      "magic",
      "error: magic/mnist/train-images-idx3-ubyte: begins with 3c 68 74 6d, expected 00 00 08 03; this is no idx file",
    ],
    [
      "count",
      "error: count/mnist/train-images-idx3-ubyte holds 4 images, but count/mnist/train-labels-idx1-ubyte holds 5 labels",
    ],
  ])("MNIST files: %s", async (name, message) => {
    await refused("train --data mnist", 1, message, { RECEPTIVE_DATA: name });
  });

  async function refused(line: string, code: number, message: string, environment?: Record<string, string>) {
    const before = await readdir(folder);
    const finished = await receptive(line.split(" "), { folder, environment });
    expect(finished).toEqual({ code, stdout: "", stderr: `${message}\n` });
    expect(await readdir(folder)).toEqual(before);
  }
});
