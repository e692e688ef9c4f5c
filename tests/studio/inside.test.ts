/** The room Inside: every number on the page is the one that the library computes in Node for the same network. */
import axe from "axe-core";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { data, explain, type Model, predict, tensor } from "../../src/index.js";
import { builtSite, missing, phone, type Site, widths } from "./built-site.js";
import { expectAccessible, expectWithin } from "./every-view.js";
import { shippedNetwork } from "./shipped-network.js";
import { drawSeven } from "./training.js";

const numberIn = (text: string | null | undefined): number =>
  Number((text ?? "").replaceAll("−", "-").replace("+", "").replace("=", "").trim());

/** As exactly as the page says them. */
const exactIn = (page: Page, grid: string): Promise<number[]> =>
  page
    .getByRole("grid", { name: grid, exact: true })
    .locator('[role="gridcell"]')
    .evaluateAll((cells) =>
      cells.map((cell) => {
        const said = cell.getAttribute("aria-label") ?? "";
        const [, number] = /([−\d.e]+|0)$/.exec(said.replace("a zero around the map", "0")) ?? [];
        return Number(number?.replaceAll("−", "-"));
      }),
    );

const settled = (page: Page) =>
  page.waitForFunction(
    () => /\d.*\.$/.test(document.querySelector("main h1")?.textContent ?? ""),
    undefined,
    {
      timeout: 60_000,
    },
  );

describe.skipIf(missing)(`Inside ${missing}`, () => {
  let site: Site;
  let model: Model;
  let picture: Uint8Array;
  let outputs: Awaited<ReturnType<typeof explain.layerOutputs>>;
  let testSet: data.Dataset;
  beforeAll(async () => {
    site = await builtSite();
    model = shippedNetwork(site);
    ({ test: testSet } = await data.digits());
    picture = testSet.images.slice(47 * 784, 48 * 784);
    outputs = await explain.layerOutputs(model, tensor(picture, [1, 28, 28, 1]));
  }, 120_000);
  afterAll(() => site?.close());

  const outputOf = async (layer: string) => (await outputs.get(layer)!.output.data()) as Float32Array;
  const weightsOf = async (path: string) => (await model.parameters.get(path)!.data()) as Float32Array;

  test("a filter, a neuron, a maximum, a rectifier and a class: windows, weights, products, sums, what is seen and what is moved", async () => {
    // Of this picture the unit is the greatest of its window.
    const picture = testSet.images.slice(7 * 784, 8 * 784);
    const outputs = await explain.layerOutputs(model, tensor(picture, [1, 28, 28, 1]));
    const outputOf = async (layer: string) => (await outputs.get(layer)!.output.data()) as Float32Array;
    const { page, faults, go } = await site.open("#/inside/flat?test=7&unit=conv2.12@3,5&map=3");
    await page.getByRole("grid", { name: "Products" }).waitFor({ timeout: 60_000 });
    const [pool, conv, filters, bias] = [
      await outputOf("maxPool1"),
      await outputOf("conv2"),
      await weightsOf("conv2.filters"),
      await weightsOf("conv2.bias"),
    ];
    const value = conv[(2 * 10 + 4) * 16 + 11];
    const input = (i: number, j: number, c: number) => pool[((2 + i) * 14 + 4 + j) * 6 + c];
    const weight = (i: number, j: number, c: number) => filters[((i * 5 + j) * 6 + c) * 16 + 11];
    const places = Array.from({ length: 25 }, (_, k) => [Math.floor(k / 5), k % 5] as const);
    const [inputs, weights, products] = [
      await exactIn(page, "Inputs"),
      await exactIn(page, "Weights"),
      await exactIn(page, "Products"),
    ];
    places.forEach(([i, j], k) => {
      expect(inputs[k]).toBeCloseTo(input(i, j, 2), 4);
      expect(weights[k]).toBeCloseTo(weight(i, j, 2), 5);
      expect(products[k]).toBeCloseTo(input(i, j, 2) * weight(i, j, 2), 4);
    });
    // Six maps and the bias make the engine's number.
    const parts = await page.locator(".piece").evaluateAll((all) => all.map((one) => one.textContent ?? ""));
    expect(parts).toHaveLength(6);
    let sum = bias[11];
    parts.forEach((said, c) => {
      const part = places.reduce((total, [i, j]) => total + input(i, j, c) * weight(i, j, c), 0);
      sum += part;
      expect(numberIn(said.split("exactly")[1])).toBeCloseTo(part, 2);
    });
    expect(sum).toBeCloseTo(value, 4);
    const four = Number(value.toPrecision(4));
    expect(numberIn(await page.locator(".sum output").textContent())).toBeCloseTo(four, 3);
    expect(numberIn(await page.locator(".card dd").first().textContent())).toBeCloseTo(four, 3);
    // What it sees, as the library has it.
    const box = explain.pixelsSeen(model, { layer: "conv2", unit: [2, 4] })!;
    expect(box).toEqual({ top: 2, left: 6, height: 14, width: 14 });
    await page.getByText("It sees rows 3 to 16, columns 7 to 20.").first().waitFor();
    // What it moves: the largest products of its number with the next weights.
    const dense = await weightsOf("dense1.weights");
    const [row, column] = [1, 2];
    const pooled = (await outputOf("maxPool2"))[(row * 5 + column) * 16 + 11];
    expect(pooled).toBe(value);
    const moved = Array.from({ length: 120 }, (_, u) => ({
      u,
      product: pooled * dense[((row * 5 + column) * 16 + 11) * 120 + u],
    }))
      .sort((a, b) => Math.abs(b.product) - Math.abs(a.product))
      .slice(0, 6);
    const told = await page
      .locator(".card section", { hasText: "Whom it moves most" })
      .locator("li")
      .evaluateAll((all) =>
        all.map((one) => [one.querySelector("button")?.textContent, one.querySelector("b")?.textContent]),
      );
    expect(told.map(([name]) => name)).toEqual(moved.map(({ u }) => `unit ${u + 1}`));
    told.forEach(([, product], k) => {
      expect(numberIn(product)).toBeCloseTo(moved[k].product, 2);
    });
    // The classes.
    const [reading] = await predict(model, tensor(picture, [1, 28, 28, 1]));
    const shares = await page.locator(".answer .share").allTextContents();
    expect(shares).toHaveLength(10);
    shares.forEach((text, k) => {
      const share = Number(/[\d.]+/.exec(text)![0]) / 100;
      expect(Math.abs(share - reading[k])).toBeLessThan(0.0006);
    });
    // Patches of the test pictures.
    const hits = (await explain.topActivations(model, testSet, { layers: "conv2", k: 9 })).get("conv2")![11];
    await page.getByText("of 2,000 test pictures", { exact: false }).last().waitFor();
    const patches = await page.locator(".card ol span").allTextContents();
    expect(patches.map(numberIn)).toEqual(hits.map(({ activation }) => Number(activation.toPrecision(3))));

    await go("#/inside/flat?test=7&unit=dense1.5&map=15");
    await page.locator("h1").getByText("Unit 5 of dense1").waitFor();
    const flat = await outputOf("maxPool2");
    const fifteenth = await exactIn(page, "Weights");
    places.forEach((_, k) => {
      expect(fifteenth[k]).toBeCloseTo(dense[(k * 16 + 14) * 120 + 4], 5);
    });
    expect((await exactIn(page, "Inputs"))[1]).toBeCloseTo(flat[16 + 14], 4);
    expect(numberIn(await page.locator(".sum output").textContent())).toBeCloseTo(
      (await outputOf("dense1"))[4],
      3,
    );
    await page.getByText("relu3 makes 0 of it: nothing of it goes on.").waitFor();

    await go("#/inside/flat?test=7&unit=maxPool1.3@5,6");
    await page.locator("h1").getByText("Map 3 of maxPool1").waitFor();
    const relu = await outputOf("relu1");
    const window = await exactIn(page, "Window");
    [0, 1, 28, 29].forEach((at, k) => {
      expect(window[k]).toBeCloseTo(relu[(8 * 28 + 10 + at) * 6 + 2], 4);
    });
    expect(Math.max(...window)).toBeCloseTo(pool[(4 * 14 + 5) * 6 + 2], 4);

    await go("#/inside/flat?test=7&unit=relu1.1@10,10");
    await page.locator("h1").getByText("Map 1 of relu1").waitFor();
    const before = (await outputOf("conv1"))[(9 * 28 + 9) * 6];
    expect(numberIn(await page.locator(".function b").textContent())).toBeCloseTo(before, 3);
    expect(numberIn(await page.locator(".function output").textContent())).toBeCloseTo(
      Math.max(before, 0),
      3,
    );

    await go("#/inside/flat?test=7&unit=dense3.8");
    await page.locator("h1").getByText("The score of 7").waitFor();
    expect(numberIn(await page.locator(".card dd").first().textContent())).toBeCloseTo(
      (await outputOf("dense3"))[7],
      2,
    );
    expect(faults).toEqual([]);
    await page.context().close();
  }, 120_000);

  test("a unit is reached, moved and read by keyboard alone; Esc frees it, the bar and the address follow, Back works; what is not there is said", async () => {
    const { page, faults, go } = await site.open("#/inside/flat?unit=conv2.1@1,1");
    await page.getByRole("grid", { name: "Products" }).waitFor({ timeout: 60_000 });
    const layers = page.getByRole("application", { name: "The layers of the network" });
    await page.getByRole("button", { name: "a test picture", exact: true }).focus();
    await page.keyboard.press("Tab");
    expect(await layers.evaluate((one) => one === document.activeElement)).toBe(true);
    for (const key of ["ArrowDown", "ArrowDown", "ArrowRight", "]", "]"]) await page.keyboard.press(key);
    await page.waitForFunction(() => location.hash.includes("unit=conv2.3@3,2"));
    const value = (await outputOf("conv2"))[(2 * 10 + 1) * 16 + 2];
    await page.waitForFunction(
      (shown) => document.querySelector(".card dd")?.textContent?.replace("−", "-") === shown,
      String(Number(value.toPrecision(4))),
    );
    expect(await page.locator(".bar .unit").textContent()).toContain("conv2·3 at 3, 2");
    await page.keyboard.press("PageDown");
    await page.waitForFunction(() => location.hash.includes("unit=relu2.3@3,2"));
    await page.keyboard.press("PageDown");
    await page.waitForFunction(() => location.hash.includes("unit=maxPool2.3@2,1"));
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => !location.hash.includes("unit="));
    await page.locator("h1").getByText("This 7 is read as 7").waitFor();
    // A pin goes along to other rooms, and back.
    await page.keyboard.press("u");
    await page.waitForFunction(() => location.hash.includes("unit="));
    const hash = await page.evaluate(() => location.hash);
    await page.getByRole("link", { name: "Kernels" }).click();
    await page.waitForFunction(
      () => location.hash.startsWith("#/kernels") && location.hash.includes("unit="),
    );
    await page.goBack();
    await page.waitForFunction((before) => location.hash === before, hash);
    await go("#/inside/flat?unit=conv7.1@1,1");
    await page.getByText("conv7 is not in this network; it has conv1, relu1,").waitFor();
    await go("#/inside/flat?unit=conv2.17@1,1");
    await page.getByText("conv2 is 10×10×16: it has no unit 17 at 1, 1.").waitFor();
    await page.getByRole("button", { name: "free it" }).click();
    await page.locator("h1").getByText("This 7 is read as 7").waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  }, 60_000);

  test("what is drawn is read and looked into, undone by Ctrl Z; pointing marks what is seen", async () => {
    const { page, faults } = await site.open("#/inside/flat");
    await settled(page);
    await page.getByRole("button", { name: "draw", exact: true }).click();
    await drawSeven(page);
    await page.getByText(/Your drawing is read as 7/).waitFor();
    await page.waitForFunction(() => location.hash.includes("draw="));
    await page.getByRole("button", { name: "done" }).click();
    const pool = page.locator(".layer", { hasText: "maxPool1" }).locator(".maps");
    await pool.hover({ position: { x: 30, y: 30 } });
    await page
      .locator("#inside-said")
      .getByText(/maxPool1 · 1, row 8, column 8: .*It sees rows 13 to 18, columns 13 to 18\./)
      .waitFor();
    expect(await page.locator(".over .dashed").count()).toBeGreaterThan(1);
    await page.locator("h1").click();
    await page.keyboard.press("Control+z");
    await page.getByText(/This 7 is read as 7/).waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  }, 60_000);

  test("on a phone the layers come one by one", async () => {
    const { page, faults } = await site.open("#/inside/flat?unit=conv2.12@3,5", phone);
    await page.getByText("conv2, 4 of 11").waitFor({ timeout: 60_000 });
    await page.getByRole("button", { name: "← maxPool1" }).click();
    await page.getByText("maxPool1, 3 of 11").waitFor();
    expect(await page.locator(".layer").count()).toBe(2);
    await page
      .locator(".layer", { hasText: "maxPool1" })
      .locator(".maps")
      .tap({ position: { x: 2, y: 2 } });
    await page.waitForFunction(() => location.hash.includes("unit=maxPool1.1@1,1"));
    expect(faults).toEqual([]);
    await page.context().close();
  }, 60_000);

  test("as a room: two draw calls, at most 3 ms of script; a click pins what lies there, the keyboard moves it; nothing moves by itself", async () => {
    const { page, faults } = await site.open("#/inside/space?unit=conv2.12@3,5");
    await page.getByRole("grid", { name: "Products" }).waitFor({ timeout: 60_000 });
    const stage = page.getByRole("application", { name: "The network as a room" });
    const canvas = stage.locator("canvas").first();
    const spent = () => canvas.evaluate((one) => [Number(one.dataset.calls), Number(one.dataset.script)]);
    const times: number[] = [];
    for (let k = 0; k < 8; k++) {
      await page.getByRole("button", { name: k % 2 ? "front" : "side" }).click();
      await page.evaluate(
        () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
      );
      const [calls, script] = await spent();
      expect(calls).toBeLessThanOrEqual(40);
      times.push(script);
    }
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(() =>
      (globalThis as unknown as { axe: typeof axe }).axe.run(document, { resultTypes: ["violations"] }),
    );
    expect(violations.map(({ id, nodes }) => `${id} ${nodes[0].html.slice(0, 200)}`)).toEqual([]);
    // Of a machine that does other things as well the quickest frames.
    expect(times.sort((a, b) => a - b)[1]).toBeLessThan(3);
    await page.getByRole("button", { name: "front" }).click();
    // Somewhere in the middle there is a map other than the picture.
    const { width: wide, height: high } = (await stage.boundingBox())!;
    for (let k = 0; k < 25; k++) {
      const [right, down] = [0.3 + 0.1 * (k % 5), 0.4 + 0.06 * Math.floor(k / 5)];
      await stage.click({ position: { x: right * wide, y: down * high } });
      const bar = (await page.locator(".bar .unit").textContent()) ?? "";
      if (!/conv2·12 at 3, 5|dense|relu[34]/.test(bar)) break;
    }
    await page.waitForFunction(
      () => /unit=\w+\.\d+@/.test(location.hash) && !location.hash.includes("conv2.12@3,5"),
    );
    const hash = await page.evaluate(() => location.hash);
    const [layer, ...numbers] = /unit=(\w+)\.(\d+)@(\d+),(\d+)/.exec(hash)!.slice(1);
    const [unit, row, column] = numbers.map((number) => Number(number) - 1);
    const [, , width, units] = outputs.get(layer)!.output.shape;
    const value = (await outputOf(layer))[(row * width + column) * units + unit];
    await page.waitForFunction(
      (shown) => document.querySelector(".card dd")?.textContent?.replace("−", "-") === shown,
      String(Number(value.toPrecision(4))),
    );
    await stage.focus();
    await page.keyboard.press("]");
    const next = `unit=${layer}.${((unit + 1) % units) + 1}@${row + 1},${column + 1}`;
    await page.waitForFunction((unit) => location.hash.includes(unit), next);
    const still = () => canvas.evaluate((one) => one.dataset.script);
    const before = await still();
    await page.waitForTimeout(400);
    expect(await still()).toBe(before);
    // Software that draws in place of a GPU says that it waits for itself.
    expect(faults.filter((said) => !said.includes("GPU stall due to ReadPixels"))).toEqual([]);
    await page.context().close();
  }, 60_000);

  test("without WebGL the room is a still picture, and says so", async () => {
    const { page, faults } = await site.open("#/");
    await page.addInitScript(() => {
      const get = HTMLCanvasElement.prototype.getContext;
      HTMLCanvasElement.prototype.getContext = function (
        this: HTMLCanvasElement,
        kind: string,
        ...more: unknown[]
      ) {
        return kind === "webgl2" ? null : get.call(this, kind as "2d", ...(more as []));
      } as typeof get;
    });
    await page.reload();
    await page.evaluate(() => {
      location.hash = "#/inside/space?unit=conv2.12@3,5";
    });
    await page.getByText("This browser has no WebGL 2 here").waitFor({ timeout: 60_000 });
    await page.waitForFunction(() => {
      const canvas = document.querySelector<HTMLCanvasElement>(".stage canvas:not(.gone)");
      if (!canvas) return false;
      const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
      return data.filter((_, i) => i % 4 === 3 && data[i] > 0).length > 10_000;
    });
    expect(faults).toEqual([]);
    await page.context().close();
  }, 60_000);

  const views = () => ({
    site,
    addresses: [
      "#/inside/flat?unit=conv2.12@3,5",
      "#/inside/flat?unit=dense1.5",
      "#/inside/flat?unit=maxPool1.3@5,6",
    ],
    settle: async (page: Page) => {
      await settled(page);
      await page.locator(".card").waitFor();
    },
  });
  test.each(["light", "dark"] as const)(
    "axe finds nothing, %s",
    (theme) => expectAccessible(views(), theme),
    60_000,
  );
  test.each(widths)(
    "nothing is wider than %s",
    (_, options, width) => expectWithin(views(), options, width),
    60_000,
  );
});
