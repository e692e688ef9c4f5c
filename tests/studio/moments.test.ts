/**
 * The twelve moments of a lecture that only a network at hand makes possible, one after the other in few pages. What other
 * files hold in full is shown here in short: 1 in `site.test.ts`, 2, 3 and 4 in `convolve.test.ts`, 8 and 12 in
 * `learned.test.ts`.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { classicKernels, nearestKernel } from "../../src/features/nearest-kernel.js";
import { decodeSafetensors } from "../../src/formats/safetensors.js";
import { encodeImage } from "../../src/images/index.js";
import {
  data,
  evaluate,
  fit,
  losses,
  type Model,
  models,
  optim,
  previewStep,
  principalComponents,
  projectionError,
} from "../../src/index.js";
import { enlarged, photograph, randomNumbers } from "../images/photographed-digits.js";
import {
  builtSite,
  desk,
  missing,
  numbersIn,
  type OpenPage,
  phone,
  type Site,
  settled,
} from "./built-site.js";
import { expectNothingWider, expectNoViolations } from "./every-view.js";
import { shippedNetwork } from "./shipped-network.js";
import { downloaded, drawSeven, ready } from "./training.js";

const number = (text: string): number => Number(text.replaceAll("−", "-").replaceAll(",", ""));

describe.skipIf(missing)(`moments ${missing}`, () => {
  let site: Site;
  let folder: string;
  let digits: { train: data.Dataset; test: data.Dataset };
  beforeAll(async () => {
    site = await builtSite();
    folder = await mkdtemp(join(tmpdir(), "receptive-moments-"));
    digits = await data.digits();
  }, 120_000);
  afterAll(async () => {
    await site?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const h1 = (page: Page, text: string | RegExp, ms = 30_000) =>
    page.locator("main h1").getByText(text).waitFor({ timeout: ms });

  /** What a page shows, on a desk and on a phone, in the light and in the dark. */
  async function expectFit(page: Page, address: string): Promise<void> {
    // Colours of buttons change within 120 ms.
    const become = async (colorScheme: "dark" | "light", { viewport }: typeof desk) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      await page.waitForTimeout(250);
    };
    await become("dark", desk);
    await expectNoViolations(page, address, false);
    await expectNothingWider(page, address, 1440);
    await become("light", phone);
    await expectNoViolations(page, address, true);
    await expectNothingWider(page, address, 390);
    await become("light", desk);
  }

  /** Numbers by name, to the last bit. */
  async function bitsOf(path: string): Promise<Map<string, string>> {
    const { tensors } = decodeSafetensors(new Uint8Array(await readFile(path)), path);
    return new Map(
      [...tensors].map(([name, { data }]) => [
        name,
        Buffer.from(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength).toString("base64"),
      ]),
    );
  }

  test("1 cover and ask, 2 check the slide, 3 flip it, 4 576 → 144 → 9", async () => {
    const { page, faults, go } = await site.open("#/convolve/forward?cover=1&t=0");
    await h1(page, /is covered/);
    await page.getByLabel("their sum").fill("3");
    await page.keyboard.press("Enter");
    await page.getByText("Right: 3.").waitFor();
    await go("#/convolve/forward?img=letter&f=3&t=25");
    await page.getByRole("button", { name: "check a printed result" }).click();
    await page.getByRole("button", { name: "what the slide prints" }).click();
    await page.locator("main").getByText("Four cells of 25 are not what this filter makes").first().waitFor();
    await go("#/convolve/forward?img=letter&t=25");
    await settled(page, "Map");
    expect((await numbersIn(page, "Map"))[0]).toEqual([3, 2, 2, 3, 1]);
    await page.getByRole("grid", { name: "Map", exact: true }).locator('[role="gridcell"]').first().focus();
    await page.keyboard.press("f");
    await page.waitForFunction(() => location.hash.includes("flip=1"));
    await settled(page, "Map");
    expect((await numbersIn(page, "Map"))[0]).toEqual([1, 2, 2, 2, 2]);
    for (const [at, weights] of [
      ["full", 576],
      ["local", 144],
      ["shared", 9],
    ]) {
      await go(`#/convolve/share?at=${at}`);
      await h1(page, `${weights} weights`);
    }
    expect(faults).toEqual([]);
    await page.context().close();
  });

  describe("a training", () => {
    let opened: OpenPage;
    beforeAll(async () => {
      opened = await site.open("#/train/step");
    }, 60_000);
    afterAll(() => opened?.page.context().close());

    /** The library's own network after 37 steps, in Node: the same seed, the same digits. */
    async function trainedThere(): Promise<Model> {
      const model = models.lenet5() as Model;
      model.build([28, 28, 1], { seed: 1 });
      const optimizer = optim.sgd({ lr: 0.05, momentum: 0.9 });
      const training = fit(model, digits.train, {
        ...{ loss: losses.crossEntropy(), optimizer, epochs: 3, batchSize: 128, seed: 1 },
      });
      let made = 0;
      for await (const { kind } of training) if (kind === "step" && ++made === 37) break;
      return model;
    }

    test("5 one step under the microscope: the gradient is the sum that is written out, the step is made and taken back", async () => {
      const { page, faults, go } = opened;
      await h1(page, /^Step 38 would take this weight from/, 60_000);
      await page.waitForFunction(() => location.hash === "#/train/step");
      const full = async (name: string) =>
        Number.parseFloat(
          ((await page.locator(`[data-weight="${name}"]`).textContent()) ?? "").replace("−", "-"),
        );
      const texts = (selector: string) => page.locator(selector).allTextContents();

      // Row 2, column 4 of filter 3, by keyboard from the middle of filter 1.
      await page.getByLabel("filter", { exact: true }).fill("3");
      await page.keyboard.press("Enter");
      await page.locator("main .under").getByText("row 3, column 3, filter 3").waitFor();
      await page.getByRole("grid", { name: "the weights" }).locator('[tabindex="0"]').focus();
      for (const key of ["ArrowUp", "ArrowRight", "Enter"]) await page.keyboard.press(key);
      await page.waitForFunction(() => location.hash === "#/train/step?w=conv1.filters@2,4,1,3");
      await page.locator("main .under").getByText("row 2, column 4, filter 3").waitFor();
      await page.locator("main .terms", { hasText: "100,352 products: 128 pictures × 784 places" }).waitFor();
      const before = await full("before");
      const after = await full("after");

      // Ten products and the rest are the gradient; the update is the optimizer's.
      const products = (await texts("main .product b")).map(number);
      expect(products).toHaveLength(10);
      const sizes = products.map(Math.abs);
      expect([...sizes].sort((a, b) => b - a)).toEqual(sizes);
      const rest = number((await page.locator("main .terms .rest b").textContent())!);
      const gradient = number((await page.locator("main .terms output").textContent())!);
      expect(products.reduce((a, b) => a + b, rest)).toBeCloseTo(gradient, 5);
      for (const line of await texts("main .product")) {
        const [, slope, input, product] = /^\s*\(?([−\d.e]+)\)? · ([\d.]+) = ([−\d.e]+)/.exec(line)!;
        expect(Math.abs(number(slope) * number(input) - number(product))).toBeLessThan(
          5e-4 * Math.abs(number(product)),
        );
      }
      const rows = (await texts("main tr")).map((row) => row.replaceAll("−", "-"));
      const [, carried, slope, momentum] =
        /momentum\s*0\.9 · \(?(-?[\d.e-]+)\)? \+ \(?(-?[\d.e-]+)\)?\s*= (-?[\d.e-]+)/
          .exec(rows[0])!
          .map(Number);
      expect(0.9 * carried + slope).toBeCloseTo(momentum, 4);
      expect(before - 0.05 * momentum).toBeCloseTo(after, 5);

      // The library, in Node, says the same of the same step.
      const model = await trainedThere();
      const there = (await model.parameters.get("conv1.filters")!.data())[(1 * 5 + 3) * 6 + 2];
      expect(before).toBeCloseTo(there, 4);
      const order = data.epochOrder(12_000, { seed: 1, epoch: 0 }).slice(37 * 128, 38 * 128);
      const { gradients } = await previewStep(model, digits.train, { places: order });
      expect(gradient).toBeCloseTo(gradients.get("conv1.filters")!.values![(1 * 5 + 3) * 6 + 2] as number, 4);

      await expectFit(page, "#/train/step");

      // Made, and taken back: all that a file of the training holds is what it was, to the last bit.
      await page.getByRole("link", { name: "to the training" }).click();
      await ready(page);
      const first = await downloaded(page, "save the checkpoint", folder, "before.safetensors");
      await page.goBack();
      await h1(page, /^Step 38 would take this weight from/);
      await page.getByRole("button", { name: "do it" }).click();
      await h1(page, /^Step 38 is made: the weight went from/);
      await page.getByText("✓ bit for bit").waitFor();
      expect(await full("now")).toBe(after);
      await page.getByRole("button", { name: "undo" }).click();
      await h1(page, /^Taken back: after step 37/);
      expect(await full("now")).toBe(before);
      await page.getByRole("link", { name: "to the training" }).click();
      await ready(page);
      const second = await downloaded(page, "save the checkpoint", folder, "after.safetensors");
      expect(await bitsOf(second)).toEqual(await bitsOf(first));

      // Of a dense layer as many products as pictures; of another step its own address.
      await go("#/train/step?at=40&w=dense3.weights@84,10");
      await h1(page, /^Step 41 would take this weight/);
      await page.locator("main .terms", { hasText: "128 products: 128 pictures" }).waitFor();
      await page.locator("main .under").getByText("dense3.weights, input 84, unit 10").waitFor();
      expect(faults).toEqual([]);
    }, 90_000);

    test("6 the time machine, 9 a filter knocked out: on from that step to the end of an epoch", async () => {
      const { page, faults, go } = opened;
      await go("#/train?epochs=1");
      await ready(page);
      await page.getByRole("button", { name: "all", exact: true }).click();
      await page.locator(".drive .first").click();
      await h1(page, /^Step 94 of 94: it reads/, 60_000);
      await drawSeven(page);
      await page
        .getByText(
          /^(First read|Read) as 7 (at step \d+; it last changed its mind at step \d+|from the first step on)\.$/,
        )
        .waitFor();
      const loss = page.locator(".plots .value").first();
      const late = await loss.textContent();
      await page.getByRole("slider", { name: "History" }).evaluate((input: HTMLInputElement) => {
        input.value = "2";
        input.dispatchEvent(new Event("input", { bubbles: true }));
      });
      await h1(page, "Back at step 2:");
      expect(number((await loss.textContent())!)).toBeGreaterThan(number(late!));
      await page.getByRole("slider", { name: "History" }).evaluate((input: HTMLInputElement) => {
        input.value = "94";
        input.dispatchEvent(new Event("input", { bubbles: true }));
      });
      await h1(page, /^Step 94 of 94/);
      await page.getByRole("button", { name: "what is lost without each?" }).click();
      await page.getByText("Figures: points of accuracy lost without it.").waitFor();
      const lost = (await page.locator(".filters figcaption span").allTextContents()).map(number);
      expect(lost).toHaveLength(6);
      expect(Math.min(...lost)).toBeLessThan(-1);
      expect(faults).toEqual([]);
    }, 90_000);

    test("11 a sheet of paper: of 30 digits at least 27 are cut out, each is read, and put right by keyboard", async () => {
      const { page, faults } = opened;
      const inks = Array.from({ length: 30 }, (_, i) =>
        enlarged(digits.test.images.slice(i * 784, (i + 1) * 784) as Uint8Array),
      );
      const place = (i: number) => ({ x: 0.12 + 0.152 * (i % 6), y: 0.12 + 0.19 * Math.floor(i / 6) });
      const sheet = photograph(
        inks[0],
        {
          ...{ width: 900, height: 760, turned: 2, jpeg: 2 },
          place: { ...place(0), size: 0.11 },
          light: (x, y) => 0.95 - 0.25 * x - 0.1 * y,
          more: inks.slice(1).map((ink, i) => ({ ...place(i + 1), ink })),
        },
        randomNumbers(1),
      );
      const path = join(folder, "sheet.png");
      await writeFile(path, await encodeImage(sheet, "png"));
      await page.locator('.sheet input[type="file"]').setInputFiles(path);
      await page.locator(".sheet ol button").first().waitFor({ timeout: 30_000 });
      expect(await page.locator(".sheet ol button").count()).toBeGreaterThanOrEqual(27);
      await page.locator(".sheet ol button").first().focus();
      await page.keyboard.press("3");
      await page.locator(".sheet ol b").first().getByText("3 ✓").waitFor();
      expect(faults).toEqual([]);
    }, 60_000);
  });

  test("7 shuffled pixels: LeNet-5 loses what it assumes, the dense network does not notice; 10 kernels grafted into the first layer", async () => {
    const { page, faults, go } = await site.open("#/train/shuffled?epochs=1");
    await page.getByRole("button", { name: "learn", exact: true }).click();
    await page.getByRole("button", { name: "cancel" }).click();
    await page.getByText("cancelled").waitFor();
    await page.getByRole("button", { name: "learn", exact: true }).click();
    await page.getByText("LeNet-5 with 61,706 weights").waitFor();
    await page.getByText("the dense network with 62,020").waitFor();
    await h1(page, /^Shuffled, LeNet-5 reads/, 60_000);
    const four = (await page.locator("main dd").allTextContents()).map((text) => Number.parseFloat(text));
    const [lenet, dense, lenetAfter, denseAfter] = four;
    expect(Math.min(lenet, dense)).toBeGreaterThan(80);
    expect(lenetAfter).toBeLessThan(lenet - 5);
    expect(Math.abs(denseAfter - dense)).toBeLessThan(3);
    await expectFit(page, "#/train/shuffled");

    // A slot gets another kernel, by keyboard and by address; what is held stays a kernel.
    await go("#/train/graft?epochs=1");
    await page.locator("main ol select").nth(3).selectOption("ridge4");
    await page.waitForFunction(() => location.hash.includes("k=sobelX,sobelY,ridge8,ridge4,gabor45,gabor90"));
    await page.locator("main ol select").nth(5).selectOption("-");
    await h1(page, "Five of six filters are kernels that people designed. Train the rest.");
    await page.getByRole("button", { name: "train both" }).click();
    await h1(
      page,
      /^With kernels by hand it reads [\d.]+\s% of the test pictures, with learned filters [\d.]+\s%\.$/,
      60_000,
    );
    const [byHand, learned] = [
      ...(await page.locator("main h1").textContent())!.matchAll(/([\d.]+)\s%/g),
    ].map(([, share]) => Number(share));
    expect(Math.min(byHand, learned)).toBeGreaterThan(80);
    const cosines = (await page.locator("main .near b").allTextContents()).map(Number);
    expect(cosines).toHaveLength(6);
    expect(Math.min(...cosines)).toBeGreaterThan(0.2);
    await expectFit(page, "#/train/graft");
    await page.getByRole("button", { name: "look into it" }).click();
    await page.waitForFunction(() => location.hash.startsWith("#/inside/flat"));
    await go("#/learned/filters?layer=conv1");
    await page.locator("main .near b").nth(5).waitFor();
    const near = (await page.locator("main .near .caption").allTextContents()).map((text) => text.trim());
    expect(near.slice(0, 5)).toEqual([
      "sobelX1.00",
      "sobelY1.00",
      "ridge81.00",
      "ridge41.00",
      "gabor line 45° λ 51.00",
    ]);
    expect(number(near[5].slice(-4))).toBeLessThan(1);
    expect(faults).toEqual([]);
    await page.context().close();
  }, 120_000);

  test("8 how far may it move, 12 fooled, retrained and fooled again; an autoencoder's code is dragged", async () => {
    const { page, faults, go } = await site.open("#/learned/filters");
    // Of the network that comes with the studio the nearest kernels are the library's.
    await page.locator("main .near b").nth(5).waitFor({ timeout: 60_000 });
    const model = shippedNetwork(site);
    const weights = (await model.parameters.get("conv1.filters")!.data()) as Float32Array;
    const among = classicKernels(5);
    const expected = Array.from({ length: 6 }, (_, f) => {
      const rows = Array.from({ length: 5 }, (_, i) =>
        Array.from({ length: 5 }, (_, j) => weights[(i * 5 + j) * 6 + f]),
      );
      const { kernel, similarity, negative } = nearestKernel(rows, among);
      return `${negative ? "−" : ""}${kernel.name}${similarity.toFixed(2)}`;
    });
    expect((await page.locator("main .near .caption").allTextContents()).map((text) => text.trim())).toEqual(
      expected,
    );

    await go("#/learned/shift?x=4");
    await page.locator("#shift-said", { hasText: "4 right" }).waitFor({ state: "attached" });
    await page
      .locator("main .under")
      .getByText(/At \d+ of 289 shifts/)
      .waitFor();

    await go("#/learned/fool?class=4");
    const fool = async () => {
      await page.locator("main button.first:not(:disabled)", { hasText: "fool it" }).click();
      await h1(page, /^Still this 7 to you. The network reads 3/, 30_000);
      const said = (await page.locator("main figcaption", { hasText: "‖change‖" }).textContent())!;
      return number(/= ([\d.]+)/.exec(said)![1]);
    };
    const easily = await fool();
    await page.getByRole("button", { name: "retrain with such pictures" }).click();
    await page
      .getByText(/^Of 100 test pictures \d+ could be made another class/)
      .waitFor({ timeout: 60_000 });
    const cells = (await page.locator("main table td").allTextContents()).map((text) => text.trim());
    const fooled = cells.filter((text) => / of 100$/.test(text)).map((text) => Number.parseInt(text, 10));
    expect(fooled).toHaveLength(2);
    expect(fooled[1]).toBeLessThan(fooled[0]);
    const accuracies = cells.filter((text) => /%$/.test(text)).map((text) => Number.parseFloat(text));
    const { accuracy } = await evaluate(model, digits.test);
    expect(accuracies[0]).toBeCloseTo(100 * accuracy, 1);
    expect(accuracies[1]).toBeGreaterThan(90);
    await expectFit(page, "#/learned/fool");
    // The retrained network is at hand: the same picture must change more.
    await page.getByRole("button", { name: "back to the network before" }).waitFor();
    const harder = await fool();
    expect(harder).toBeGreaterThan(easily);
    await page.getByText(/^The other network, with the same picture: \d+ steps?/).waitFor();
    await page.getByRole("button", { name: "back to the network before" }).click();
    await page.getByRole("button", { name: "the retrained network" }).waitFor();

    await go("#/learned/codes?of=autoencoder&code=2&epochs=1");
    await page.getByRole("button", { name: "train it" }).click();
    await h1(page, /^From 2 numbers: an error of/, 60_000);
    const [made, components] = /error of ([\d.]+); as many principal components have ([\d.]+)\./
      .exec((await page.locator("main h1").textContent())!)!
      .slice(1)
      .map(Number);
    expect(made).toBeLessThan(0.1);
    const there = await projectionError(await principalComponents(digits.train, 2), digits.test);
    expect(components).toBeCloseTo(there, 4);
    await page.getByText(/^This 7 has an error of/).waitFor();
    const picture = page.locator('canvas[aria-label="The picture that is made of the code"]');
    const drawn = () => picture.evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    const whole = await drawn();
    await page.getByRole("application", { name: /^The codes of/ }).focus();
    for (let i = 0; i < 6; i++) await page.keyboard.press("Shift+ArrowRight");
    await page.waitForFunction(() => /at=-?[\d.]+,-?[\d.]+/.test(location.hash));
    await page.waitForTimeout(200);
    expect(await drawn()).not.toBe(whole);
    await page.getByRole("button", { name: "back to this 7" }).click();
    await page.waitForTimeout(100);
    expect(await drawn()).toBe(whole);
    await expectFit(page, "#/learned/codes?of=autoencoder");
    expect(faults).toEqual([]);
    await page.context().close();
  }, 120_000);
});
