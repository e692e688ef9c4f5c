/** The room Learned: what methods say on the page is what the library says in Node of the same network. */
import { readFileSync } from "node:fs";
import { unzipSync } from "fflate";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeImage } from "../../src/images/index.js";
import {
  data,
  evaluate,
  explain,
  type Model,
  predict,
  principalComponents,
  tensor,
} from "../../src/index.js";
import { certainty } from "../../studio/src/numbers/text.js";
import { builtSite, missing, type Site, widths } from "./built-site.js";
import { expectAccessible, expectWithin } from "./every-view.js";
import { shippedNetwork } from "./shipped-network.js";

/** As the studio prints it. */
const share = certainty;
const number = (text: string): number => Number(text.replaceAll("−", "-"));

describe.skipIf(missing)(`Learned ${missing}`, () => {
  let site: Site;
  let model: Model;
  let pictures: data.Dataset;
  beforeAll(async () => {
    site = await builtSite();
    model = shippedNetwork(site);
    ({ test: pictures } = await data.digits());
  }, 120_000);
  afterAll(() => site?.close());

  const said = (page: Page) => page.locator("#why-said").textContent();

  test("why: seven methods at the same pixel, for the class that is read and for another one; by keyboard; filters; patches", async () => {
    const { page, faults, go } = await site.open("#/learned/why");
    await page
      .locator("#why-said", { hasText: "Guided Grad-CAM" })
      .waitFor({ timeout: 60_000, state: "attached" });
    const images = tensor(pictures.images.slice(47 * 784, 48 * 784), [1, 28, 28, 1]);
    const mapsFor = async (target: number) => {
      const maps: { title: string; values: Float32Array }[] = [];
      for (const method of explain.heatMapMethods) {
        const map = await method.run(model, { images }, { target });
        maps.push({ title: method.title, values: (await map.data()) as Float32Array });
      }
      return maps;
    };
    const expectAt = async (maps: Awaited<ReturnType<typeof mapsFor>>, row: number, column: number) => {
      const text = (await said(page)) ?? "";
      expect(text).toContain(
        `Row ${row}, column ${column}: pixel ${pictures.images[47 * 784 + (row - 1) * 28 + column - 1]},`,
      );
      for (const { title, values } of maps) {
        const value = values[(row - 1) * 28 + column - 1];
        const greatest = values.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
        const found = number(new RegExp(`, ${title} ([−\\d.e]+?)(?:,|\\.$)`).exec(text)?.[1] ?? "");
        expect(Math.abs(found - value), title).toBeLessThan(2e-3 * greatest + 1e-9);
      }
    };
    const ofSeven = await mapsFor(7);
    await expectAt(ofSeven, 14, 14);
    const room = page.getByRole("application", { name: "The picture, and what each method says of it" });
    await room.focus();
    for (const key of ["ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowRight"])
      await page.keyboard.press(key);
    await expectAt(ofSeven, 10, 15);
    await page.getByLabel("class").selectOption("1");
    await page.waitForFunction(() => location.hash.includes("class=1"));
    await page.locator("h1").getByText("Which pixels of this 7 would speak for 0: seven answers.").waitFor();
    const before = ofSeven[0].values[9 * 28 + 14];
    const ofZero = await mapsFor(0);
    expect(ofZero[0].values[9 * 28 + 14]).not.toBe(before);
    await page.locator('main [data-class="0"]').waitFor();
    await expectAt(ofZero, 10, 15);
    await page.keyboard.press("Control+z");
    await page.locator("h1").getByText("speak for 7, as it is read").waitFor();

    await go("#/learned/filters?layer=conv2");
    await page.locator("h1").getByText("conv2 has 16 filters of 5×5×6: 2,400 weights.").waitFor();
    const weights = (await model.parameters.get("conv2.filters")!.data()) as Float32Array;
    const greatest = weights.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
    expect(await page.locator(".legend .ends").last().textContent()).toContain(
      `+${Number(greatest.toPrecision(3))}`,
    );
    expect(await page.locator("main figure canvas").count()).toBe(16);

    await go("#/learned/patches?unit=conv2.9@1,1");
    await page
      .locator("h1")
      .getByText("What 16 units of conv2 answer most to, in 2,000 test pictures.")
      .waitFor();
    const hits = (await explain.topActivations(model, pictures, { layers: "conv2", k: 9 })).get("conv2")!;
    const shown = await page
      .locator("main li:has(button)")
      .evaluateAll((all) =>
        all.map((one) => [...one.querySelectorAll("ol span")].map((span) => span.textContent ?? "")),
      );
    expect(shown.map((row) => row.map(number))).toEqual(
      hits.map((row) => row.map(({ activation }) => Number(activation.toPrecision(3)))),
    );
    expect(await page.locator("main li.here").textContent()).toContain("filter 9");
    // A unit is pinned where it answered most, and Inside shows it.
    await page.getByRole("button", { name: "filter 3", exact: true }).click();
    const [row, column] = hits[2][0].at;
    await page.waitForFunction(
      (unit) => location.hash.includes(unit),
      `unit=conv2.3@${row + 1},${column + 1}`,
    );
    expect(faults).toEqual([]);
    await page.context().close();
  }, 120_000);

  test("maximise, hide, fool, dream, style, shift and codes: their numbers are the library's", async () => {
    const { page, faults, go } = await site.open("#/learned/maximise?steps=24&seed=3");
    const h1 = (text: string | RegExp, ms = 30_000) =>
      page.locator("main h1").getByText(text).waitFor({ timeout: ms });
    const paint = async (verb: string) => {
      await page.locator("main button.first:not(:disabled)", { hasText: verb }).click({ timeout: 60_000 });
      await page.getByText(/^done in/).waitFor({ timeout: 60_000 });
    };
    const texts = (selector: string) => page.locator(selector).allTextContents();
    const significant = (value: number, digits = 3) => Number(value.toPrecision(digits));
    /** Two numbers of which each was rounded to three digits, by engines that differ in their last bits. */
    const near = (found: number, value: number, by = 0.02) =>
      expect(Math.abs(found - value), `${found} for ${value}`).toBeLessThanOrEqual(
        by * Math.abs(value) + 0.011,
      );

    // Classes: score before and after.
    await paint("grow");
    const target = [...Array(10).keys()];
    const grown = await explain.activationMaximisation(model, { target, steps: 24, seed: 3 });
    const scores = await texts("main figure figcaption");
    for (const k of target) {
      const [before, after] = scores[k].replace("score ", "").split(" → ").map(number);
      near(before, grown.before[k]);
      near(after, grown.scores[k]);
    }
    // Plain and L1 side by side: score, penalty, lit pixels.
    // Also where the address has a number that the list has not.
    expect(
      await page.locator("label.field", { hasText: "steps" }).locator("option:checked").textContent(),
    ).toBe("24");
    await go("#/learned/maximise?steps=16&reg=l1&l1=0.05&of=unit&unit=conv2.3@1,1");
    await page.getByText("the sum of its map of 10×10, 100 numbers").waitFor();
    await paint("grow");
    const held = { target: { layer: "conv2", unit: [2] }, steps: 16, regularisation: { l1: 0.05 } } as const;
    const lit = await explain.activationMaximisation(model, held);
    const shares = Array.from((await lit.images.data()) as Float32Array, (v) => v / 255);
    const l1 = page.locator("main figure:has(h2)", { hasText: "L1, λ = 0.05" });
    near(number((await l1.locator("figcaption").textContent())!.split(" → ")[1]), lit.scores[0]);
    const [, penalty, pixels] = /^penalty ([\d.]+); (\d+) pixels? lit$/.exec(
      (await l1.locator("p.caption").textContent())!,
    )!;
    near(Number(penalty), 0.05 * shares.reduce((a, b) => a + b, 0));
    expect(Math.abs(Number(pixels) - shares.filter((v) => v >= 64 / 255).length)).toBeLessThanOrEqual(2);
    // What runs on for long is stopped and kept, or left at once.
    await go("#/learned/maximise?steps=4096");
    await page.locator("main button.first:not(:disabled)", { hasText: "grow" }).click();
    await page.getByRole("button", { name: "stop, keep it" }).click();
    await page.getByText(/^stopped at step \d+ of 4,096$/).waitFor();
    await h1("pictures made for the network, not for you");
    await page.locator("main button.first", { hasText: "grow" }).click();
    await page.getByRole("button", { name: "cancel" }).click();
    await page.getByText("cancelled").waitFor();

    // Under the square, here and everywhere.
    await go("#/learned/hide?size=7&grey=black&at=9,14&test=47");
    const images = tensor(pictures.images.slice(47 * 784, 48 * 784), [1, 28, 28, 1]);
    const hidden = await explain.occlusion(model, images, { size: 7, stride: 1, value: 0, target: 7 });
    const map = (await hidden.map.data()) as Float32Array;
    const [before] = await hidden.before.data();
    const at = (row: number, column: number) => map[(row - 1) * 28 + column - 1];
    const saidAt = (row: number, column: number) =>
      page
        .locator("#hide-said", {
          hasText: `Square at row ${row}, column ${column}: 7 ${share(at(row, column))}, whole ${share(before)}`,
        })
        .waitFor({ state: "attached" });
    await page.locator("#hide-said", { hasText: "change" }).waitFor({ state: "attached" });
    await saidAt(9, 14);
    near(
      number(/change ([−\d.e]+?)\.$/.exec((await page.locator("#hide-said").textContent())!)![1]),
      at(9, 14) - before,
    );
    await page.getByRole("application", { name: /under a square/ }).focus();
    for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowDown");
    await saidAt(13, 14);
    await page.waitForFunction(() => location.hash.includes("at=13,14"));

    // Another class for the network alone.
    await go("#/learned/fool?class=4");
    await paint("fool it");
    const fooled = await explain.foolingImages(model, {
      classes: [3],
      from: images,
      step: 0.002,
      confidence: 0.9,
    });
    await h1(/^Still this 7 to you. The network reads 3, 9\d\.\d\s%\.$/);
    const start = images.values as Uint8Array;
    const changes = Array.from(fooled.images.values!, (v, i) => (v - start[i]) / 255);
    const norm = Math.hypot(...changes);
    const change = (await page.locator("main figcaption", { hasText: "‖change‖" }).textContent())!;
    near(number(/= ([\d.]+)/.exec(change)![1]), norm);
    expect(change).toContain(
      `the picture has ${significant(Math.hypot(...Array.from(start, (v) => v / 255)))};`,
    );
    near(number(/more than (\d+) of 255/.exec(change)![1]), 255 * Math.max(...changes.map(Math.abs)));
    await page.getByText(/read as 3 from step \d+ on/).waitFor();
    // Noise of which it is sure, by gradient and by evolution.
    await go("#/learned/fool?how=noise");
    await paint("fool it");
    await h1(/^10 of 10 pictures of nothing are read with 99 % or more after \d+ steps\.$/);
    await go("#/learned/fool?how=patterns");
    await page.locator("main button.first:not(:disabled)", { hasText: "fool it" }).click();
    await h1(/^([3-9]|10) of 10 pictures of nothing are read with 99 % or more after \d+ generations\.$/);
    await page.getByRole("button", { name: "stop, keep it" }).click();
    await page.getByText(/^(stopped|done in)/).waitFor();

    // Of a picture of one column the network says why it takes none.
    await go("#/learned/dream?octaves=1&iterations=1");
    const column = { width: 1, height: 400, channels: 1, pixels: new Uint8Array(400).fill(99) } as const;
    await page.locator("main input[type=file]").setInputFiles({
      name: "column.png",
      mimeType: "image/png",
      buffer: Buffer.from(await encodeImage(column, "png")),
    });
    await page.waitForFunction(() => location.hash.includes("src=mine"));
    await page.locator("main button.first:not(:disabled)", { hasText: "let it dream" }).click();
    await page.getByText("a 2×2 window does not fit into x of 224×1 pixels").waitFor();
    // A dream: octave and step, and what it does to the layer's answers.
    await go("#/learned/dream?src=coffee&octaves=2&iterations=3");
    await paint("let it dream");
    await page.locator("main figure h2", { hasText: "octave 2, step 6" }).waitFor();
    await h1(/^conv2 answers [\d.]+ times as strongly to its dream\.$/);
    const bars = (await texts("main .numbers")).map((text) => text.split(" → ").map(number));
    expect(bars).toHaveLength(12);
    const size = (k: 0 | 1) => bars.reduce((sum, pair) => sum + pair[k] ** 2, 0);
    expect(size(1)).toBeGreaterThan(1.3 * size(0));
    const [png] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "save the picture" }).click(),
    ]);
    expect(png.suggestedFilename()).toBe("dream.png");

    // A style: the loss is the sum of its parts, and has fallen.
    await go("#/learned/style?iterations=12");
    await paint("paint");
    const [from, to] = /from ([\d.]+) to ([\d.]+)\./
      .exec((await page.locator("main h1").textContent())!)!
      .slice(1)
      .map(Number);
    expect(to).toBeLessThan(from / 2);
    const parts = (await texts("main figcaption b")).map(number);
    expect(parts.slice(1).every((part) => part > 0)).toBe(true);

    // Moved: what is read, how far, everywhere, and how many of a thousand.
    await go("#/learned/shift?x=3&y=-2");
    await page.locator("#shift-said", { hasText: "3 right, −2 down" }).waitFor({ state: "attached" });
    const moved = new Uint8Array(784);
    for (let i = 0; i < 26; i++) for (let j = 3; j < 28; j++) moved[i * 28 + j] = start[(i + 2) * 28 + j - 3];
    const [reading] = await predict(model, tensor(moved, [1, 28, 28, 1]));
    const best = reading.indexOf(Math.max(...reading));
    expect(await page.locator("#shift-said").textContent()).toContain(
      `read as ${best}, ${share(reading[best])}; 7 ${share(reading[7])}`,
    );
    await page
      .locator("main figure h2", { hasText: "moved by whole pixels" })
      .getByText(share(reading[7]))
      .waitFor();
    const both = Uint8Array.from([...start, ...moved]);
    const answers = await explain.layerOutputs(model, tensor(both, [2, 28, 28, 1]), { layers: "relu4" });
    const codes = (await answers.get("relu4")!.output.data()) as Float32Array;
    const [own, other] = [codes.subarray(0, 84), codes.subarray(84)];
    const far = Math.hypot(...own.map((v, i) => v - other[i])) / Math.hypot(...own);
    near(
      number(
        (await page.locator("main .three figcaption span", { hasText: "relu4" }).locator("b").textContent())!,
      ),
      far,
    );
    const cells = page.locator("main td");
    await cells.first().waitFor();
    const rates = (await cells.allTextContents()).map(Number);
    expect(rates).toHaveLength(12);
    for (const right of [0, 5]) {
      const shifted = new Uint8Array(784_000);
      for (let row = 0; row < 28_000; row++)
        for (let j = right; j < 28; j++) shifted[row * 28 + j] = pictures.images[row * 28 + j - right];
      const { accuracy } = await evaluate(model, { ...data.part(pictures, 0, 1000), images: shifted });
      near(rates[right], 100 * accuracy, 0.002);
    }
    // With corners in place of the greatest fewer are read, at every shift.
    for (let right = 0; right < 6; right++) expect(rates[6 + right]).toBeLessThan(rates[right]);

    // Codes: who is nearest, by the whole code.
    await go("#/learned/codes");
    await h1(/^Nearest to this 7 are /);
    const all = await explain.layerOutputs(
      model,
      tensor(pictures.images.slice(0, 2000 * 784), [2000, 28, 28, 1]),
      { layers: "relu4" },
    );
    const rows = (await all.get("relu4")!.output.data()) as Float32Array;
    const mine = rows.subarray(47 * 84, 48 * 84);
    const distances = Array.from({ length: 2000 }, (_, i) => ({
      i,
      d: Math.hypot(...mine.map((v, k) => v - rows[i * 84 + k])),
    }))
      .filter(({ d }) => d > 0)
      .sort((a, b) => a.d - b.d)
      .slice(0, 12);
    const listed = await page.locator("main ol button").allTextContents();
    expect(listed.map((label) => Number(/^\s*test picture (\d+),/.exec(label)![1]))).toEqual(
      distances.map(({ i }) => i),
    );
    near(number(/distance of\s*([\d.]+)/.exec(listed[0])![1]), distances[0].d);
    const { mean, directions } = await principalComponents(tensor(rows.slice(), [2000, 84]), 2);
    let [along, total] = [0, 0];
    for (let i = 0; i < 2000; i++) {
      const off = mean.map((m, k) => rows[i * 84 + k] - m);
      total += off.reduce((sum, v) => sum + v * v, 0);
      for (const direction of directions) along += off.reduce((sum, v, k) => sum + v * direction[k], 0) ** 2;
    }
    expect(await page.locator("main .under").textContent()).toContain(
      `${share(along / total)} of their variance`,
    );
    await page.locator("main ol button").first().click();
    await page.waitForFunction((index) => location.hash.includes(`test=${index}`), distances[0].i);

    // What is taken along.
    const [zip] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "use it", exact: true }).click(),
    ]);
    expect(zip.suggestedFilename()).toBe("lenet5-digits-step282-use-it.zip");
    const inside = unzipSync(new Uint8Array(readFileSync((await zip.path())!)));
    expect(Object.keys(inside).sort()).toEqual([
      "README.md",
      "index.html",
      "model.safetensors",
      "use.js",
      "worker.js",
    ]);
    expect(inside["worker.js"].length).toBeGreaterThan(100_000);

    // The lecture's network, trained when it is asked for: 250 and 11,300 parameters, 121 terms.
    await go("#/learned/maximise?steps=8");
    await page.getByRole("button", { name: /train the lecture's network/ }).click({ timeout: 30_000 });
    await page.getByText("the sum of its map of 11×11, 121 numbers").waitFor({ timeout: 60_000 });
    await page
      .getByText("28×28 → 25@26×26 (250 parameters) → 25@13×13 → 50@11×11 (11,300 parameters)")
      .waitFor();
    await page.locator(".bar", { hasText: "done" }).waitFor({ timeout: 60_000 });
    await paint("grow");
    expect(await page.evaluate(() => location.hash)).toContain("preset=lee");
    expect(faults).toEqual([]);
    await page.context().close();
  }, 240_000);

  const views = () => ({
    site,
    addresses: [
      "#/learned/why",
      "#/learned/filters?layer=conv2",
      "#/learned/patches",
      "#/learned/maximise",
      "#/learned/maximise?of=layer&net=squeezenet&reg=l1",
      "#/learned/hide",
      "#/learned/fool",
      "#/learned/dream",
      "#/learned/style",
      "#/learned/shift",
      "#/learned/codes?dims=3",
    ],
    settle: async (page: Page) => {
      await page.waitForFunction(
        () =>
          /answers\.|weights\.|pictures\.$|Press |square over it|it dream|read as|Nearest/.test(
            document.querySelector("main h1")?.textContent ?? "",
          ),
        undefined,
        { timeout: 60_000 },
      );
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
