import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isBuilt, noPictures, receptive, temporaryFolder } from "./receptive.js";

describe.skipIf(!isBuilt)("receptive explain, dream, style", () => {
  let folder: string;
  let remove: () => Promise<void>;
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
    "top-activations --layer relu2 --unit 0,3 --limit 100",
    "activation-maximisation --layer dense1 --unit 0,1 --steps 5",
    "fooling --class 3,4 --steps 20",
    "evolution --class 1 --steps 3",
  ])("explain %s writes a sheet", async (line) => {
    const output = `${line.replaceAll(" ", "_")}.png`;
    const { code, stdout, stderr } = await run(`explain ${line} --output ${output} --json`);
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toEqual({ method: line.split(" ")[0], output, seconds: expect.any(Number) });
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
      "deconvnet --layer relu2",
      "feature-maps --layer relu1",
    ])(`explain %s of a picture writes a sheet${noPictures}`, async (line) => {
    const [method, ...rest] = line.split(" ");
    const { code, stdout, stderr } = await run(["explain", method, "seven.svg", ...rest].join(" "));
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(new RegExp(`^lenet5: .*: ${method}\\.png\n$`));
    expect(existsSync(join(folder, `${method}.png`))).toBe(true);
  });

  const layers =
    "rescale, conv1, relu1, maxPool1, conv2, relu2, maxPool2, flatten1, dense1, relu3, dense2, relu4, dense3";
  test.each([
    {
      line: "explain salience seven.svg",
      error:
        'there is no method "salience" (there are filters, feature-maps, top-activations, activation-maximisation, fooling, evolution, saliency, smoothgrad, gradient-times-input, integrated-gradients, guided-backpropagation, grad-cam, guided-grad-cam, occlusion, deconvnet, sanity-check); did you mean "saliency"?',
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
      error: `explain: lenet5 has no layer "conv9"; its layers are ${layers}; did you mean "conv1"?`,
    },
    {
      line: "explain feature-maps seven.svg",
      error:
        "explain feature-maps: which layer? Name one with --layer: rescale, conv1, relu1, maxPool1, conv2, relu2, maxPool2",
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
