import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeNpy, encodeNpy, type NpyArray } from "../../src/formats/npy.js";
import { encodeSafetensors } from "../../src/formats/safetensors.js";
import { models, random, tensor } from "../../src/index.js";
import { copyOf, variablesOf } from "../../src/training/weights.js";
import { isBuilt, noPictures, receptive, temporaryFolder } from "./receptive.js";

describe.skipIf(!isBuilt)("networks with weights from elsewhere:", () => {
  let folder: string;
  let remove: () => Promise<void>;
  const model = models.lenet5();
  const pictures = { shape: [3, 28, 28, 1], data: new Float32Array(0) as Float32Array };

  beforeAll(async () => {
    ({ folder, remove } = await temporaryFolder());
    model.build([28, 28, 1], { seed: 3 });
    pictures.data = (await random.uniform([3, 28, 28, 1], { seed: 1, max: 255 }).data()) as Float32Array;
    await put("w.safetensors", encodeSafetensors(await copyOf(variablesOf(model))));
    await put("x.npy", encodeNpy(pictures));
    await put("bytes.npy", encodeNpy({ shape: pictures.shape, data: Uint8Array.from(pictures.data) }));
    await put("rank3.npy", encodeNpy({ shape: [28, 28, 1], data: new Float32Array(784) }));
    await put("wide.npy", encodeNpy({ shape: [1, 32, 32, 1], data: new Float32Array(1024) }));
    const { "conv1.bias": _, ...others } = Object.fromEntries(await copyOf(variablesOf(model)));
    const odd = new Map(Object.entries({ ...others, extra: { shape: [2], data: new Float32Array(2) } }));
    await put("odd.safetensors", encodeSafetensors(odd));
    for (const name of ["fortran.npy", "model.pth"])
      await copyFile(join(import.meta.dirname, "../formats/golden", name), join(folder, name));
    await put("short.safetensors", encodeSafetensors(await copyOf(variablesOf(model))).subarray(0, 5000));
    await put("names.txt", [..."abcdefghij"].join("\n"));
  });
  afterAll(() => remove());

  const put = (name: string, content: Uint8Array | string) => writeFile(join(folder, name), content);
  const run = (line: string) => receptive(line.split(" "), { folder });
  const array = async (name: string): Promise<NpyArray> =>
    decodeNpy(new Uint8Array(await readFile(join(folder, name))), name);

  test("run gives the logits, a batch at a time", async () => {
    const { code, stderr, stdout } = await run(
      "run lenet5 --weights w.safetensors --input x.npy --output y.npy --batch-size 2 --json",
    );
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toEqual({ output: "y.npy", shape: [3, 10], seconds: expect.any(Number) });
    const expected = await model(tensor(pictures.data, pictures.shape)).data();
    const { shape, data } = await array("y.npy");
    expect(shape).toEqual([3, 10]);
    data.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i], 3);
    });
  });

  test("run gives any layer's output, in the other order too; bytes are pixels", async () => {
    const x = { shape: [3, 1, 28, 28], data: pictures.data }; // of one channel both orders lie alike
    await put("chw.npy", encodeNpy(x));
    const line = "run lenet5 --weights w.safetensors --layer conv1";
    expect((await run(`${line} --input x.npy --output hwc.npy`)).stdout).toMatch(
      /^hwc\.npy: 3×28×28×6, conv1 of lenet5, in [^\n]+\n$/,
    );
    await run(`${line} --input chw.npy --output chw-out.npy --layout nchw`);
    const [hwc, chw] = [await array("hwc.npy"), await array("chw-out.npy")];
    expect([hwc.shape, chw.shape]).toEqual([
      [3, 28, 28, 6],
      [3, 6, 28, 28],
    ]);
    expect(chw.data[((1 * 6 + 2) * 28 + 5) * 28 + 7]).toBe(hwc.data[((1 * 28 + 5) * 28 + 7) * 6 + 2]);
    await run("run lenet5 --weights w.safetensors --input bytes.npy --output bytes-out.npy");
    const expected = await model(tensor(Uint8Array.from(pictures.data), pictures.shape)).data();
    expect((await array("bytes-out.npy")).data[0]).toBeCloseTo(expected[0], 3);
  });

  test("convert lists, and makes a checkpoint that predict and evaluate take", async () => {
    const { stdout } = await run("convert w.safetensors");
    expect(stdout).toMatch(/^conv1\.filters +F32 +5×5×1×6 +150$/m);
    expect(stdout).toMatch(/^total +61,706$/m);
    const made = await run("convert w.safetensors c.safetensors --model lenet5 --classes names.txt");
    expect(made).toEqual({
      code: 0,
      stdout: "c.safetensors: 10 arrays, 61,706 numbers (247 kB)\n",
      stderr: "",
    });
    const measured = await run("evaluate --checkpoint c.safetensors --data digits --limit 200 --json");
    expect(JSON.parse(measured.stdout)).toMatchObject({ count: 200 });
  });

  test.skipIf(noPictures)(`predict with class names from a file, and ten views${noPictures}`, async () => {
    const { default: sharp } = await import("sharp");
    const raw = { width: 28, height: 28, channels: 1 } as const;
    await sharp(Uint8Array.from(pictures.data.subarray(0, 784)), { raw })
      .png()
      .toFile(join(folder, "p.png"));
    const line = "predict p.png --model lenet5 --weights w.safetensors --classes names.txt --top 1";
    expect((await run(line)).stdout).toMatch(/^p\.png: [a-j] \([\d.]+ %\)\n$/);
    expect((await run(`${line} --ten-crop`)).stdout).toMatch(/^p\.png: [a-j] \([\d.]+ %\)\n$/);
  });

  test.skipIf(noPictures)(`train on a folder, measure on it${noPictures}`, async () => {
    const { default: sharp } = await import("sharp");
    for (const [name, colour] of Object.entries({ blue: [0, 0, 255], red: [255, 0, 0] })) {
      await mkdir(join(folder, "colours", name), { recursive: true });
      for (let i = 0; i < 20; i++) {
        // Green grows from left to right: each view of a picture is another one.
        const pixels = Uint8Array.from({ length: 36 * 40 * 3 }, (_, at) => {
          const green = i * 5 + (Math.floor(at / 3) % 40);
          return [colour[0], green, colour[2]][at % 3];
        });
        await sharp(pixels, { raw: { width: 40, height: 36, channels: 3 } })
          .jpeg()
          .toFile(join(folder, "colours", name, `${i}.jpg`));
      }
    }
    const trained = await run(
      "train --model vgg_cifar --data folder:colours --epochs 4 --lr 0.01 --batch-size 9 --augment crop,flip --json",
    );
    expect(trained.stderr).toBe("");
    const done = JSON.parse(trained.stdout.trim().split("\n").at(-1)!);
    expect(done).toMatchObject({
      kind: "done",
      checkpoint: join("runs", "vgg_cifar-colours", "checkpoint.safetensors"),
    });
    expect(done.testAccuracy).toBe(1);
    const measured = await run("evaluate --data folder:colours --json");
    expect(JSON.parse(measured.stdout)).toMatchObject({ top1: 1, count: 40 });
    const tenViews = await run("evaluate --data folder:colours --ten-crop --json");
    expect(JSON.parse(tenViews.stdout)).toMatchObject({ top1: 1, count: 40 });
    expect(JSON.parse(tenViews.stdout).loss).not.toBe(JSON.parse(measured.stdout).loss);
  });

  test.each([
    [
      "evaluate --checkpoint c.safetensors --data digits --ten-crop",
      2,
      "error: --ten-crop is for photographs, --data folder:PATH; those of digits are as large as the input",
    ],
    [
      "run lenet5 --input x.npy --output y.npy",
      2,
      "error: lenet5 is an architecture without weights: --weights FILE brings them",
    ],
    [
      "run lenet5 --weights w.safetensors --output y.npy",
      2,
      "error: required option '--input <file>' not specified",
    ],
    [
      "run lenet5 --weights w.safetensors --input rank3.npy --output y.npy",
      2,
      "error: --input rank3.npy: is 28×28×1, expected pictures of N×H×W×C",
    ],
    [
      "run lenet5 --weights w.safetensors --input wide.npy --output y.npy",
      1,
      "error: lenet5 › layer 9 (dense1): expects 400 inputs, got 576; the weights belong to inputs of 28×28×1, this one is 32×32×1",
    ],
    [
      "run lenet5 --weights w.safetensors --input x.npy --output y.npy --layer con1",
      2,
      'error: lenet5 has no layer con1; did you mean "conv1"?',
    ],
    [
      "run lenet5 --weights w.safetensors --input fortran.npy --output y.npy",
      2,
      "error: --input fortran.npy: is 2×3, expected pictures of N×H×W×C",
    ],
    [
      "run lenet5 --weights odd.safetensors --input x.npy --output y.npy",
      1,
      "error: odd.safetensors does not fit lenet5; missing: conv1.bias (6); not of this model: extra (2)",
    ],
    [
      "run lenet5 --weights model.pth --input x.npy --output y.npy",
      1,
      "error: model.pth: names torch.nn.modules.linear.Linear, which is refused: of a pickle only tensors, numbers, text, lists and dictionaries are read",
    ],
    [
      "run lenet5 --weights short.safetensors --input x.npy --output y.npy",
      1,
      "error: short.safetensors: cut short: conv2.filters ends at byte 10224 of the data, but there are only 4232 of them",
    ],
    [
      "run lenet5 --weights nowhere.pth --input x.npy --output y.npy",
      1,
      "error: nowhere.pth: no such file or directory",
    ],
    [
      "run lenet5 --weights hf:lenet5 --input x.npy --output y.npy",
      1,
      "error: hf:lenet5: expected hf:owner/name, hf:owner/name@revision or hf:owner/name/file",
    ],
    [
      "predict p.png --weights w.safetensors",
      2,
      "error: --weights needs the architecture they belong to: --model NAME",
    ],
    ["predict p.png --model lenet5", 2, "error: --model lenet5 needs --weights, or a --checkpoint instead"],
    [
      "predict p.png --model lenet5 --weights w.safetensors --preprocessing torch",
      2,
      "error: option '--preprocessing <name>' argument 'torch' is invalid. Allowed choices are imagenet, imagenet-bicubic, centre, inception, caffe, bgr.",
    ],
    [
      "evaluate --model lenet5 --weights w.safetensors",
      2,
      "error: which pictures? --data NAME or --data folder:PATH",
    ],
    [
      "evaluate --model lenet5 --weights w.safetensors --data folder:nowhere",
      2,
      "error: what do the outputs mean? --classes FILE brings their names, one a line",
    ],
    ["train --model vgg_cifar --data folder:nowhere", 1, "error: nowhere: there is no such folder"],
    ["train --data folder:", 2, "error: folder: needs a path, as in folder:flowers"],
    [
      "train --data digits --augment crop,flop",
      2,
      `error: option '--augment [steps]' argument 'crop,flop' is invalid. There is no augmentation "flop" (there are handwriting, crop, flip, jitter, lighting, cutout, mixup); did you mean "flip"?.`,
    ],
    [
      "convert w.safetensors w.pth",
      2,
      "error: w.pth: what is written is safetensors, and is called so: w.pth.safetensors",
    ],
    [
      "convert w.safetensors v.safetensors --classes names.txt",
      2,
      "error: --preprocessing and --classes belong into a checkpoint: --model NAME makes one",
    ],
  ])("receptive %s", async (line, code, message) => {
    const finished = await run(line);
    expect(finished).toEqual({ code, stdout: "", stderr: `${message}\n` });
  });
});
