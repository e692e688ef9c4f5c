import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { methods } from "../../src/explain/methods.js";
import { decodeNpy } from "../../src/formats/npy.js";
import { vggCifar } from "../../src/models/index.js";
import { checkpointOf } from "../../src/training/checkpoint.js";
import { save } from "../../src/training/opened-checkpoint.js";
import { isBuilt, noPictures, receptive, start, temporaryFolder } from "./receptive.js";

describe.skipIf(!isBuilt)("receptive explain, dream, style", () => {
  let folder: string;
  let remove: () => Promise<void>;
  const titles: { readonly [method: string]: string } = {
    saliency: "Saliency",
    smoothgrad: "SmoothGrad",
    "gradient-times-input": "Gradient × input",
    "integrated-gradients": "Integrated gradients",
    "guided-backpropagation": "Guided backpropagation",
    "grad-cam": "Grad-CAM",
    "guided-grad-cam": "Guided Grad-CAM",
    occlusion: "Occlusion",
    deconvnet: "Deconvnet",
    "feature-maps": "Feature maps",
  };
  const run = (line: string) => receptive(line.split(" "), { folder });
  beforeAll(async () => {
    ({ folder, remove } = await temporaryFolder());
    await run("train --data digits --limit 512 --epochs 1 --output runs/a --json");
    const { writeFile } = await import("node:fs/promises");
    const stroke =
      '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64" fill="white"/><path d="M20 14 H46 L28 52" fill="none" stroke="black" stroke-width="5"/></svg>';
    await writeFile(join(folder, "seven.svg"), stroke);
  }, 120_000);
  afterAll(() => remove());

  test.each(["explain", "dream", "style", "style-train"])("%s --help shows an example", async (command) => {
    const { code, stdout } = await run(`${command} --help`);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Examples?:\n {2}\$ .*receptive /);
  });

  test.each([
    "filters",
    "filters --layer conv2",
    "top-activations --limit 50",
    "top-activations --layer relu2 --unit 0,3 --limit 100",
    "activation-maximisation --layer dense1 --unit 0,1 --steps 5",
    "fooling --class 3,4 --steps 20",
    "evolution --class 1 --steps 3",
  ])("explain %s writes a sheet", async (line) => {
    const output = `${line.replaceAll(" ", "_")}.png`;
    const { code, stdout, stderr } = await run(`explain ${line} --output ${output} --json`);
    expect([code, stderr]).toEqual([0, ""]);
    const method = line.split(" ")[0];
    const said = JSON.parse(stdout);
    expect(said).toMatchObject({ method, output, seconds: expect.any(Number) });
    if (said.map) expect(existsSync(join(folder, said.map))).toBe(true);
    expect(existsSync(join(folder, output))).toBe(true);
  });

  test
    .skipIf(noPictures)
    .each([
      "saliency",
      "smoothgrad",
      "gradient-times-input",
      "integrated-gradients",
      "guided-backpropagation",
      "grad-cam",
      "guided-grad-cam",
      "occlusion",
      "deconvnet",
      "deconvnet --layer relu1 --unit 0,3",
      "feature-maps",
      "feature-maps --layer conv1 --scale map",
      "saliency --layer conv2",
      "occlusion --class 3 --size 8",
    ])(`explain %s of a picture writes a sheet${noPictures}`, async (line) => {
    const [method, ...rest] = line.split(" ");
    const { code, stdout, stderr } = await run(["explain", method, "seven.svg", ...rest].join(" "));
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(new RegExp(`^${titles[method]}: .*: ${method}\\.png\n$`));
    expect(existsSync(join(folder, `${method}.png`))).toBe(true);
  });

  test.skipIf(noPictures)(
    `explain --json gives class, score and the file of the map${noPictures}`,
    async () => {
      const { stdout } = await run("explain grad-cam seven.svg --class 3 --json");
      const said = JSON.parse(stdout);
      expect(said).toEqual({
        method: "grad-cam",
        output: "grad-cam.png",
        map: "grad-cam.npy",
        layer: "relu2",
        unit: "score",
        pictures: [
          {
            image: "seven.svg",
            class: "3",
            index: 3,
            score: expect.any(Number),
            probability: expect.any(Number),
          },
        ],
        seconds: expect.any(Number),
      });
      const { readFile } = await import("node:fs/promises");
      const { shape } = decodeNpy(new Uint8Array(await readFile(join(folder, said.map))), said.map);
      expect(shape).toEqual([1, 28, 28]);
    },
  );

  test("explain --map writes the numbers, or says that there are none", async () => {
    const { code } = await run("explain filters --map weights.npy");
    expect([code, existsSync(join(folder, "weights.npy"))]).toEqual([0, true]);
    const none = await run("explain top-activations --limit 20 --map x.npy");
    expect([none.code, none.stderr]).toEqual([
      2,
      "error: explain top-activations: there are no numbers to write, --map does nothing\n",
    ]);
  });

  test("of several checkpoints the newest is taken, and named", async () => {
    const { cp, mkdir, rm, utimes } = await import("node:fs/promises");
    await mkdir(join(folder, "runs/older"));
    const older = join(folder, "runs/older/checkpoint.safetensors");
    await cp(join(folder, "runs/a/checkpoint.safetensors"), older);
    await utimes(older, 1e9, 1e9);
    const { code, stderr } = await run("explain filters --output n.png");
    await rm(join(folder, "runs/older"), { recursive: true });
    expect([code, stderr]).toEqual([
      0,
      "With the newest checkpoint, runs/a/checkpoint.safetensors (--checkpoint names another).\n",
    ]);
  });

  test("no network is said to be fooled that is not", async () => {
    expect((await run("explain fooling --class 3,4 --steps 1 --output f.png")).stdout).toBe(
      "Fooling images: lenet5 is not fooled: f.png\n",
    );
  });

  const layers =
    "rescale, conv1, relu1, maxPool1, conv2, relu2, maxPool2, flatten1, dense1, relu3, dense2, relu4, dense3";
  test.each([
    {
      line: "explain salience seven.svg",
      error: `there is no method "salience" (there are ${methods.map(({ name }) => name).join(", ")}); did you mean "saliency"?`,
    },
    {
      line: "explain saliency",
      error: "explain saliency: expects a picture file, such as receptive explain saliency photo.jpg",
    },
    {
      line: "explain filters seven.svg",
      error: "explain filters: takes no picture files, seven.svg is one too many",
    },
    {
      line: "explain saliency seven.svg --class 12",
      error: "saliency: there is no class 12; lenet5 has the classes 0 to 9",
    },
    {
      line: "explain deconvnet seven.svg --layer conv9",
      error: `deconvnet: lenet5 has no layer "conv9"; its layers are ${layers}; did you mean "conv1"?`,
    },
    {
      line: "explain fooling --unit 3",
      error:
        "explain fooling: --unit does nothing here; the options of this method: --class, --steps, --seed",
    },
    {
      line: "explain filters --seed 1",
      error: "explain filters: --seed does nothing here; the option of this method: --layer",
    },
    {
      line: "explain grad-cam seven.svg --unit 1",
      error: "explain grad-cam: --unit does nothing here; the options of this method: --layer, --class",
    },
    {
      line: "explain saliency seven.svg --unit 1",
      error: "--unit is one of a layer: name it with --layer",
    },
    {
      line: "explain saliency seven.svg --layer conv1 --class 1",
      error: "--class and --layer are given: what is explained is a class, or a unit of a layer",
    },
    {
      line: "explain activation-maximisation --unit 1",
      error: "--unit is one of a layer: name it with --layer",
    },
    {
      line: "explain saliency seven.svg --class 1,2",
      error: "saliency: 2 classes for 1 picture",
    },
    {
      line: "explain saliency seven.svg --map map.txt",
      error: "--map map.txt: numbers are written as .npy",
    },
    {
      line: "style seven.svg --fast x.safetensors --content-weight 2",
      error: "style: --content-weight does nothing with --fast, whose network is trained already",
    },
    {
      line: "style seven.svg --style seven.svg --optimizer lbfgs --lr 0.1",
      error: "style: --lr does nothing with lbfgs, which finds its own steps",
    },
    {
      line: "train --optimizer adam --momentum 0.5",
      error: "--momentum does nothing with adam; sgd and rmsprop have it",
    },
    {
      line: "find-lr --optimizer adam --momentum 0.5",
      error: "--momentum does nothing with adam; sgd and rmsprop have it",
    },
    {
      line: "dream seven.svg --layer dense1",
      error:
        "deepDream: dense1 of lenet5 has no height and width (120); layers with maps are rescale, conv1, relu1, maxPool1, conv2, relu2, maxPool2",
    },
    {
      line: "dream seven.svg --output dream.bmp",
      error: "dream.bmp: a picture is written as .png, .jpg, .jpeg, .webp",
      code: 1,
    },
    {
      line: "style seven.svg",
      error: "style: expects a painting (--style painting.jpg), or a trained network (--fast PATH)",
    },
  ])(`$line: one line${noPictures}`, async ({ line, error, code = 2 }) => {
    if (noPictures && line.includes(".svg")) return;
    expect(await run(line)).toEqual({ code, stdout: "", stderr: `error: ${error}\n` });
  });

  test.skipIf(noPictures)(`dream writes the picture and its frames${noPictures}`, async () => {
    const line =
      "dream seven.svg --layer relu2 --octaves 2 --iterations 2 --jitter 2 --frames frames --output d.png --json";
    const { code, stdout, stderr } = await run(line);
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toEqual({ output: "d.png", layer: "relu2", seconds: expect.any(Number) });
    expect(existsSync(join(folder, "d.png"))).toBe(true);
    expect(existsSync(join(folder, "frames", "0004.jpg"))).toBe(true);
  });

  test.skipIf(noPictures).each([
    {
      line: "dream seven.svg --layer relu1 --octaves 1 --iterations 100000 --jitter 2 --frames so-far --output so-far.png",
      begun: "so-far/0003.jpg",
      output: "so-far.png",
    },
    {
      line: "style seven.svg --checkpoint colours.safetensors --style seven.svg --iterations 100000 --preview 1 --size 64 --output styled.png",
      begun: "styled.png",
      output: "styled.png",
    },
  ])(
    `Ctrl-C: $line keeps the picture so far${noPictures}`,
    async ({ line, begun, output }) => {
      // A network for pictures in colours, as it begins.
      const model = vggCifar();
      model.build([32, 32, 3], { seed: 1 });
      const data = { name: "none", classes: [] };
      await save(join(folder, "colours.safetensors"), checkpointOf(model, { input: [32, 32, 3], data }));
      const child = start(line.split(" "), { folder });
      let stderr = "";
      child.stderr!.on("data", (chunk) => {
        stderr += chunk;
      });
      const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
      while (!existsSync(join(folder, begun)) && child.exitCode === null)
        await new Promise((resolve) => setTimeout(resolve, 20));
      child.kill("SIGINT");
      expect(await ended).toBe(130);
      expect(stderr).toBe(`Stopped; what there is so far: ${output}\n`);
      const { default: sharp } = await import("sharp");
      expect((await sharp(join(folder, output)).metadata()).width).toBeGreaterThan(0);
    },
    120_000,
  );

  test.skipIf(noPictures)(`train --snapshots writes an animation${noPictures}`, async () => {
    const { code } = await run(
      "train --data digits --limit 256 --epochs 1 --snapshots --output runs/b --json",
    );
    expect(code).toBe(0);
    const { default: sharp } = await import("sharp");
    const { pages } = await sharp(join(folder, "runs/b/learning.gif")).metadata();
    expect(pages).toBe(2);
    const { rm } = await import("node:fs/promises");
    await rm(join(folder, "runs/b"), { recursive: true });
  });
});
