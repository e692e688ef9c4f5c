/** The pictures that this room has: three photographs, and two that are drawn in pixels of 0 and 1. */
import type { Rows } from "../../numbers/rows.js";
import type { SourceName } from "./keys.js";

export const titles = {
  coffee: "a cup of coffee",
  cat: "a cat",
  rocket: "a rocket",
  letter: "a letter",
  birds: "two birds",
  mine: "your picture",
  webcam: "the webcam",
} as const;

const rows = (lines: readonly string[]): number[][] =>
  lines.map((line) => [...line].map((sign) => (sign === "." ? 0 : Number(sign) / 9)));

/** The letter of the lecture, 7×7, its border of zeros with it; and in between what a scanner would see. */
export const letterRows: Rows = [
  [0, 0, 0, 0, 0, 0, 0],
  [0, 1, 1, 1, 1, 1, 0],
  [0, 1, 0, 0, 1, 0, 0],
  [0, 1, 0, 1, 0, 0, 0],
  [0, 1, 1, 0, 0, 0, 0],
  [0, 1, 0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0, 0, 0],
];

/** Two birds, one higher and to the left: the same beak of 3×3 pixels at two places. */
export const birdRows: Rows = rows([
  "............................",
  "............................",
  "......9999..................",
  ".....999999.................",
  "....99.99999................",
  "..9999999999................",
  ".99.999999999...............",
  "..999999999999..............",
  "....9999999999999...........",
  ".....99999999999999.........",
  "......999999999999..99......",
  ".......9999999999.9999......",
  "........99999999..999.......",
  "..........9..9..............",
  "..........9..9......9999....",
  "..........9..9.....999999...",
  ".........99.99....99.99999..",
  "................9999999999..",
  "...............99.99999999..",
  "................999999999...",
  "..................999999999.",
  "..................9999999999",
  "...................999999999",
  "...................99999999.",
  "....................9.9.....",
  "....................9.9.....",
]);

export const rasterOf = (table: Rows) => ({
  width: table[0].length,
  height: table.length,
  channels: 1,
  pixels: Float32Array.from(table.flat()),
});

/** Where the beak of the first bird is. */
export const beak = { x: 1, y: 5, width: 3, height: 3 } as const;

/** A template to begin with: the beak, an eye of the cat, or what lies in the middle. */
export function usualParts(
  name: SourceName,
  { width, height }: { width: number; height: number },
): readonly { x: number; y: number; width: number; height: number }[] {
  if (name === "birds") return [beak];
  if (name === "letter") return [{ x: 1, y: 1, width: 3, height: 3 }];
  if (name === "cat") return [{ x: 170, y: 100, width: 28, height: 36 }];
  const edge = Math.max(3, Math.round(Math.min(width, height) / 6));
  return [
    { x: Math.round((width - edge) / 2), y: Math.round((height - edge) / 2), width: edge, height: edge },
  ];
}

/** A place with something to see, where no other is named. */
export const usualPlaces: { readonly [K in SourceName]?: readonly [row: number, column: number] } = {
  coffee: [136, 160],
  cat: [112, 146],
  rocket: [150, 232],
  letter: [1, 1],
  birds: [6, 3],
};
