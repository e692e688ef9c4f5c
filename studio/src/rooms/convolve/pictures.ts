/** The pictures and filters of the lectures, by name. */
import { filled, type Rows } from "../../numbers/rows.js";
import type { Padding } from "../../numbers/windows.js";

const digits = (text: string): number[][] => text.split("/").map((row) => [...row].map(Number));

export interface NamedFilter {
  readonly name: string;
  readonly rows: Rows;
}

export interface NamedPicture {
  readonly title: string;
  readonly rows: Rows;
  readonly filters: readonly NamedFilter[];
  /** What the slides put around it. */
  readonly padding: Padding;
  readonly bias?: number;
}

const diagonal = digits("100/010/001").map((row) => row.map((v) => (v ? 1 : -1)));
const upright = digits("010/010/010").map((row) => row.map((v) => (v ? 1 : -1)));
const seven = [
  [1, 1, 1],
  [-1, 1, -1],
  [1, -1, -1],
];
const tenth = filled(3, 3, (i, j) => (i === 1 && j === 1 ? 0.2 : 0.1));

export const pictures = {
  // Hung-yi Lee, Convolutional Neural Network.
  strokes: {
    title: "strokes",
    rows: digits("100001/010010/001100/100010/010010/001010"),
    filters: [
      { name: "filter 1", rows: diagonal },
      { name: "filter 2", rows: upright },
    ],
    padding: "0",
  },
  // Jie Wang, Introduction to Machine Learning, lecture 15.
  seven: {
    title: "seven",
    rows: digits("111111/000010/011100/001000/010000/100000"),
    filters: [
      { name: "filter 1", rows: seven },
      { name: "filter 2", rows: diagonal },
    ],
    padding: "0",
  },
  // Ananya Jana, CS360 Data Mining, lecture 14: the letter, and the border of zeros that its slides draw around it.
  letter: {
    title: "letter",
    rows: digits("11111/10010/10100/11000/10000"),
    filters: [
      { name: "corner", rows: digits("000/011/010") },
      { name: "identity", rows: digits("000/010/000") },
      { name: "blur", rows: tenth },
    ],
    padding: "same",
  },
  // The University of Adelaide, How is convolution done in practice?
  square: {
    title: "square",
    rows: digits("00000/01110/01110/01110/00000"),
    filters: [{ name: "columns", rows: digits("101/101/101") }],
    padding: "0",
  },
  // CS360 L14: a picture so small that every letter of its sums has room.
  small: {
    title: "3×3 with letters",
    rows: [
      [1, 2, 0],
      [0, 1, 3],
      [2, 0, 1],
    ],
    filters: [
      {
        name: "weights",
        rows: [
          [1, -1],
          [2, 1],
        ],
      },
    ],
    padding: "0",
    bias: 1,
  },
} as const satisfies Record<string, NamedPicture>;

export type PictureName = keyof typeof pictures;

export const pictureNames = Object.keys(pictures) as PictureName[];

/** Filters that go with any picture. */
export const kernels: Readonly<Record<string, Rows>> = {
  "2×2": digits("11/11"),
  "2×2 mean": filled(2, 2, () => 0.25),
  ridge: [
    [0, -1, 0],
    [-1, 4, -1],
    [0, -1, 0],
  ],
  sharpen: [
    [0, -1, 0],
    [-1, 5, -1],
    [0, -1, 0],
  ],
};

/** What the slide about blurring prints; four of its cells are not what its filter makes of its picture. */
export const printedBlur: Rows = [
  [0.4, 0.5, 0.5, 0.5, 0.4],
  [0.4, 0.2, 0.3, 0.6, 0.3],
  [0.5, 0.4, 0.4, 0.2, 0.1],
  [0.5, 0.6, 0.2, 0.1, 0],
  [0.4, 0.3, 0.1, 0, 0],
];
