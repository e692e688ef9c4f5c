/** The image kernels of the lectures, and the classic ones beside them, as tables of numbers. */

/** A kernel: rows of weights, as a textbook prints them. It is laid over the picture as it stands, not mirrored. */
export type Matrix = readonly (readonly number[])[];

const scaled = (factor: number, rows: Matrix): Matrix => rows.map((row) => row.map((w) => w * factor));

const binomial5 = [
  [1, 4, 6, 4, 1],
  [4, 16, 24, 16, 4],
  [6, 24, 36, 24, 6],
  [4, 16, 24, 16, 4],
  [1, 4, 6, 4, 1],
];

/** The eight directions of a compass mask, turned step by step; the first one answers to what brightens to the right. */
const compass = {
  east: [
    [-1, 0, 1],
    [-2, 0, 2],
    [-1, 0, 1],
  ],
  northEast: [
    [0, 1, 2],
    [-1, 0, 1],
    [-2, -1, 0],
  ],
  north: [
    [1, 2, 1],
    [0, 0, 0],
    [-1, -2, -1],
  ],
  northWest: [
    [2, 1, 0],
    [1, 0, -1],
    [0, -1, -2],
  ],
  west: [
    [1, 0, -1],
    [2, 0, -2],
    [1, 0, -1],
  ],
  southWest: [
    [0, -1, -2],
    [1, 0, -1],
    [2, 1, 0],
  ],
  south: [
    [-1, -2, -1],
    [0, 0, 0],
    [1, 2, 1],
  ],
  southEast: [
    [-2, -1, 0],
    [-1, 0, 1],
    [0, 1, 2],
  ],
} as const;

/**
 * Robinson's eight masks by the direction in which the picture brightens, counter-clockwise from the right.
 * The lecture calls two of them by where the edge faces on its slide: its "north east" mask is `southEast` here and
 * its "south west" mask `northWest`.
 * Robinson: Edge detection by compass gradient masks, Computer Graphics and Image Processing 6, 1977.
 */
export const robinsonMasks = compass;

/**
 * The kernels by name. Those of the lectures: identity, ridge4, ridge8, sharpen, boxBlur, gaussian3, gaussian5,
 * unsharp5, softBlur, corner, downsampleSum, downsampleMean, sobelX, sobelY.
 * Sobel and Feldman 1968; Prewitt 1970; Scharr, doctoral thesis, Heidelberg 2000.
 */
export const kernels = {
  identity: [
    [0, 0, 0],
    [0, 1, 0],
    [0, 0, 0],
  ],
  ridge4: [
    [0, -1, 0],
    [-1, 4, -1],
    [0, -1, 0],
  ],
  ridge8: [
    [-1, -1, -1],
    [-1, 8, -1],
    [-1, -1, -1],
  ],
  sharpen: [
    [0, -1, 0],
    [-1, 5, -1],
    [0, -1, 0],
  ],
  boxBlur: scaled(1 / 9, [
    [1, 1, 1],
    [1, 1, 1],
    [1, 1, 1],
  ]),
  gaussian3: scaled(1 / 16, [
    [1, 2, 1],
    [2, 4, 2],
    [1, 2, 1],
  ]),
  gaussian5: scaled(1 / 256, binomial5),
  unsharp5: scaled(-1 / 256, binomial5.with(2, binomial5[2].with(2, -476))),
  softBlur: [
    [0.1, 0.1, 0.1],
    [0.1, 0.2, 0.1],
    [0.1, 0.1, 0.1],
  ],
  corner: [
    [0, 0, 0],
    [0, 1, 1],
    [0, 1, 0],
  ],
  downsampleSum: [
    [1, 1],
    [1, 1],
  ],
  downsampleMean: [
    [0.25, 0.25],
    [0.25, 0.25],
  ],
  emboss: [
    [-2, -1, 0],
    [-1, 1, 1],
    [0, 1, 2],
  ],
  sobelX: compass.east,
  sobelY: compass.south,
  prewittX: [
    [-1, 0, 1],
    [-1, 0, 1],
    [-1, 0, 1],
  ],
  prewittY: [
    [-1, -1, -1],
    [0, 0, 0],
    [1, 1, 1],
  ],
  scharrX: [
    [-3, 0, 3],
    [-10, 0, 10],
    [-3, 0, 3],
  ],
  scharrY: [
    [-3, -10, -3],
    [0, 0, 0],
    [3, 10, 3],
  ],
} as const satisfies { [name: string]: Matrix };

/** The kernels that have a name, such as `sharpen`. */
export type KernelName = keyof typeof kernels;

/** What each kernel is for; `stride` where it is meant to be moved by more than one pixel. */
export const kernelNotes: {
  readonly [K in KernelName]: { readonly what: string; readonly stride?: number };
} = {
  identity: { what: "leaves the picture as it is" },
  ridge4: { what: "ridges and edges, four neighbours" },
  ridge8: { what: "ridges and edges, eight neighbours" },
  sharpen: { what: "sharpening: identity + ridges" },
  boxBlur: { what: "the mean of 3×3 pixels" },
  gaussian3: { what: "Gaussian blur 3×3, binomial" },
  gaussian5: { what: "Gaussian blur 5×5, binomial" },
  unsharp5: { what: "unsharp masking 5×5, amount 1: twice the picture less its blur" },
  softBlur: { what: "the lecture's blur, 0.1 around 0.2" },
  corner: { what: "the lecture's corner: right and below" },
  downsampleSum: { what: "sums of 2×2 pixels, in steps of 2", stride: 2 },
  downsampleMean: { what: "means of 2×2 pixels, in steps of 2", stride: 2 },
  emboss: { what: "relief, lit from the lower right" },
  sobelX: { what: "Sobel: brightens to the right" },
  sobelY: { what: "Sobel: brightens downwards" },
  prewittX: { what: "Prewitt: brightens to the right" },
  prewittY: { what: "Prewitt: brightens downwards" },
  scharrX: { what: "Scharr: brightens to the right, truer in angle than Sobel" },
  scharrY: { what: "Scharr: brightens downwards, truer in angle than Sobel" },
};
