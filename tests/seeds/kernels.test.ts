import { describe, expect, test } from "vitest";
import { features } from "../../src/index.js";

const { kernels, robinsonMasks } = features;

/** Common factor times whole numbers, as the slides write kernels. */
const times = (factor: number, rows: number[][]) => rows.map((row) => row.map((w) => w * factor));

// Ananya Jana, CS360 Data Mining, lecture 14: the table "Operation, Kernel ω, Image result".
describe("the table of kernels", () => {
  test.each([
    [
      "identity",
      times(1, [
        [0, 0, 0],
        [0, 1, 0],
        [0, 0, 0],
      ]),
    ],
    [
      "ridge4",
      times(1, [
        [0, -1, 0],
        [-1, 4, -1],
        [0, -1, 0],
      ]),
    ],
    [
      "ridge8",
      times(1, [
        [-1, -1, -1],
        [-1, 8, -1],
        [-1, -1, -1],
      ]),
    ],
    [
      "sharpen",
      times(1, [
        [0, -1, 0],
        [-1, 5, -1],
        [0, -1, 0],
      ]),
    ],
    [
      "boxBlur",
      times(1 / 9, [
        [1, 1, 1],
        [1, 1, 1],
        [1, 1, 1],
      ]),
    ],
    [
      "gaussian3",
      times(1 / 16, [
        [1, 2, 1],
        [2, 4, 2],
        [1, 2, 1],
      ]),
    ],
    [
      "gaussian5",
      times(1 / 256, [
        [1, 4, 6, 4, 1],
        [4, 16, 24, 16, 4],
        [6, 24, 36, 24, 6],
        [4, 16, 24, 16, 4],
        [1, 4, 6, 4, 1],
      ]),
    ],
    [
      "unsharp5",
      times(-1 / 256, [
        [1, 4, 6, 4, 1],
        [4, 16, 24, 16, 4],
        [6, 24, -476, 24, 6],
        [4, 16, 24, 16, 4],
        [1, 4, 6, 4, 1],
      ]),
    ],
    [
      "corner",
      times(1, [
        [0, 0, 0],
        [0, 1, 1],
        [0, 1, 0],
      ]),
    ],
    [
      "downsampleSum",
      times(1, [
        [1, 1],
        [1, 1],
      ]),
    ],
  ] as const)("%s", (name, table) => expect(kernels[name]).toEqual(table));

  test("what leaves flat pictures as they are sums to 1, what finds ridges to 0", () => {
    const sum = (name: keyof typeof kernels) =>
      kernels[name].flat().reduce((total: number, w) => total + w, 0);
    for (const name of [
      "identity",
      "sharpen",
      "boxBlur",
      "gaussian3",
      "gaussian5",
      "unsharp5",
      "downsampleMean",
    ] as const)
      expect(sum(name)).toBeCloseTo(1, 12);
    for (const name of [
      "ridge4",
      "ridge8",
      "sobelX",
      "sobelY",
      "prewittX",
      "prewittY",
      "scharrX",
      "scharrY",
    ] as const)
      expect(sum(name)).toBe(0);
    expect(sum("softBlur")).toBeCloseTo(1, 12);
  });
  test("sharpening is the identity and the ridges; unsharp masking twice the identity less the blur", () => {
    const { identity, ridge4, sharpen, gaussian5, unsharp5 } = kernels;
    expect(identity.map((row, i) => row.map((w, j) => w + ridge4[i][j]))).toEqual(sharpen);
    unsharp5.forEach((row, i) => {
      row.forEach((w, j) => {
        expect(w).toBeCloseTo((i === 2 && j === 2 ? 2 : 0) - gaussian5[i][j], 14);
      });
    });
  });
});

describe("the lecture's blur and downsampling by the lab's own filter", () => {
  const letter = [
    [1, 1, 1, 1, 1],
    [1, 0, 0, 1, 0],
    [1, 0, 1, 0, 0],
    [1, 1, 0, 0, 0],
    [1, 0, 0, 0, 0],
  ];
  const picture = (rows: number[][]) => ({
    width: rows[0].length,
    height: rows.length,
    channels: 1,
    pixels: Uint8Array.from(rows.flat()),
  });
  test("0.1 around 0.2, with zeros around the picture: the first cell has 0.4, the corner below it 0.5", async () => {
    const { pixels } = await features.filter(picture(letter), kernels.softBlur, { padding: "zero" });
    expect(pixels[0]).toBeCloseTo(0.4, 6);
    expect(pixels[5]).toBeCloseTo(0.5, 6);
    expect(pixels[24]).toBeCloseTo(0, 6);
  });
  test("9 patches visited with stride 2 make 9 pixels: sums, and their quarters as means", async () => {
    const larger = [...letter.map((row) => [...row, 0]), Array(6).fill(0)];
    const sums = [3, 3, 1, 3, 1, 0, 1, 0, 0];
    const options = { stride: 2, padding: "none" } as const;
    const summed = await features.filter(picture(larger), kernels.downsampleSum, options);
    expect([summed.height, summed.width]).toEqual([3, 3]);
    expect([...summed.pixels]).toEqual(sums);
    const means = await features.filter(picture(larger), kernels.downsampleMean, options);
    expect([...means.pixels]).toEqual(sums.map((v) => v / 4));
  });
});

// The slides "Hand-crafted Features – Sobel Operator" and "– Robinson Compass Mask".
describe("masks for edges", () => {
  test("Sobel's vertical and horizontal mask", () => {
    expect(kernels.sobelX).toEqual([
      [-1, 0, 1],
      [-2, 0, 2],
      [-1, 0, 1],
    ]);
    expect(kernels.sobelY).toEqual([
      [-1, -2, -1],
      [0, 0, 0],
      [1, 2, 1],
    ]);
  });
  test("Robinson's masks that the lecture calls south west and north east", () => {
    expect(robinsonMasks.northWest).toEqual([
      [2, 1, 0],
      [1, 0, -1],
      [0, -1, -2],
    ]);
    expect(robinsonMasks.southEast).toEqual([
      [-2, -1, 0],
      [-1, 0, 1],
      [0, 1, 2],
    ]);
  });
  test("each mask is the one before turned by 45°: its rim moved on by one", () => {
    const rim = (m: readonly (readonly number[])[]) => [
      m[0][0],
      m[0][1],
      m[0][2],
      m[1][2],
      m[2][2],
      m[2][1],
      m[2][0],
      m[1][0],
    ];
    const masks = Object.values(robinsonMasks);
    masks.forEach((mask, i) => {
      const before = rim(masks[(i + 7) % 8]);
      expect(rim(mask)).toEqual([...before.slice(1), before[0]]);
    });
  });
});
