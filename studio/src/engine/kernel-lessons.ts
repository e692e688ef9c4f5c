/** What the room Kernels asks of the library: pictures, and features by hand. Loaded with the first of these questions. */
import {
  asRaster,
  bestPlaces,
  canny,
  type Described as Features,
  filter,
  type gradientKernels,
  grey,
  hog,
  hogGlyphs,
  type Keypoint,
  keepsWhole,
  matchFeatures,
  matchTemplate,
  project,
  type Raster,
  ransacHomography,
  robinson,
  type SurfKeypoint,
  sift,
  sobel,
  surf,
} from "receptive/features";
import { readImage, resize } from "receptive/images";
import type { Rows } from "../numbers/rows.js";

/** A part of a picture, in pixels from its upper left. */
export interface Part {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type Beyond = "zero" | "reflect" | "replicate" | "wrap";
export type GradientName = keyof typeof gradientKernels;
export type PointsOf = "sift" | "surf";

/** One number a pixel, in rows from the top. */
export interface Numbers {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

export interface KernelQuestions {
  /**
   * Reads a picture, makes it no larger than `edge` pixels, and keeps it under its name for all other questions. From a
   * file, an address of this site, or pixels.
   */
  picture: { name: string; from: Blob | string | Raster; edge: number };
  /** Every so-manieth pixel of every so-manieth row. */
  subsampled: { picture: string; step: number };
  /** The kernel over every place; of the brightness, or of each channel by itself. */
  filtered: { picture: string; kernel: Rows; beyond: Beyond; isGrey: boolean };
  /** Parts of a picture as templates for the whole of it. */
  templates: { picture: string; parts: readonly Part[]; method: "response" | "normalised"; count: number };
  gradient: { picture: string; operator: GradientName };
  /** Robinson's eight masks. */
  compass: { picture: string };
  canny: { picture: string; sigma: number; low: number; high: number };
  hog: { picture: string; cell: number; bins: number; isSigned: boolean; window: Part };
  points: { picture: string; how: PointsOf; most: number };
  /**
   * Points of two pictures, and which belong together. The second is another picture, or the first one turned by degrees,
   * counter-clockwise, and scaled.
   */
  pairs: { picture: string; second: string | Turned; how: PointsOf; most: number; ratio: number };
}

export interface Turned {
  readonly turn: number;
  readonly zoom: number;
}

export interface Points {
  readonly keypoints: readonly (Keypoint | SurfKeypoint)[];
  readonly descriptors: Float32Array;
  readonly seconds: number;
}

export interface KernelAnswers {
  picture: Raster;
  subsampled: Raster;
  filtered: Raster & { readonly least: number; readonly greatest: number };
  templates: {
    readonly templates: readonly {
      readonly weights: Rows;
      readonly response: Numbers;
      readonly best: readonly { readonly x: number; readonly y: number; readonly score: number }[];
    }[];
  };
  gradient: {
    readonly gx: Numbers;
    readonly gy: Numbers;
    readonly magnitude: Numbers;
    readonly angle: Numbers;
  };
  compass: { readonly responses: readonly Numbers[]; readonly strength: Numbers; readonly best: Numbers };
  canny: { readonly edges: Numbers; readonly count: number };
  hog: {
    readonly cellRows: number;
    readonly cellColumns: number;
    /** Cells × bins. */
    readonly histograms: Float32Array;
    readonly blockRows: number;
    readonly blockColumns: number;
    /** The normalised blocks of the whole picture, each of 4·bins numbers. */
    readonly values: Float32Array;
    /** The library's picture of all cells: 16 pixels a cell, the strongest stroke 1. */
    readonly glyphs: Numbers;
    /** The window's own descriptor: how it is cut, and how many numbers it has. */
    readonly window: {
      cellRows: number;
      cellColumns: number;
      blockRows: number;
      blockColumns: number;
      length: number;
    };
  };
  points: Points;
  pairs: {
    readonly first: Points;
    readonly second: Points;
    /** The second picture, as it was looked at. */
    readonly picture: Raster;
    readonly matches: readonly { readonly from: number; readonly to: number; readonly ratio: number }[];
    /** Places in `matches` on which one homography agrees. */
    readonly agreeing: readonly number[];
    /** Where the first picture's corners lie in the second; undefined where no homography was found. */
    readonly outline: readonly { readonly x: number; readonly y: number }[] | undefined;
  };
}

type KernelRules = {
  readonly [K in keyof KernelQuestions]: (asked: KernelQuestions[K]) => Promise<KernelAnswers[K]>;
};

const mostKept = 8;
const kept = new Map<string, Promise<Raster>>();

async function pictureOf(name: string): Promise<Raster> {
  const found = kept.get(name);
  if (!found) throw new RangeError(`there is no picture ${name} here any more`);
  // What is asked for is not the next to be forgotten.
  kept.delete(name);
  kept.set(name, found);
  return found;
}

function keep(name: string, made: Promise<Raster>): Promise<Raster> {
  kept.delete(name);
  kept.set(name, made);
  if (kept.size > mostKept) kept.delete(kept.keys().next().value!);
  made.catch(() => kept.delete(name));
  return made;
}

/** Points of the last pictures: the slider of the ratio asks for them again and again. */
const pointsFound = new WeakMap<Raster, Map<string, Promise<Points & Features>>>();

function pointsOf(picture: Raster, how: PointsOf, most: number): Promise<Points & Features> {
  const known = pointsFound.get(picture) ?? new Map<string, Promise<Points & Features>>();
  pointsFound.set(picture, known);
  const key = `${how} ${most}`;
  const found = known.get(key) ?? findPoints(picture, how, most);
  known.set(key, found);
  return found;
}

async function findPoints(picture: Raster, how: PointsOf, most: number): Promise<Points & Features> {
  const start = performance.now();
  const { keypoints, descriptors } = how === "sift" ? await sift(picture, { most }) : surf(picture, { most });
  return { keypoints, descriptors, seconds: (performance.now() - start) / 1000 };
}

/** Plain data to be sent: what is kept here is not handed over. */
const sent = ({ keypoints, descriptors, seconds }: Points): Points => ({
  keypoints: keypoints.map((one) => ({ ...one })),
  descriptors: descriptors.slice(),
  seconds,
});

export const kernelRules: KernelRules = {
  async picture({ name, from, edge }) {
    const made = keep(name, read(from, edge));
    const { width, height, channels, pixels } = await made;
    return { width, height, channels, pixels: pixels.slice() };
  },
  async subsampled({ picture, step }) {
    const whole = await pictureOf(picture);
    return filter(whole, [[1]], { stride: step });
  },
  async filtered({ picture, kernel, beyond, isGrey }) {
    const whole = await pictureOf(picture);
    const made = await filter(isGrey ? asRaster(grey(whole)) : whole, kernel, {
      padding: beyond,
    });
    let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const value of made.pixels) {
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
    return { ...made, least, greatest };
  },
  async templates({ picture, parts, method, count }) {
    const whole = await pictureOf(picture);
    const templates = [];
    for (const part of parts) {
      const template = cut(whole, part);
      const response = await matchTemplate(whole, template, { method });
      const { values } = grey(template);
      const weights = Array.from({ length: part.height }, (_, i) => [
        ...values.subarray(i * part.width, (i + 1) * part.width),
      ]);
      const best = bestPlaces(response, part, { count }).map(({ x, y, score }) => ({ x, y, score }));
      templates.push({ weights, response: { ...response }, best });
    }
    return { templates };
  },
  async gradient({ picture, operator }) {
    const { gx, gy, magnitude, orientation } = await sobel(await pictureOf(picture), { operator });
    return { gx, gy, magnitude, angle: orientation };
  },
  async compass({ picture }) {
    const { responses, strength, direction } = await robinson(await pictureOf(picture));
    return { responses, strength, best: { ...direction, values: Float32Array.from(direction.values) } };
  },
  async canny({ picture, sigma, low, high }) {
    const { width, height, values } = await canny(await pictureOf(picture), { sigma, low, high });
    const edges = Float32Array.from(values);
    return { edges: { width, height, values: edges }, count: edges.reduce((sum, v) => sum + v, 0) };
  },
  async hog({ picture, cell, bins, isSigned, window }) {
    const whole = await pictureOf(picture);
    const options = { cell, bins, signed: isSigned };
    const all = hog(whole, options);
    const { cellRows, cellColumns, histograms, blockRows, blockColumns, values } = all;
    const own = hog(cut(whole, window), options);
    return {
      cellRows,
      cellColumns,
      histograms,
      blockRows,
      blockColumns,
      values,
      glyphs: { ...hogGlyphs(all) },
      window: {
        cellRows: own.cellRows,
        cellColumns: own.cellColumns,
        blockRows: own.blockRows,
        blockColumns: own.blockColumns,
        length: own.values.length,
      },
    };
  },
  async points({ picture, how, most }) {
    return sent(await pointsOf(await pictureOf(picture), how, most));
  },
  async pairs({ picture, second, how, most, ratio }) {
    const one = await pictureOf(picture);
    const other = await (typeof second === "string" ? pictureOf(second) : turnedOf(picture, one, second));
    const [a, b] = [await pointsOf(one, how, most), await pointsOf(other, how, most)];
    const matches = await matchFeatures(a, b, { ratio });
    const pairs = matches.map(({ from, to }) => ({ from: a.keypoints[from], to: b.keypoints[to] }));
    const { width, height } = one;
    const corners = [
      { x: -0.5, y: -0.5 },
      { x: width - 0.5, y: -0.5 },
      { x: width - 0.5, y: height - 0.5 },
      { x: -0.5, y: height - 0.5 },
    ];
    const agreed = ransacHomography(pairs, { seed: 1, leastInliers: 8 });
    const found = agreed && keepsWhole(agreed.homography, corners) ? agreed : undefined;
    return {
      first: sent(a),
      second: sent(b),
      picture: { ...other, pixels: other.pixels.slice() },
      matches: matches.map(({ from, to, ratio: quotient }) => ({ from, to, ratio: quotient })),
      agreeing: found ? [...found.inliers] : [],
      outline: found ? corners.map((corner) => ({ ...project(found.homography, corner) })) : undefined,
    };
  },
};

async function read(from: KernelQuestions["picture"]["from"], edge: number): Promise<Raster> {
  if (typeof from === "string") {
    const answer = await fetch(from);
    if (!answer.ok) throw new Error(`the picture did not come: ${answer.status} ${answer.statusText}`);
    return read(await answer.blob(), edge);
  }
  if (from instanceof Blob) {
    const picture = await readImage(from);
    const scale = Math.min(1, edge / Math.max(picture.width, picture.height));
    const { width, height, channels, pixels } =
      scale === 1
        ? picture
        : resize(
            picture,
            {
              width: Math.max(1, Math.round(picture.width * scale)),
              height: Math.max(1, Math.round(picture.height * scale)),
            },
            "bilinear",
          );
    return { width, height, channels, pixels };
  }
  return from;
}

function turnedOf(name: string, picture: Raster, how: Turned): Promise<Raster> {
  const key = `${name}, turned ${how.turn} ${how.zoom}`;
  return kept.get(key) ?? keep(key, Promise.resolve(turned(picture, how)));
}

/** By the browser's own canvas, on a grey ground. */
function turned(picture: Raster, { turn, zoom }: Turned): Raster {
  const { width, height } = picture;
  const [c, s] = [Math.cos((turn * Math.PI) / 180), Math.sin((turn * Math.PI) / 180)];
  const size = (a: number, b: number) => Math.max(8, Math.round(zoom * (Math.abs(a * c) + Math.abs(b * s))));
  const [w, h] = [size(width, height), size(height, width)];
  const source = new OffscreenCanvas(width, height);
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const at = i * picture.channels;
    const [r, g, b] = picture.channels === 3 ? [0, 1, 2] : [0, 0, 0];
    image.data.set([picture.pixels[at + r], picture.pixels[at + g], picture.pixels[at + b], 255], 4 * i);
  }
  source.getContext("2d")!.putImageData(image, 0, 0);
  const context = new OffscreenCanvas(w, h).getContext("2d")!;
  context.fillStyle = "rgb(128 128 128)";
  context.fillRect(0, 0, w, h);
  context.imageSmoothingQuality = "high";
  context.translate(w / 2, h / 2);
  context.rotate((-turn * Math.PI) / 180);
  context.scale(zoom, zoom);
  context.drawImage(source, -width / 2, -height / 2);
  const { data } = context.getImageData(0, 0, w, h);
  const pixels = new Uint8Array(w * h * 3);
  for (let i = 0; i < w * h; i++)
    for (let channel = 0; channel < 3; channel++) pixels[3 * i + channel] = data[4 * i + channel];
  return { width: w, height: h, channels: 3, pixels };
}

function cut({ width, channels, pixels }: Raster, part: Part): Raster {
  const row = part.width * channels;
  const made =
    pixels instanceof Uint8Array ? new Uint8Array(row * part.height) : new Float32Array(row * part.height);
  for (let i = 0; i < part.height; i++) {
    const from = ((part.y + i) * width + part.x) * channels;
    made.set(pixels.subarray(from, from + row), i * row);
  }
  return { width: part.width, height: part.height, channels, pixels: made };
}
