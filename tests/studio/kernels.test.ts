/** Kernels: every number that the page shows, against the library, the seeds and plain loops; and how the room behaves. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeImage, readImage } from "../../src/images/index.js";
import { features } from "../../src/index.js";
import { beak, birdRows, letterRows, rasterOf, usualParts } from "../../studio/src/rooms/kernels/builtin.js";
import { tableNames } from "../../studio/src/rooms/kernels/keys.js";
import { builtSite, missing, numbersIn, type OpenPage, type Site, widths } from "./built-site.js";
import { expectAccessible, expectWithin } from "./every-view.js";

const views = ["pixels", "filter", "template", "edges", "hog", "sift", "surf"];
const addresses = [
  ...views.map((view) => `#/kernels/${view}`),
  "#/kernels/pixels?src=cat&step=4",
  "#/kernels/filter?k=gabor&n=11&a=45&c=green&show=size",
  "#/kernels/template?src=cat&n=3",
  "#/kernels/edges?by=robinson",
  "#/kernels/edges?by=canny",
  "#/kernels/sift?match=1",
];

const photograph = (name: string) =>
  readImage(readFileSync(new URL(`../../studio/photographs/${name}.webp`, import.meta.url)));

/** As the page prints it: a true minus, thousands with commas. */
const number = (text: string | null): number => Number((text ?? "").replace("−", "-").replaceAll(",", ""));

describe.skipIf(missing)(`Kernels ${missing}`, () => {
  let site: Site;
  let opened: OpenPage;
  beforeAll(async () => {
    site = await builtSite();
    opened = await site.open("#/kernels/pixels");
  }, 120_000);
  afterAll(async () => {
    expect(opened?.faults).toEqual([]);
    await site?.close();
  });

  /** Until the picture is there and the newest answer is drawn. */
  async function still(page: Page = opened.page): Promise<void> {
    await page.waitForFunction(
      () =>
        document.querySelector("main h1") !== null &&
        document.querySelector(".picture canvas") !== null &&
        document.querySelector(".late") === null &&
        !/…$/.test(document.querySelector(".line")?.textContent?.trim() ?? ""),
    );
    await page.waitForTimeout(60);
  }
  const go = async (hash: string) => {
    await opened.go(hash);
    await still();
  };
  const says = (text: string) =>
    opened.page.locator("main").getByText(text, { exact: false }).first().waitFor({ timeout: 20_000 });
  const total = async () => number(await opened.page.locator(".total output").first().textContent());
  const sum = async () => number(await opened.page.locator(".sum b").last().textContent());

  describe("pixels", () => {
    test("the letter is 49 numbers, and grid and picture point at the same one", async () => {
      await go("#/kernels/pixels");
      await says("49 numbers from 0.0, paper, to 1.0, ink");
      expect(await numbersIn(opened.page, "Numbers")).toEqual(letterRows);
      await opened.page.getByRole("grid", { name: "Numbers" }).locator('[role="gridcell"]').nth(9).hover();
      await says("Row 2, column 3: 1, ink.");
    });
    test("what is drawn is in the address and in both", async () => {
      await go("#/kernels/pixels?img=0,0.5/1,0.25");
      expect(await numbersIn(opened.page, "Numbers")).toEqual([
        [0, 0.5],
        [1, 0.25],
      ]);
      await go("#/kernels/pixels");
      await opened.page.getByRole("grid", { name: "Numbers" }).locator('[role="gridcell"]').first().click();
      await opened.page.waitForFunction(() => location.hash.includes("img=1000000/0111110/"));
      await opened.page.keyboard.press("Control+z");
      await opened.page.waitForFunction(() => !location.hash.includes("img="));
    });
    test("every 2nd and 4th pixel: a quarter and a sixteenth are left, and the library's own", async () => {
      const cat = await photograph("cat");
      for (const [step, share] of [
        [2, "a quarter (÷4)"],
        [4, "a sixteenth (÷16)"],
      ] as const) {
        await go(`#/kernels/pixels?src=cat&step=${step}`);
        const [h, w] = [Math.ceil(cat.height / step), Math.ceil(cat.width / step)];
        await says(`${h}×${w} = ${(h * w).toLocaleString("en-US")} pixels in place of 133,504, ${share}`);
        const drawn = await opened.page.evaluate(() => {
          const canvas = document.querySelector<HTMLCanvasElement>('[aria-label^="What is kept"] canvas')!;
          const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d")!;
          copy.drawImage(canvas, 0, 0);
          const { data } = copy.getImageData(0, 0, canvas.width, 3);
          return {
            width: canvas.width,
            height: canvas.height,
            first: [...data.slice(canvas.width * 8, canvas.width * 8 + 3)],
          };
        });
        expect([drawn.height, drawn.width]).toEqual([h, w]);
        const at = 2 * step * cat.width * 3;
        // Browsers and libwebp decode to within a step or two of each other.
        for (const [c, value] of drawn.first.entries())
          expect(Math.abs(value - cat.pixels[at + c])).toBeLessThan(8);
      }
    });
  });

  describe("filter", () => {
    test("the page offers every kernel of the library's table", () => {
      expect([...tableNames].sort()).toEqual(Object.keys(features.kernels).sort());
    });

    // CS360 L14's table; the same stands in tests/seeds/kernels.test.ts.
    test.each([
      [
        "identity",
        "3×3",
        [
          [0, 0, 0],
          [0, 1, 0],
          [0, 0, 0],
        ],
      ],
      [
        "ridge4",
        "3×3",
        [
          [0, -1, 0],
          [-1, 4, -1],
          [0, -1, 0],
        ],
      ],
      [
        "ridge8",
        "3×3",
        [
          [-1, -1, -1],
          [-1, 8, -1],
          [-1, -1, -1],
        ],
      ],
      [
        "sharpen",
        "3×3",
        [
          [0, -1, 0],
          [-1, 5, -1],
          [0, -1, 0],
        ],
      ],
      [
        "boxBlur",
        "3×3, × 1/9",
        [
          [1, 1, 1],
          [1, 1, 1],
          [1, 1, 1],
        ],
      ],
      [
        "gaussian3",
        "3×3, × 1/16",
        [
          [1, 2, 1],
          [2, 4, 2],
          [1, 2, 1],
        ],
      ],
      [
        "gaussian5",
        "5×5, × 1/256",
        [
          [1, 4, 6, 4, 1],
          [4, 16, 24, 16, 4],
          [6, 24, 36, 24, 6],
          [4, 16, 24, 16, 4],
          [1, 4, 6, 4, 1],
        ],
      ],
      [
        "unsharp5",
        "5×5, × 1/256",
        [
          [-1, -4, -6, -4, -1],
          [-4, -16, -24, -16, -4],
          [-6, -24, 476, -24, -6],
          [-4, -16, -24, -16, -4],
          [-1, -4, -6, -4, -1],
        ],
      ],
    ] as const)("%s with its factor, its sum, and its answer on a photograph", async (name, shape, rows) => {
      await go(`#/kernels/filter?k=${name}&at=136,160`);
      expect(await numbersIn(opened.page, "Kernel")).toEqual(rows);
      await says(shape);
      const whole = features.kernels[name].flat().reduce((a: number, b) => a + b, 0);
      await says(Math.abs(whole) < 1e-9 ? "The weights sum to 0" : "The weights sum to 1");
      // The printed products are rounded; their sum is the library's number.
      const products = (await numbersIn(opened.page, "Products")).flat();
      expect(Math.abs(products.reduce((a, b) => a + b, 0) - (await sum()))).toBeLessThan(
        0.5 * products.length,
      );
      const coffee = await photograph("coffee");
      const { pixels } = await features.filter(
        { ...coffee, channels: 1, pixels: features.grey(coffee).values },
        features.kernels[name],
      );
      const expected = pixels[136 * coffee.width + 160];
      expect(Math.abs((await sum()) - expected)).toBeLessThan(6 + 0.02 * Math.abs(expected));
      expect(await opened.page.locator(".failed").count()).toBe(0);
    });

    test("on the letter of the lecture each sum is exact: 0.4 in the blur's first cell, borders included", async () => {
      const letter = rasterOf(letterRows);
      for (const [border, padding] of [
        ["mirror", "reflect"],
        ["zero", "zero"],
        ["repeat", "replicate"],
        ["wrap", "wrap"],
      ] as const) {
        const { pixels } = await features.filter(letter, features.kernels.softBlur, { padding });
        for (const [row, column] of [
          [0, 0],
          [1, 1],
          [6, 3],
        ]) {
          await go(`#/kernels/filter?src=letter&k=softBlur&beyond=${border}&at=${row},${column}`);
          expect(await sum()).toBeCloseTo(pixels[row * 7 + column], 5);
          expect(await opened.page.locator(".failed").count()).toBe(0);
        }
      }
      await go("#/kernels/filter?src=letter&k=softBlur&at=1,1");
      expect(await sum()).toBeCloseTo(0.4, 5);
    });

    test("Gaussian 5×5 is [1 4 6 4 1] twice over 256; ridges are no product", async () => {
      await go("#/kernels/filter?k=gaussian5");
      expect(await numbersIn(opened.page, "Column")).toEqual([[1], [4], [6], [4], [1]]);
      expect(await numbersIn(opened.page, "Row")).toEqual([[1, 4, 6, 4, 1]]);
      await says("5 + 5 weights in two passes do the work of 25");
      await go("#/kernels/filter?k=ridge4");
      await says("No column and row multiply to it");
    });

    test("a kernel of one's own of up to 11×11, normalised, and one pixel's sum of 121 terms", async () => {
      await go(
        `#/kernels/filter?src=birds&k=${"1".repeat(11)}${`/${"1".repeat(11)}`.repeat(10)}&beyond=zero&at=8,8`,
      );
      const under = birdRows.slice(3, 14).flatMap((row) => row.slice(3, 14));
      expect(await sum()).toBe(under.reduce((a, b) => a + b, 0));
      await says("of 109 smaller ones");
      await go("#/kernels/filter?src=letter&k=1,2,1/2,4,2/1,2,1&at=2,2");
      const before = await sum();
      await opened.page.getByRole("button", { name: "normalise" }).click();
      await opened.page.waitForFunction(() => location.hash.includes("0.0625,0.125"));
      await still();
      expect(await sum()).toBeCloseTo(before / 16, 5);
      await says("3×3, × 1/16");
    });

    test("pointing at a pixel of the result asks for its sum, and a click pins it", async () => {
      await go("#/kernels/filter?src=letter&k=sharpen");
      const result = opened.page.getByRole("application", { name: /^Result/ });
      const box = (await result.boundingBox())!;
      await opened.page.mouse.move(box.x + (4.5 / 7) * box.width, box.y + (2.5 / 7) * box.height);
      // Row 3, column 5 of the letter is ink; of its four neighbours the one above is, too.
      await says("Row 3, column 5: 1 becomes 4.");
      expect(await sum()).toBe(4);
      await opened.page.mouse.down();
      await opened.page.mouse.up();
      await opened.page.waitForFunction(() => location.hash.includes("at=2,4"));
      await opened.page.mouse.move(0, 0);
      await says("Row 3, column 5");
      await opened.page.keyboard.press("Escape");
      await opened.page.waitForFunction(() => !location.hash.includes("at="));
    });
  });

  describe("template", () => {
    test("a beak is found at both birds by the same 9 weights", async () => {
      await go("#/kernels/template");
      await says("Two places, the same 9 weights: 1.000 and 1.000.");
      await says("The template has 3×3 = 9 weights; a layer that sees the whole picture needs 26×28 = 728.");
      const weights = birdRows.slice(beak.y, beak.y + 3).map((row) => row.slice(beak.x, beak.x + 3));
      expect(await numbersIn(opened.page, "Template")).toEqual(weights);
      const rows = await opened.page
        .locator("tbody tr")
        .evaluateAll((all) =>
          all.map((row) => [...row.querySelectorAll("td")].slice(1).map((cell) => Number(cell.textContent))),
        );
      expect(rows).toEqual([
        [6, 2, 1],
        [18, 16, 1],
      ]);
    });
    test("as plain convolution: the sum of ones that meet ones", async () => {
      await go("#/kernels/template?how=response&at=5,1");
      expect(await sum()).toBe(6);
      expect(await total()).toBe(6);
    });
    test("the cat's other eye, with the library's score and place", async () => {
      await go("#/kernels/template?src=cat");
      const [part] = usualParts("cat", { width: 448, height: 298 });
      await says(
        `${part.height}×${part.width} = ${part.height * part.width} weights`.replace("1008", "1,008"),
      );
      const scores = await opened.page.locator("tbody .value").allTextContents();
      expect(scores[0]).toBe("1.000");
      expect(Number(scores[1])).toBeGreaterThan(0.85);
      const column = Number(await opened.page.locator("tbody tr").nth(1).locator("td").nth(2).textContent());
      expect(column).toBeGreaterThan(290);
    });
    test("of two templates the one that fits best is named; a flat one says why it cannot", async () => {
      await go("#/kernels/template?t=1.5.3.3,5.8.3.3&at=17,15");
      await says("template 1 1.000 ← fits best");
      await go("#/kernels/template?t=0.0.3.3");
      await says("the template is flat");
    });
    test("a frame that is dragged is the template", async () => {
      await go("#/kernels/template");
      const box = (await opened.page.getByRole("application", { name: /^Picture/ }).boundingBox())!;
      const at = (row: number, column: number) =>
        [box.x + ((column + 0.5) / 28) * box.width, box.y + ((row + 0.5) / 26) * box.height] as const;
      await opened.page.mouse.move(...at(16, 14));
      await opened.page.mouse.down();
      await opened.page.mouse.move(...at(18, 16), { steps: 4 });
      await opened.page.mouse.move(...at(19, 18), { steps: 4 });
      await opened.page.mouse.up();
      await opened.page.waitForFunction(() => location.hash.includes("t=14.16.5.4"));
    });
  });

  describe("edges", () => {
    test("Sobel's masks, the four numbers of a pixel, and their sums", async () => {
      await go("#/kernels/edges?src=letter&at=2,2");
      expect(await numbersIn(opened.page, "Mask of Gx")).toEqual([
        [-1, 0, 1],
        [-2, 0, 2],
        [-1, 0, 1],
      ]);
      expect(await numbersIn(opened.page, "Mask of Gy")).toEqual([
        [-1, -2, -1],
        [0, 0, 0],
        [1, 2, 1],
      ]);
      const { gx, gy, magnitude, orientation } = await features.sobel(rasterOf(letterRows));
      const at = 2 * 7 + 2;
      const [x, y, size, angle] = await opened.page.locator(".line b:last-child").allTextContents();
      expect(number(x)).toBeCloseTo(gx.values[at], 3);
      expect(number(y)).toBeCloseTo(gy.values[at], 3);
      expect(number(size)).toBeCloseTo(magnitude.values[at], 3);
      expect(number(angle.replace("°", ""))).toBeCloseTo((orientation.values[at] * 180) / Math.PI, 1);
      expect(await opened.page.locator(".failed").count()).toBe(0);
    });
    test("Robinson's eight masks by direction, the slide's two names beside them, and the strongest", async () => {
      await go("#/kernels/edges?src=letter&by=robinson&at=3,1");
      for (const [name, mask] of Object.entries(features.robinsonMasks))
        expect(
          await numbersIn(
            opened.page,
            `Mask ${name.replace(/([A-Z])/, (letter) => ` ${letter.toLowerCase()}`)}`,
          ),
        ).toEqual(mask);
      expect(await opened.page.locator(".rose .wide").allTextContents()).toEqual([
        "on the slide south west",
        "on the slide north east",
      ]);
      const { strength, direction } = await features.robinson(rasterOf(letterRows));
      const best = features.compassDirections[direction.values[3 * 7 + 1]];
      await says(`the mask ${best.replace(/([A-Z])/, (l) => ` ${l.toLowerCase()}`)} answers most`);
      expect(await sum()).toBe(strength.values[3 * 7 + 1]);
      expect(await opened.page.locator(".failed").count()).toBe(0);
    });
    test("Canny's edges are as many as the library's", async () => {
      await go("#/kernels/edges?src=birds&by=canny&blur=1&low=200&high=500");
      const { values } = await features.canny(rasterOf(birdRows), {
        sigma: 1,
        low: 200 / 255,
        high: 500 / 255,
      });
      await says(`${values.reduce((a, b) => a + b, 0)} pixels are edges`);
    });
  });

  describe("hog", () => {
    test("64×128 pixels make 3,780 numbers; a cell's histogram is the library's", async () => {
      await go("#/kernels/hog?at=13,25");
      await says(
        "The window of 128×64 pixels has 16×8 cells, which make 15×7 blocks of 4·9 = 36: 3,780 numbers",
      );
      const cat = await photograph("cat");
      const { histograms, cellColumns } = features.hog(cat);
      const expected = [...histograms.subarray((13 * cellColumns + 25) * 9, (13 * cellColumns + 26) * 9)];
      const shown = (await opened.page.locator("tbody .value").allTextContents()).map(number);
      expect(shown).toHaveLength(9);
      const size = expected.reduce((a, b) => a + b, 0);
      // A pixel that is decoded a step darker may vote for the next bin.
      for (const [k, value] of expected.entries())
        expect(Math.abs(shown[k] - value)).toBeLessThan(0.12 * size);
    });
    test("18 directions over a whole turn, cells of 16", async () => {
      await go("#/kernels/hog?cell=16&bins=18&whole=1");
      await says("8×4 cells, which make 7×3 blocks of 4·18 = 72: 1,512 numbers");
      expect(await opened.page.locator("tbody .value").count()).toBe(18);
      await says("340° to 360°");
    });
  });

  describe("points", () => {
    test.each([
      ["sift", 128],
      ["surf", 64],
    ] as const)(
      "%s: 100 points of %i numbers, each of length 1, with scale and direction",
      async (how, length) => {
        await go(`#/kernels/${how}`);
        await says(`finds 100 points, each described by ${length} numbers.`);
        await says(`= ${length} numbers, of length 1.00`);
        expect(await opened.page.locator(".picture svg g").count()).toBe(100);
        const coffee = await photograph("coffee");
        const { keypoints } =
          how === "sift" ? await features.sift(coffee, { most: 100 }) : features.surf(coffee, { most: 100 });
        const shown = await opened.page.locator(".picture svg g").evaluateAll((all) =>
          all.map((one) =>
            one
              .getAttribute("transform")!
              .match(/-?[\d.]+/g)!
              .map(Number),
          ),
        );
        // Decoders differ by a step of brightness here and there: nearly all points are the same.
        const found = keypoints.filter(({ x, y }) =>
          shown.some(([u, v]) => Math.hypot(u - x - 0.5, v - y - 0.5) < 1),
        );
        expect(found.length).toBeGreaterThan(75);
        await opened.page.getByRole("button", { name: "next →" }).click();
        await says("Point 2 of 100");
      },
    );
    test.each(["sift", "surf"])("%s: pairs lie where the picture was turned to", async (how) => {
      await go(`#/kernels/${how}?match=1&turn=40&most=200`);
      await says("agree on one homography");
      const [, pairs, right] = /^(\d+) pairs; (all of them|\d+) lie/.exec(
        (await opened.page.locator("h1").textContent())!,
      )!;
      expect(Number(pairs)).toBeGreaterThan(25);
      expect(right === "all of them" ? Number(pairs) : Number(right)).toBeGreaterThan(0.6 * Number(pairs));
      expect(await opened.page.locator("polygon.outline").count()).toBe(1);
    });
  });

  describe("pictures of one's own", () => {
    const png = Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAAAQAAAADCAAAAACRn/EaAAAAF0lEQVR4nGNgkLOJYhAxCshj0HBLaQIAEgcDDcg75OIAAAAASUVORK5CYII=",
      "base64",
    );
    test("chosen, it is shown; the link says that it is yours, and asks for it elsewhere", async () => {
      const { page, faults } = await site.open("#/kernels/filter");
      await still(page);
      await page
        .getByLabel("A picture of yours")
        .setInputFiles({ name: "small.png", mimeType: "image/png", buffer: png });
      await page.getByText("3×4").first().waitFor();
      await page.waitForFunction(() => location.hash.includes("src=mine"));
      const other = await site.open("#/kernels/filter?src=mine");
      await other.page.getByText("A file of yours is in no link").waitFor();
      await other.page.context().close();
      expect(faults).toEqual([]);
      await page.context().close();
    });
    test("of one column or one pixel: the page says why nothing is filtered, and shows the next one", async () => {
      const { page, faults } = await site.open("#/kernels/filter");
      await still(page);
      const file = page.getByLabel("A picture of yours");
      for (const [width, height] of [
        [1, 60],
        [1, 1],
      ]) {
        const pixels = new Uint8Array(width * height).fill(99);
        const buffer = Buffer.from(await encodeImage({ width, height, channels: 1, pixels }, "png"));
        await file.setInputFiles({ name: "thin.png", mimeType: "image/png", buffer });
        await page.getByText(`is larger than the picture of ${height}×${width} pixels`).waitFor();
      }
      await file.setInputFiles({ name: "small.png", mimeType: "image/png", buffer: png });
      await page.getByText("3×4").first().waitFor();
      expect(faults).toEqual([]);
      await page.context().close();
    });
    test.each([
      ["notes.txt", "text/plain", Buffer.from("no picture"), "notes.txt is text, not a picture."],
      ["empty.png", "image/png", Buffer.alloc(0), "empty.png is empty."],
      [
        "broken.jpg",
        "image/jpeg",
        Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 1]),
        "broken.jpg is no picture that this browser can read.",
      ],
    ])("%s says why it is none, and the picture before stays", async (name, mimeType, buffer, said) => {
      await go("#/kernels/filter");
      await opened.page.getByLabel("A picture of yours").setInputFiles({ name, mimeType, buffer });
      await says(said);
      await says("The picture before stays.");
      expect(await opened.page.locator(".picture").count()).toBe(2);
    });
    test("dropped on the page", async () => {
      await go("#/kernels/hog");
      await go("#/kernels/edges");
      await opened.page.evaluate(
        (bytes) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], "dropped.png", { type: "image/png" }));
          dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
        },
        [...png],
      );
      await opened.page.waitForFunction(() => location.hash.includes("src=mine"));
      await opened.page.locator(".bar").getByText("dropped.png").waitFor();
    });
  });

  const everyView = () => ({ site, addresses, settle: still });

  test.each(["light", "dark"] as const)(
    "axe finds nothing in any view, %s",
    (colorScheme) => expectAccessible(everyView(), colorScheme),
    120_000,
  );

  test.each(widths)(
    "no view is wider than %s",
    (_, options, width) => expectWithin(everyView(), options, width),
    60_000,
  );

  test("by keyboard alone: a picture is reached, its pixels walked, one pinned", async () => {
    const { page, faults } = await site.open("#/kernels/filter?src=letter&k=ridge4");
    await still(page);
    for (let stops = 0; stops < 60; stops++) {
      await page.keyboard.press("Tab");
      if (await page.evaluate(() => document.activeElement?.getAttribute("role") === "application")) break;
    }
    const spoken = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? "");
    expect(await spoken()).toBe("Picture, 7×7 pixels. Row 2, column 2: 1 becomes 2.");
    await page.keyboard.press("ArrowDown");
    expect(await spoken()).toContain("Row 3, column 2");
    await page.keyboard.press("End");
    expect(await spoken()).toContain("Row 3, column 7");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => location.hash.includes("at=2,6"));
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test("the camera: frames are filtered, the rate is shown, and it is off when the room is left", async () => {
    const {
      page,
      faults,
      go: to,
    } = await site.open("#/kernels/filter?src=webcam", { permissions: ["camera"] });
    await page.getByText("frames/s").waitFor({ timeout: 15_000 });
    await page.waitForFunction(
      () => Number(document.querySelector(".line b")?.textContent?.split(" ")[0]) > 1,
    );
    await page.getByText("240×320").first().waitFor();
    await to("#/kernels/edges?src=webcam");
    await page.getByText("frames/s").waitFor();
    await page.getByRole("button", { name: "hold this picture" }).click();
    expect(await page.getByText("frames/s").count()).toBe(0);
    await to("#/convolve/forward");
    expect(faults).toEqual([]);
    await page.context().close();
  }, 40_000);

  test("what a view loads when it is entered weighs at most 35 kB gzipped, and nothing of it comes before", async () => {
    for (const view of views) {
      const { page, go: to } = await site.open("#/convolve/forward");
      const loaded = () =>
        page.evaluate(() =>
          performance
            .getEntriesByType("resource")
            .map(({ name }) => name.split("/").at(-1)!)
            .filter((name) => /\.(js|css)$/.test(name)),
        );
      // What the shell fetches once a page stands is none of the view's.
      await expect.poll(loaded, { timeout: 20_000 }).toContainEqual(expect.stringMatching(/^dialogs-.*css$/));
      await page.waitForLoadState("networkidle");
      const before = new Set(await loaded());
      await to(`#/kernels/${view}`);
      // Up to the worker: what it brings is weighed in site.test.ts.
      const all = await loaded();
      const worker = all.findIndex((name) => name.startsWith("worker"));
      const weight = all
        .slice(0, worker < 0 ? undefined : worker)
        .filter((name) => !before.has(name))
        .reduce(
          (sum, name) =>
            sum + gzipSync(readFileSync(join(site.folder, "assets", name)), { level: 9 }).length / 1000,
          0,
        );
      expect(weight, view).toBeGreaterThan(4);
      expect(weight, view).toBeLessThan(35);
      await page.context().close();
    }
  });
});
