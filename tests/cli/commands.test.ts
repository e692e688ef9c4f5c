import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { digits } from "../../src/data/digits.js";
import { registry } from "../../src/models/index.js";
import { isBuilt, jsonLines, noPictures, receptive, temporaryFolder } from "./receptive.js";

describe.skipIf(!isBuilt)("receptive", () => {
  let folder: string;
  let remove: () => Promise<void>;
  beforeAll(async () => {
    ({ folder, remove } = await temporaryFolder());
  });
  afterAll(() => remove());
  const noKoffi = fileURLToPath(new URL("no-koffi.cjs", import.meta.url));
  const run = (line: string) => receptive(line.split(" "), { folder });

  test("--version, --version --json", async () => {
    const { version } = (await import("../../package.json", { with: { type: "json" } })).default;
    expect(await run("--version")).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
    const { stdout } = await run("--version --json");
    expect(JSON.parse(stdout)).toMatchObject({
      version,
      target: expect.stringMatching(/^(wasm|avx2|avx512)$/),
      threads: expect.any(Number),
    });
  });

  test("a target that there is not", async () => {
    const finished = await receptive(["--version", "--json"], {
      folder,
      environment: { RECEPTIVE_TARGET: "fast" },
    });
    expect(finished).toEqual({
      code: 1,
      stdout: "",
      stderr: 'error: RECEPTIVE_TARGET is "fast", expected one of native, avx512, avx2, wasm\n',
    });
  });

  test("where machine code is refused it says so once, if asked, and takes WebAssembly", async () => {
    const environment = {
      RECEPTIVE_TARGET: "",
      RECEPTIVE_DEBUG: "target",
      NODE_OPTIONS: `--require ${noKoffi}`,
    };
    const { code, stdout, stderr } = await receptive(["--version", "--json"], { folder, environment });
    expect(JSON.parse(stdout)).toMatchObject({ target: "wasm" });
    expect([code, stderr]).toEqual([
      0,
      "receptive: WebAssembly instead of machine code, because koffi cannot be loaded: hidden by a test\n",
    ]);
  });

  test.each([
    "--help",
    "train --help",
    "find-lr --help",
    "evaluate --help",
    "predict --help",
    "run --help",
    "convert --help",
    "summary --help",
    "data list --help",
  ])("%s shows an example", async (line) => {
    const { code, stdout } = await run(line);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Examples?:\n {2}\$ .*receptive /);
  });

  test("summary lenet5 --json", async () => {
    const { stdout } = await run("summary lenet5 --json");
    const summary = JSON.parse(stdout);
    expect(Object.keys(summary)).toEqual(["model", "input", "params", "macs", "layers"]);
    expect(summary).toMatchObject({ model: "lenet5", input: [28, 28, 1], params: 61706 });
    for (const layer of summary.layers)
      expect(Object.keys(layer)).toEqual(["name", "type", "output", "params", "macs", "receptiveField"]);
  });

  test("summary lenet5", async () => {
    const { stdout } = await run("summary lenet5");
    expect(stdout).toMatch(/^conv1 +conv2d +28×28×6 +156 +117,600 +5×5$/m);
    expect(stdout).toMatch(/^total +61,706/m);
  });

  test("models list names every model, its input and its parameters", async () => {
    const { code, stdout } = await run("models list");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^name +input +parameters +what\n/);
    expect(stdout).toMatch(/\nlenet5 +28×28×1 +61,706 +LeNet-5 with ReLU and max pooling\n/);
    expect(stdout).toMatch(/\nvgg16 +224×224×3 +138,357,544 +VGG; takes torchvision's weights\n/);
    const listed = JSON.parse((await run("models list --json")).stdout);
    expect(listed.map(({ name }: { name: string }) => name)).toEqual(Object.keys(registry));
  }, 60_000);

  test("data list names every data set and where it is", async () => {
    const { stdout } = await run("data list");
    expect(stdout).toMatch(/^mnist +28×28×1 +10 +60,000 +10,000 .* would be downloaded \(12 MB\)$/m);
    expect(stdout).toMatch(/^digits .* embedded$/m);
    const list = JSON.parse((await run("data list --json")).stdout);
    expect(list.find(({ name }: { name: string }) => name === "digits")).toMatchObject({
      train: 12000,
      test: 2000,
      source: { kind: "embedded" },
    });
  });

  const reading = "predict reads pictures with the only checkpoint there is, dark on light or light on dark";
  test.skipIf(noPictures)(`${reading}${noPictures}`, async () => {
    const trained = await run("train --data digits --limit 4000 --epochs 4 --json");
    expect(trained.code).toBe(0);
    const { test: pictures } = await digits();
    const { default: sharp } = await import("sharp");
    const seven = pictures.images.slice(7 * 784, 8 * 784);
    const raw = { raw: { width: 28, height: 28, channels: 1 as const } };
    await sharp(seven, raw).png().toFile(join(folder, "light.png"));
    await sharp(
      seven.map((v) => 255 - v),
      raw,
    )
      .resize(280)
      .jpeg()
      .toFile(join(folder, "dark.jpg"));
    const { stdout, stderr } = await run("predict light.png dark.jpg --top 2 --json");
    expect(stderr).toBe("");
    const [light, dark] = jsonLines(stdout);
    expect(light).toMatchObject({ image: "light.png", classes: [{ class: "7" }, {}] });
    expect(dark).toMatchObject({ image: "dark.jpg", classes: [{ class: "7" }, {}] });
    expect((await run("predict light.png --top 1")).stdout).toMatch(/^light\.png: 7 \([\d.]+ %\)\n$/);
  });
});
