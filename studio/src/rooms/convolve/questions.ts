/** What each view of this room asks the library, from the values of its address. */
import type { Question } from "../../engine/lessons.js";
import { filled, type Rows, turned } from "../../numbers/rows.js";
import { borderOf, type Padding } from "../../numbers/windows.js";
import type { ValuesOf } from "../../state/address.js";
import type {
  activateKeys,
  backpoolKeys,
  backwardKeys,
  channelsKeys,
  forwardKeys,
  learnKeys,
  poolKeys,
  shareKeys,
  textKeys,
  upsampleKeys,
} from "./keys.js";
import { kernels, type NamedFilter, type NamedPicture, pictures } from "./pictures.js";
import { wordVectors } from "./words-as-numbers.js";

export type ForwardValues = ValuesOf<typeof forwardKeys>;

export interface Forward {
  readonly question: Question<"forward">;
  readonly filters: readonly NamedFilter[];
  /** Which of the filters is looked at, from 0. */
  readonly chosen: number;
  readonly padding: Padding;
}

export function forwardOf({ img, h, f, k, b, s, p, flip }: ForwardValues): Forward {
  const named: NamedPicture | undefined = typeof img === "string" ? pictures[img] : undefined;
  const whole: Rows = named ? named.rows : (img as Rows);
  const image = h > 0 ? filled(h, h, (i, j) => whole[i]?.[j] ?? 0) : whole;
  const own = named?.filters ?? pictures.strokes.filters;
  const rows = typeof k === "string" ? kernels[k] : k;
  const listed = rows ? [{ name: typeof k === "string" ? k : "your filter", rows }] : own;
  const filters = listed.map((filter) => (flip ? { ...filter, rows: turned(filter.rows) } : filter));
  const padding = p === "own" ? (named?.padding ?? "0") : p;
  const { rows: window } = filters[0];
  return {
    question: {
      kind: "forward",
      image,
      filters: filters.map((filter) => filter.rows),
      bias: Number.isNaN(b) ? (named?.bias ?? 0) : b,
      stride: s,
      border: borderOf([image.length, image[0].length], [window.length, window[0].length], s, padding),
    },
    filters,
    chosen: Math.min(f, filters.length) - 1,
    padding,
  };
}

/** A little picture in three colours, and a filter of three planes. */
export const colourExample = {
  planes: [
    ["10001", "01010", "00100", "01010", "10001"],
    ["01110", "00100", "00100", "00100", "00000"],
    ["00000", "00100", "01110", "00100", "00000"],
  ].map((rows) => rows.map((row) => [...row].map(Number))),
  filter: [
    [
      [1, -1, -1],
      [-1, 1, -1],
      [-1, -1, 1],
    ],
    [
      [0, 1, 0],
      [0, 1, 0],
      [0, 1, 0],
    ],
    [
      [0, -1, 0],
      [-1, 2, -1],
      [0, -1, 0],
    ],
  ],
} as const;

export function channelsOf(values: ValuesOf<typeof channelsKeys>): Question<"channels"> {
  const { r, g, b, wr, wg, wb, bias } = values;
  const { planes, filter } = colourExample;
  return {
    kind: "channels",
    image: [r, g, b].map((rows, c) => sized(rows, planes[c])),
    filter: [wr, wg, wb].map((rows, c) => sized(rows, filter[c])),
    bias,
  };
}

/** A table that was given, where it has the size that is wanted. */
const sized = (given: Rows | undefined, standard: Rows): Rows =>
  given && given.length === standard.length && given[0].length === standard[0].length ? given : standard;

/** The maps that are pooled: those of a picture's own filters. */
export const mapsToPool = (of: "strokes" | "seven"): Question<"forward"> =>
  forwardOf({
    img: of,
    h: 0,
    f: 1,
    k: undefined,
    b: Number.NaN,
    s: 1,
    p: "own",
    flip: false,
    show: "numbers",
    cover: false,
    check: undefined,
    t: 0,
  }).question;

export function poolOf({ m, how, w, s }: ValuesOf<typeof poolKeys>, maps: readonly Rows[]): Question<"pool"> {
  const pooled = m ? [m] : maps;
  return {
    kind: "pool",
    maps: pooled,
    size: Math.min(w, pooled[0].length, pooled[0][0].length),
    stride: s,
    how,
  };
}

/** Every output has a weight for each of the 36 pixels; those outside its window are zero but in the full layer. */
export function shareOf({ at }: ValuesOf<typeof shareKeys>): Question<"share"> {
  const { rows: image, filters } = pictures.strokes;
  const [{ rows: filter }] = filters;
  const weights = filled(16, 36, (unit, pixel) => {
    const [i, j] = [Math.floor(pixel / 6) - Math.floor(unit / 4), (pixel % 6) - (unit % 4)];
    const isInside = i >= 0 && i < 3 && j >= 0 && j < 3;
    if (at === "shared") return isInside ? filter[i][j] : 0;
    return isInside || at === "full" ? drawnWeight(36 * unit + pixel) : 0;
  });
  return { kind: "share", image, weights };
}

/** One of −1, −0.5, 0.5 and 1, the same for the same place: weights before any training. */
const drawnWeight = (place: number): number =>
  [-1, -0.5, 0.5, 1][(Math.imul(place + 7, 0x9e3779b1) >>> 13) & 3];

/** Every x of the curve: −4 to 4 in steps of 0.1. */
export const curveOf = ({ fn }: Pick<ValuesOf<typeof activateKeys>, "fn">): Question<"activate"> => ({
  kind: "activate",
  name: fn,
  x: Array.from({ length: 81 }, (_, i) => Number((i / 10 - 4).toFixed(1))),
  other: maxoutSlope,
});

export const activatedMap = (fn: ValuesOf<typeof activateKeys>["fn"], map: Rows): Question<"activate"> => ({
  kind: "activate",
  name: fn,
  x: map.flat(),
  other: maxoutSlope,
});

/** Maxout takes the larger of two lines: x, and this times x. */
export const maxoutSlope = -0.5;

export const backwardExample = {
  image: [
    [1, 0, 2],
    [0, 1, 1],
    [2, 1, 0],
  ],
  filter: [
    [1, -1],
    [0, 2],
  ],
  error: [
    [1, -1],
    [0.5, 2],
  ],
} as const;

export const backwardOf = ({ x, w, e }: ValuesOf<typeof backwardKeys>): Question<"backward"> => ({
  kind: "backward",
  image: sized(x, backwardExample.image),
  filter: sized(w, backwardExample.filter),
  error: sized(e, backwardExample.error),
});

/** The slide's winners are X₁₁, X₂₃, X₄₂ and X₃₃. */
export const poolingExample = {
  image: [
    [9, 1, 2, 3],
    [4, 5, 8, 6],
    [1, 2, 7, 4],
    [3, 6, 5, 0],
  ],
  error: [
    [0.5, -2],
    [3, 7],
  ],
} as const;

export const backpoolOf = ({ x, e }: ValuesOf<typeof backpoolKeys>): Question<"backpool"> => ({
  kind: "backpool",
  image: sized(x, poolingExample.image),
  error: sized(e, poolingExample.error),
  size: 2,
});

export const upsampleOf = ({ x, how }: ValuesOf<typeof upsampleKeys>): Question<"upsample"> => ({
  kind: "upsample",
  image: sized(x, poolingExample.image),
  size: 2,
  how,
});

/** Steps of gradient descent that are taken, and kept to be scrubbed. */
export const learningSteps = 150;

export function learnOf({ seed, rate }: ValuesOf<typeof learnKeys>): Question<"learn"> {
  const { rows, filters } = pictures.letter;
  return {
    kind: "learn",
    image: rows,
    filter: filters[2].rows,
    border: borderOf([5, 5], [3, 3], 1, "same"),
    seed,
    rate,
    steps: learningSteps,
  };
}

export const wordsIn = (sentence: string): string[] =>
  sentence.trim().split(/\s+/).filter(Boolean).slice(0, 16);

/** @returns undefined where the sentence is shorter than the window */
export function textOf({ s, m }: ValuesOf<typeof textKeys>): Question<"text"> | undefined {
  const words = wordsIn(s);
  if (words.length < m) return undefined;
  return { kind: "text", words: words.map(wordVectors.of), filter: wordVectors.filter(m) };
}
