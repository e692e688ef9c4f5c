import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodePng } from "../../src/images/encode-png.js";
import { readImage } from "../../src/images/read.js";
import { data, features } from "../../src/index.js";
import * as nn from "../../src/nn/index.js";
import { checkpointOf } from "../../src/training/checkpoint.js";
import { save } from "../../src/training/opened-checkpoint.js";
import { photo } from "../golden/features.js";
import { isBuilt, jsonLines, noPictures, receptive, temporaryFolder } from "./receptive.js";

describe.skipIf(!isBuilt || noPictures)(`the features on the command line${noPictures}`, () => {
  let folder: string;
  let remove: () => Promise<void>;
  beforeAll(async () => {
    ({ folder, remove } = await temporaryFolder());
    await writeFile(join(folder, "cat.png"), encodePng(photo()));
    const { width, height, pixels } = photo();
    const turned = new Uint8Array(pixels.length);
    for (let i = 0; i < width * height; i++)
      turned.set(pixels.subarray(3 * i, 3 * i + 3), 3 * (width * height - 1 - i));
    await writeFile(join(folder, "turned.png"), encodePng({ ...photo(), pixels: turned }));
  });
  afterAll(() => remove());

  const ask = async (line: string, more: readonly string[] = []) => {
    const { code, stdout, stderr } = await receptive([...line.split(" "), ...more, "--json"], { folder });
    expect(stderr).toBe("");
    expect(code).toBe(0);
    return jsonLines(stdout).at(-1);
  };
  const size = async (name: string) => {
    const { width, height } = await readImage(join(folder, name));
    return [width, height];
  };

  test("filter writes what the library computes", async () => {
    const { output } = await ask("filter cat.png --kernel sharpen");
    expect(output).toBe("cat-filtered.png");
    const written = await readImage(join(folder, output));
    const computed = await features.filter(photo(), features.kernels.sharpen);
    const expected = Uint8Array.from(computed.pixels, (v) => Math.min(255, Math.max(0, Math.round(v))));
    expect(written.pixels.filter((v, i) => Math.abs(v - expected[i]) > 1)).toHaveLength(0);
  });
  test("a table of one's own, and one that halves the picture", async () => {
    const table = await ask("filter cat.png --output own.png --kernel", ["[[0,-1,0],[-1,5,-1],[0,-1,0]]"]);
    expect(table).toMatchObject({ width: 200, height: 160, output: "own.png" });
    expect(await readFile(join(folder, "own.png"))).toEqual(await readFile(join(folder, "cat-filtered.png")));
    await ask("filter cat.png --kernel downsampleMean --output half.png");
    expect(await size("half.png")).toEqual([100, 80]);
  });
  test("the list has every kernel", async () => {
    const { stdout } = await receptive(["filter", "--list"], { folder });
    for (const name of [...Object.keys(features.kernels), "gaussian:sigma=2", "gabor:"])
      expect(stdout).toContain(name);
  });
  test("edges", async () => {
    expect(await ask("features sobel cat.png")).toMatchObject({ operator: "sobel", output: "cat-sobel.png" });
    const { shares } = await ask("features robinson cat.png");
    expect(Object.values<number>(shares).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
    const { edges } = await ask("features canny cat.png --low 30 --high 80");
    expect(edges).toBeGreaterThan(300);
    for (const name of ["sobel", "robinson", "canny"])
      expect((await size(`cat-${name}.png`))[0]).toBeGreaterThan(400);
  });
  test("a part of a picture is found where it was taken", async () => {
    const { places } = await ask("features template cat.png --box 90,40,30,20 --count 2");
    expect(places[0]).toMatchObject({ x: 90, y: 40, width: 30, height: 20 });
    expect(places[0].score).toBeCloseTo(1, 4);
  });
  test("HOG as the library has it", async () => {
    const { values } = await ask("features hog cat.png --cell 16 --bins 6");
    expect(values).toEqual(Array.from(features.hog(photo(), { cell: 16, bins: 6 }).values));
  });
  test("SIFT, and the half turn between two pictures", async () => {
    const { keypoints, descriptors } = await ask("features sift cat.png --most 10");
    expect(keypoints).toHaveLength(10);
    expect(descriptors).toHaveLength(1280);
    const { homography, inliers, matches, pairs } = await ask("features match cat.png turned.png");
    expect(pairs.length).toBe(matches);
    expect(pairs.filter(({ agrees }: { agrees: boolean }) => agrees).length).toBe(inliers);
    expect(pairs[0]).toEqual({
      from: [expect.any(Number), expect.any(Number)],
      to: [expect.any(Number), expect.any(Number)],
      agrees: expect.any(Boolean),
    });
    expect(inliers).toBeGreaterThan(50);
    [-1, 0, 199, 0, -1, 159, 0, 0, 1].forEach((v, i) => {
      expect(Math.abs(homography[i] - v)).toBeLessThan(1);
    });
  });
  test("SURF, and the half turn between two pictures by it", async () => {
    const { keypoints, descriptors } = await ask("features surf cat.png --most 10 --extended");
    expect(keypoints).toHaveLength(10);
    expect(descriptors).toHaveLength(1280);
    expect(await size("cat-surf.png")).toEqual(await size("cat-sift.png"));
    const { homography, inliers } = await ask("features match cat.png turned.png --method surf");
    expect(inliers).toBeGreaterThan(10);
    [-1, 0, 199, 0, -1, 159, 0, 0, 1].forEach((v, i) => {
      expect(Math.abs(homography[i] - v)).toBeLessThan(2);
    });
  });
  test("unrelated photographs do not agree on a homography", async () => {
    const [first, second] = ["chicago480.jpg", "bird380.jpg"].map((name) =>
      fileURLToPath(new URL(`../features/photos/${name}`, import.meta.url)),
    );
    const line = ["features", "match", first, second, "--method", "surf", "--output", "unrelated.png"];
    const { code, stdout, stderr } = await receptive(line, { folder });
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^\d+ of \d+ keypoints have a match; they do not agree on a homography\nunrelated\.png\n$/,
    );
    const { stdout: json } = await receptive([...line, "--json"], { folder });
    expect(jsonLines(json).at(-1)).toMatchObject({ inliers: 0, homography: null });
  });
  test("HOG learns the built-in digits and what is none, is kept, and finds both digits of a page and nothing else", async () => {
    const trained = await ask("features train --data digits --limit 2000 --epochs 15 --ground");
    expect(trained.accuracy).toBeGreaterThan(0.8);
    expect(trained.classifier).toBe(join("runs", "hog-digits", "classifier.safetensors"));
    const { test: digits } = await data.digits();
    const page = { width: 180, height: 90, channels: 1 as const, pixels: new Uint8Array(180 * 90) };
    const put = (n: number, left: number, top: number, scale: number) => {
      for (let i = 0; i < 28 * scale; i++)
        for (let j = 0; j < 28 * scale; j++)
          page.pixels[(top + i) * 180 + left + j] =
            digits.images[n * 784 + Math.floor(i / scale) * 28 + Math.floor(j / scale)];
    };
    put(10, 16, 20, 2); // classes stand in turn: picture 5 is a 5
    put(5, 100, 20, 2);
    await writeFile(join(folder, "page.png"), encodePng(page));
    const { boxes, output } = await ask(
      `features detect page.png --classifier ${trained.classifier} --threshold 0.3`,
    );
    const near = (left: number, top: number, width: number) =>
      boxes.filter(
        (box: features.ScoredBox) => features.overlap(box, { x: left, y: top, width, height: width }) > 0.4,
      );
    expect(near(16, 20, 56)).toHaveLength(1);
    expect(near(100, 20, 56).map((box: { class: string }) => box.class)).toEqual(["5"]);
    expect(boxes).toHaveLength(2);
    expect(output).toBe("page-detect.png");
  });
  test("by hand against learned, on few pictures", async () => {
    const { results } = await ask(
      "features compare --data digits --images 100,200 --limit 200 --epochs 1 --threads 1 --output both.png",
    );
    expect(results.map((r: { method: string; images: number }) => `${r.method} ${r.images}`)).toEqual([
      "HOG + linear SVM 100",
      "lenet5 100",
      "HOG + linear SVM 200",
      "lenet5 200",
    ]);
    for (const { accuracy } of results) expect(accuracy).toBeGreaterThan(0.3);
    expect(await size("both.png")).toEqual([1300, 560]);
  }, 180_000); // six hundred steps of a network
  test("the first filter of a network that is Sobel's is told so", async () => {
    const model = nn.sequential("net", nn.conv2d({ filters: 2, kernel: 3 }), nn.flatten(), nn.dense(2));
    model.build([8, 8, 1]);
    const filters = model.parameters.get("conv1.filters")!;
    const [sobel, blur] = [features.kernels.sobelX.flat(), features.kernels.gaussian3.flat()];
    filters.set(sobel.flatMap((w, i) => [-0.3 * w, 2 * blur[i]]));
    await save(
      join(folder, "net.safetensors"),
      checkpointOf(model, { input: [8, 8, 1], data: { name: "none", classes: ["a", "b"] } }),
    );
    const { filters: found } = await ask("features nearest-kernels --checkpoint net.safetensors");
    expect(found).toMatchObject([
      { filter: 1, kernel: "sobelX", negative: true },
      { filter: 2, kernel: "gaussian3", negative: false },
    ]);
    expect(found[0].similarity).toBeCloseTo(1, 5);
  });

  test.each([
    [
      "filter cat.png --kernel [[1,2],[3]]",
      "error: filter: the kernel is ragged: row 1 has 1 number, row 0 has 2",
    ],
    [
      "filter cat.png --kernel [[1,2],[3,4]]",
      'error: filter: a kernel of 2×2 has no middle, expected odd edges (or padding "none")',
    ],
    [
      "filter cat.png --kernel [[1,null,2]]",
      "error: filter: the kernel has null in row 0, column 1, expected a number",
    ],
    [
      "filter cat.png --kernel gaussian:sigma=60",
      "error: filter: the kernel of 481×481 is larger than the picture of 160×200 pixels",
    ],
    [
      "filter cat.png --kernel [[0,-1",
      "error: --kernel [[0,-1: no table of numbers, expected rows such as [[0,-1,0],[-1,5,-1],[0,-1,0]]",
    ],
    [
      "filter cat.png --kernel sharpn",
      'error: there is no kernel "sharpn"; did you mean "sharpen"?; receptive filter --list shows all',
    ],
    [
      "filter cat.png --kernel gabor:wave=3",
      'error: --kernel gabor:wave=3: "wave=3" is no setting of gabor, expected gabor:wavelength=8,angle=0,phase=0',
    ],
    [
      "filter cat.png --output out.jpg",
      "error: --output out.jpg: pictures are written as PNG, expected a name that ends in .png",
    ],
    ["filter", "error: filter: which picture? receptive filter photo.jpg --kernel sharpen"],
    ["filter missing.png", "error: missing.png: no such file"],
    [
      "features template cat.png",
      "error: features template: name the picture to find with --template, or a part of the picture with --box",
    ],
    [
      "features template cat.png --box 190,0,20,20",
      "error: --box 190,0,20,20: reaches beyond the picture of 200×160 pixels",
    ],
    [
      "features canny cat.png --low 9 --high 3",
      "error: canny: low is 9 and high is 3, expected 0 ≤ low ≤ high",
    ],
    [
      "features hog cat.png --cell 100",
      "error: hog: a block of 2×2 cells of 100×100 pixels does not fit into the picture of 160×200 pixels",
    ],
    [
      "features train --data mnits",
      'error: there is no data set "mnits" (there are mnist, fashion-mnist, fashion-mnist-remapped, cifar10, cifar100, digits; or folder:PATH); did you mean "mnist"?',
    ],
  ])("%s: one line", async (line, message) => {
    const { code, stdout, stderr } = await receptive(line.split(" "), { folder });
    expect(stderr.trim()).toBe(message);
    expect(stdout).toBe("");
    expect(code).toBe(line.includes("missing") ? 1 : 2);
  });
});
