/** Every worked number of the lectures about convolution, read from the page. The same stand in tests/seeds. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  avgPool2d,
  conv2d,
  elu,
  gradients,
  leakyRelu,
  maxPool2d,
  mul,
  relu,
  sigmoid,
  sum,
  tanh,
  tensor,
} from "../../src/index.js";
import { pictures } from "../../studio/src/rooms/convolve/pictures.js";
import { toTensor } from "../checks/close-to.js";
import { filter, picture } from "../textbook/numbers.js";
import { builtSite, missing, numbersIn, type OpenPage, type Site, settled } from "./built-site.js";

describe.skipIf(missing)(`Convolve ${missing}`, () => {
  let site: Site;
  let opened: OpenPage;

  beforeAll(async () => {
    site = await builtSite();
    opened = await site.open("#/convolve/forward");
  }, 120_000);
  afterAll(async () => {
    expect(opened?.faults).toEqual([]);
    await site?.close();
  });

  const read = async (hash: string, label = "Map"): Promise<number[][]> => {
    await opened.go(hash);
    await settled(opened.page, label);
    return numbersIn(opened.page, label);
  };
  const says = (text: string) =>
    opened.page.locator("main").getByText(text, { exact: false }).first().waitFor({ timeout: 20_000 });

  describe("forward", () => {
    const maps: readonly (readonly [name: string, hash: string, map: number[][]])[] = [
      [
        "strokes, filter 1",
        "t=16",
        [
          [3, -1, -3, -1],
          [-3, 1, 0, -3],
          [-3, -3, 0, 1],
          [3, -2, -2, -1],
        ],
      ],
      [
        "strokes, filter 1, stride 2",
        "s=2&t=4",
        [
          [3, -3],
          [-3, 0],
        ],
      ],
      [
        "strokes, filter 2",
        "f=2&t=16",
        [
          [-1, -1, -1, -1],
          [-1, -1, -2, 1],
          [-1, -1, -2, 1],
          [-1, 0, -4, 3],
        ],
      ],
      [
        "columns on a square of ones",
        "img=square&t=9",
        [
          [2, 4, 2],
          [3, 6, 3],
          [2, 4, 2],
        ],
      ],
      [
        "letter, corner",
        "img=letter&t=25",
        [
          [3, 2, 2, 3, 1],
          [2, 0, 2, 1, 0],
          [2, 2, 1, 0, 0],
          [3, 1, 0, 0, 0],
          [1, 0, 0, 0, 0],
        ],
      ],
      [
        "letter, identity",
        "img=letter&f=2&t=25",
        [
          [1, 1, 1, 1, 1],
          [1, 0, 0, 1, 0],
          [1, 0, 1, 0, 0],
          [1, 1, 0, 0, 0],
          [1, 0, 0, 0, 0],
        ],
      ],
      [
        "letter, blur",
        "img=letter&f=3&t=25",
        [
          [0.4, 0.5, 0.5, 0.5, 0.4],
          [0.5, 0.6, 0.5, 0.6, 0.3],
          [0.5, 0.5, 0.4, 0.2, 0.1],
          [0.5, 0.6, 0.2, 0.1, 0],
          [0.4, 0.3, 0.1, 0, 0],
        ],
      ],
      [
        "letter, downsampled by sums",
        "img=letter&k=2×2&s=2&t=9",
        [
          [3, 3, 1],
          [3, 1, 0],
          [1, 0, 0],
        ],
      ],
      [
        "letter, downsampled by means",
        `img=letter&k=${encodeURIComponent("2×2 mean")}&s=2&t=9`,
        [
          [0.75, 0.75, 0.25],
          [0.75, 0.25, 0],
          [0.25, 0, 0],
        ],
      ],
      [
        "seven, filter 1",
        "img=seven&t=16",
        [
          [1, 2, 2, 5],
          [-1, -2, 2, 0],
          [0, 5, 1, 1],
          [3, 0, 1, 0],
        ],
      ],
      [
        "seven, stride 3",
        "img=seven&s=3&t=4",
        [
          [1, 5],
          [3, 0],
        ],
      ],
      [
        "seven, filter 2",
        "img=seven&f=2&t=16",
        [
          [-1, -2, -4, -1],
          [1, -2, -2, -2],
          [-4, -1, -1, 1],
          [-1, -2, 1, 0],
        ],
      ],
      [
        "seven, stride 2, what is over ignored",
        "img=seven&s=2&t=4",
        [
          [1, 2],
          [0, 1],
        ],
      ],
      [
        "seven, stride 2, filled with zeros",
        "img=seven&s=2&p=same&t=9",
        [
          [1, 2, 1],
          [0, 1, 0],
          [0, 0, 0],
        ],
      ],
    ];
    test.each(maps)("%s", async (_, hash, map) => {
      expect(await read(`#/convolve/forward?${hash}`)).toEqual(map);
    });

    test("the letter under the turned corner, and the stroke's filter that turning does not change", async () => {
      expect((await read("#/convolve/forward?img=letter&flip=1&t=25"))[0]).toEqual([1, 2, 2, 2, 2]);
      const straight = await read("#/convolve/forward?t=16");
      expect(await read("#/convolve/forward?flip=1&t=16")).toEqual(straight);
      await says("symmetric about its middle");
    });

    test("two filters make 2×4×4", async () => {
      await opened.go("#/convolve/forward?t=16");
      await says("2×4×4");
      expect(await numbersIn(opened.page, "Map of filter 2")).toEqual(maps[2][2]);
    });

    test("9 weights against 576; (6 − 3)/1 + 1 = 4; (7 − 3)/2 + 1 = 3", async () => {
      await opened.go("#/convolve/forward?t=16");
      await says("9 weights");
      await says("576");
      await says("(6 − 3)/1 + 1 = 4");
      const map = await read("#/convolve/forward?h=7&s=2&t=9");
      expect([map.length, map[0].length]).toEqual([3, 3]);
      await says("(7 − 3)/2 + 1 = 3");
    });

    test("each place shows its products, and their sum is the map's number", async () => {
      await opened.go("#/convolve/forward?t=16");
      const { page } = opened;
      const map = await numbersIn(page, "Map");
      for (let i = 0; i < 16; i++) {
        await page
          .getByRole("grid", { name: "Map", exact: true })
          .locator('[role="gridcell"]')
          .nth(i)
          .focus();
        const products = (await numbersIn(page, "Products")).flat();
        const total = Number((await page.locator(".total output").textContent())!.replace("−", "-"));
        expect(total).toBe(map[Math.floor(i / 4)][i % 4]);
        expect(products.reduce((a, b) => a + b, 0)).toBe(total);
      }
    });

    test("letters: y₁₁ = α₁₁x₁₁ + α₁₂x₁₂ + α₂₁x₂₁ + α₂₂x₂₂ + α₀, to y₂₂", async () => {
      const { page } = opened;
      const sums = [
        "α₁₁x₁₁ + α₁₂x₁₂ + α₂₁x₂₁ + α₂₂x₂₂ + α₀",
        "α₁₁x₁₂ + α₁₂x₁₃ + α₂₁x₂₂ + α₂₂x₂₃ + α₀",
        "α₁₁x₂₁ + α₁₂x₂₂ + α₂₁x₃₁ + α₂₂x₃₂ + α₀",
        "α₁₁x₂₂ + α₁₂x₂₃ + α₂₁x₃₂ + α₂₂x₃₃ + α₀",
      ];
      const { rows, filters, bias } = pictures.small;
      const map = await conv2d(
        toTensor(picture(rows.map((r) => [...r]))),
        toTensor(filter(filters[0].rows.map((r) => [...r]))),
      ).data();
      for (const [i, sum] of sums.entries()) {
        await opened.go(`#/convolve/forward?img=small&show=letters&t=${i + 1}`);
        const text = (await page.locator(".sum .terms").textContent())!.replace(/\s+/g, " ").trim();
        expect(text).toBe(`${sum} = ${map[i] + bias}`.replace("-", "−"));
      }
    });

    test("checking the printed blur marks four cells of 25", async () => {
      const { page } = opened;
      await opened.go("#/convolve/forward?img=letter&f=3&t=25");
      await page.getByRole("button", { name: "check a printed result" }).click();
      await page.getByRole("button", { name: "what the slide prints" }).click();
      await says("Four cells of 25 are not what this filter makes");
      const wrong = await page
        .getByRole("grid", { name: "Map", exact: true })
        .locator(".wrong")
        .evaluateAll((cells) =>
          cells.map((cell) => [cell.getAttribute("data-row"), cell.getAttribute("data-column")].join()),
        );
      expect(wrong).toEqual(["1,0", "1,1", "1,2", "2,1"]);
    });
  });

  test("channels: three sums and the bias are the map; 76 and 456 parameters", async () => {
    const { page } = opened;
    const map = await read("#/convolve/channels?t=9");
    for (let i = 0; i < 9; i++) {
      await page.getByRole("grid", { name: "Map", exact: true }).locator('[role="gridcell"]').nth(i).focus();
      const parts = (await page.locator(".part-sum output").allTextContents()).map((text) =>
        Number(text.replace("−", "-")),
      );
      expect(parts.reduce((a, b) => a + b, 1)).toBe(map[Math.floor(i / 3)][i % 3]);
      for (const [c, name] of ["red", "green", "blue"].entries())
        expect((await numbersIn(page, `products for ${name}`)).flat().reduce((a, b) => a + b, 0)).toBe(
          parts[c],
        );
    }
    await says("27 weights");
    await opened.go("#/convolve/channels");
    await says("28×28×1");
    await says("76 parameters");
    await opened.go("#/convolve/channels?n=6");
    await says("28×28×6");
    expect(await page.locator(".more b").allTextContents()).toEqual(["28×28×6", "456"]);
  });

  describe("pool", () => {
    test.each([
      [
        "strokes, filter 1",
        "t=4",
        [
          [3, 0],
          [3, 1],
        ],
      ],
      [
        "strokes, filter 2",
        "f=2&t=4",
        [
          [-1, 1],
          [0, 3],
        ],
      ],
      [
        "seven, greatest",
        "of=seven&t=4",
        [
          [2, 5],
          [5, 1],
        ],
      ],
      [
        "seven, mean",
        "of=seven&how=average&t=4",
        [
          [0, 2.25],
          [2, 0.75],
        ],
      ],
      [
        "seven, overlapping",
        "of=seven&s=1&t=9",
        [
          [2, 2, 5],
          [5, 5, 2],
          [5, 5, 1],
        ],
      ],
    ] as const)("%s", async (_, hash, map) => {
      expect(await read(`#/convolve/pool?${hash}`, "Pooled")).toEqual(map);
    });
    test("the new image is 2×2 with 2 channels; 400 filters of 8×8 make 3,168,400 numbers", async () => {
      await opened.go("#/convolve/pool?t=4");
      await says("The new image: 2×2, 2 channels");
      await says("3,168,400");
      expect(await numbersIn(opened.page, "Pooled map of filter 2")).toEqual([
        [-1, 1],
        [0, 3],
      ]);
    });
  });

  test("share: 576, 144, 9 weights; the shared ones make the map of filter 1; 10¹², 10⁸, 10⁴", async () => {
    const { page } = opened;
    for (const [at, n] of [
      ["full", 576],
      ["local", 144],
      ["shared", 9],
    ] as const) {
      await opened.go(`#/convolve/share?at=${at}`);
      expect(await page.locator("h1").textContent()).toContain(`${n} weights`);
      await settled(page, "The outputs as a map");
      const outputs = (await numbersIn(page, "Outputs"))[0];
      expect((await numbersIn(page, "The outputs as a map")).flat()).toEqual(outputs);
      if (at === "shared")
        expect(outputs).toEqual([3, -1, -3, -1, -3, 1, 0, -3, -3, -3, 0, 1, 3, -2, -2, -1]);
    }
    expect(await page.locator(".bars b").allTextContents()).toEqual(["10¹²", "10⁸", "10⁴"]);
  });

  test("activate: f(x) and f′(x) as the library has them, and the share of zeros", async () => {
    const functions = {
      sigmoid,
      tanh,
      relu,
      leaky: (x: Parameters<typeof relu>[0]) => leakyRelu(x, 0.1),
      elu: (x: Parameters<typeof relu>[0]) => elu(x),
    };
    for (const [name, f] of Object.entries(functions))
      for (const at of [-2.5, 0.7]) {
        const x = tensor([at]);
        const y = f(x);
        const [slope] = gradients(sum(y), [x]);
        const [value, rise] = [(await y.data())[0], (await slope.data())[0]];
        await opened.go(`#/convolve/activate?fn=${name}&x=${at}`);
        const said = (await opened.page.locator("h1").textContent())!.replaceAll("−", "-");
        const [, shown, sloped] = / is (\S+), its slope there is (\S+)\.$/.exec(said)!;
        expect(Number(shown)).toBeCloseTo(value, 3);
        expect(Number(sloped)).toBeCloseTo(rise, 3);
      }
    await opened.go("#/convolve/activate?fn=relu");
    expect(await read("#/convolve/activate?fn=relu", "Map after")).toEqual([
      [3, 0, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 0, 1],
      [3, 0, 0, 0],
    ]);
    await says("12 are 0 after it, 2 before");
  });

  describe("backward", () => {
    const x = [
      [1, 0, 2],
      [0, 1, 1],
      [2, 1, 0],
    ];
    const w = [
      [1, -1],
      [0, 2],
    ];
    const e = [
      [1, -1],
      [0.5, 2],
    ];
    test("the numbers of ∂E/∂F and ∂E/∂X are the gradients", async () => {
      const [X, F] = [toTensor(picture(x)), toTensor(filter(w))];
      const [dX, dF] = gradients(sum(mul(conv2d(X, F), toTensor(picture(e)))), [X, F]);
      const byFilter = await read("#/convolve/backward?show=numbers&t=4", "∂E/∂F");
      expect(byFilter.flat()).toEqual([...(await dF.data())]);
      const byPicture = await read("#/convolve/backward?by=picture&show=numbers&t=9", "∂E/∂X");
      expect(byPicture.flat()).toEqual([...(await dX.data())]);
    });
    test("all 4 and 9 equations, the border of zeros, and the turned filter", async () => {
      const { page } = opened;
      const equations = async () =>
        (await page.locator(".equations li").allTextContents()).map((text) =>
          text.replace(/\s+/g, " ").replace(/ = −?[\d.]+$/, ""),
        );
      await opened.go("#/convolve/backward?t=4");
      expect(await equations()).toEqual([
        "∂E/∂F₁₁ = X₁₁·∂E/∂O₁₁ + X₁₂·∂E/∂O₁₂ + X₂₁·∂E/∂O₂₁ + X₂₂·∂E/∂O₂₂",
        "∂E/∂F₁₂ = X₁₂·∂E/∂O₁₁ + X₁₃·∂E/∂O₁₂ + X₂₂·∂E/∂O₂₁ + X₂₃·∂E/∂O₂₂",
        "∂E/∂F₂₁ = X₂₁·∂E/∂O₁₁ + X₂₂·∂E/∂O₁₂ + X₃₁·∂E/∂O₂₁ + X₃₂·∂E/∂O₂₂",
        "∂E/∂F₂₂ = X₂₂·∂E/∂O₁₁ + X₂₃·∂E/∂O₁₂ + X₃₂·∂E/∂O₂₁ + X₃₃·∂E/∂O₂₂",
      ]);
      await opened.go("#/convolve/backward?by=picture&t=9");
      expect(await equations()).toEqual([
        "∂E/∂X₁₁ = F₁₁·∂E/∂O₁₁",
        "∂E/∂X₁₂ = F₁₂·∂E/∂O₁₁ + F₁₁·∂E/∂O₁₂",
        "∂E/∂X₁₃ = F₁₂·∂E/∂O₁₂",
        "∂E/∂X₂₁ = F₂₁·∂E/∂O₁₁ + F₁₁·∂E/∂O₂₁",
        "∂E/∂X₂₂ = F₂₂·∂E/∂O₁₁ + F₂₁·∂E/∂O₁₂ + F₁₂·∂E/∂O₂₁ + F₁₁·∂E/∂O₂₂",
        "∂E/∂X₂₃ = F₂₂·∂E/∂O₁₂ + F₁₂·∂E/∂O₂₂",
        "∂E/∂X₃₁ = F₂₁·∂E/∂O₂₁",
        "∂E/∂X₃₂ = F₂₂·∂E/∂O₂₁ + F₂₁·∂E/∂O₂₂",
        "∂E/∂X₃₃ = F₂₂·∂E/∂O₂₂",
      ]);
      const cells = async (label: string) =>
        page
          .getByRole("grid", { name: label, exact: true })
          .locator('[role="gridcell"] > span')
          .allTextContents();
      expect(await cells("The turned filter")).toEqual(["F₂₂", "F₂₁", "F₁₂", "F₁₁"]);
      expect((await cells("∂E/∂O with zeros around")).filter((text) => text === "0")).toHaveLength(12);
    });
  });

  test("backpool: the winners X₁₁ X₂₃ X₄₂ X₃₃ get the errors, all others 0; a moved maximum takes its error along", async () => {
    const { page } = opened;
    expect(await read("#/convolve/backpool", "The error of the picture")).toEqual([
      [0.5, 0, 0, 0],
      [0, 0, -2, 0],
      [0, 0, 7, 0],
      [0, 3, 0, 0],
    ]);
    await says("The winners are X₁₁, X₂₃, X₄₂, X₃₃.");
    await page.getByRole("button", { name: "move the maximum on" }).click();
    await page.locator("h1").getByText("X₃₄").waitFor();
    await settled(page, "The error of the picture");
    expect((await numbersIn(page, "The error of the picture"))[2]).toEqual([0, 0, 0, 7]);
  });

  test("upsample: pool → unpool → pool is the same; by repeating, too, but the places are lost", async () => {
    expect(await read("#/convolve/upsample", "Unpooled")).toEqual([
      [9, 0, 0, 0],
      [0, 0, 8, 0],
      [0, 0, 7, 0],
      [0, 6, 0, 0],
    ]);
    expect(await numbersIn(opened.page, "Pooled again")).toEqual([
      [9, 8],
      [6, 7],
    ]);
    await says("it is the same");
    expect((await read("#/convolve/upsample?how=repeat", "Unpooled"))[0]).toEqual([9, 9, 8, 8]);
  });

  test("learn: nine random numbers end at .1 … .2 … .1", async () => {
    const start = await read("#/convolve/learn?t=0", "θ");
    expect(start.flat().filter((v) => v < 0).length).toBeGreaterThan(0);
    expect(await read("#/convolve/learn?t=150", "θ")).toEqual([
      [0.1, 0.1, 0.1],
      [0.1, 0.2, 0.1],
      [0.1, 0.1, 0.1],
    ]);
    await says("The nine numbers are the blur");
    await opened.go("#/convolve/learn?rate=1&t=150");
    await says("the rate is too high");
  });

  test("text: Love my pet Lipstick under a filter of 2 words has 3 places, of which the greatest counts", async () => {
    const { page } = opened;
    const map = (await read("#/convolve/text?t=3")).flat();
    expect(map).toHaveLength(3);
    await says("4 − 2 + 1 = 3");
    await says("d×|x| = 4×4");
    expect(await page.locator("h1").textContent()).toBe(
      `The greatest of 3 places is ${Math.max(...map)}, at “${["Love my", "my pet", "pet Lipstick"][map.indexOf(Math.max(...map))]}”.`,
    );
    // A sentence of one's own goes through the worker.
    await page.getByLabel("Sentence", { exact: true }).fill("a cat sat on the mat");
    await says("|x| − m + 1 = 6 − 2 + 1 =");
    await settled(page, "Map");
    expect((await numbersIn(page, "Map")).flat()).toHaveLength(5);
    await page.getByLabel("Sentence", { exact: true }).fill("cat");
    await says("needs 2 words; there is 1.");
  });

  test("an edited picture and filter are computed by the library", async () => {
    const { page } = opened;
    await opened.go("#/convolve/forward?img=110000/110000/000000/000000/000000/000001&k=1,2/3,4&t=25");
    await settled(page, "Map");
    const image = ["110000", "110000", "000000", "000000", "000000", "000001"].map((row) =>
      [...row].map(Number),
    );
    const expected = await conv2d(
      toTensor(picture(image)),
      toTensor(
        filter([
          [1, 2],
          [3, 4],
        ]),
      ),
    ).data();
    expect((await numbersIn(page, "Map")).flat()).toEqual([...expected]);
    const pooled = await maxPool2d(toTensor(picture(image)), 3).data();
    const meaned = await avgPool2d(toTensor(picture(image)), 2, { stride: 1 }).data();
    const own = image.map((row) => row.join("")).join("/");
    expect((await read(`#/convolve/pool?m=${own}&w=3&s=3&t=9`, "Pooled")).flat()).toEqual([...pooled]);
    expect((await read(`#/convolve/pool?m=${own}&how=average&s=1&t=99`, "Pooled")).flat()).toEqual(
      [...meaned].map((v) => Number(v.toFixed(1))),
    );
  });
});
