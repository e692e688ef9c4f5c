/** Kernels by name, from the library's table and its formulas, and what can be said of any. */
import {
  boxBlur,
  gabor,
  gaussian,
  kernelNotes,
  kernels,
  laplacianOfGaussian,
  motionBlur,
  separated,
  unsharpMask,
} from "receptive/features";
import type { Rows } from "../../numbers/rows.js";
import { type FormulaName, formulaNames, tableNames } from "./keys.js";

export interface KernelAtHand {
  readonly name: string;
  readonly what: string;
  readonly rows: Rows;
}

const formulas: {
  readonly [K in FormulaName]: {
    readonly what: string;
    readonly turns?: boolean;
    make(size: number, angle: number): Rows;
  };
} = {
  mean: { what: "the mean of the pixels under it", make: (size) => boxBlur({ size }) },
  gaussian: {
    what: "Gaussian blur, σ a fifth of the size",
    make: (size) => gaussian({ sigma: size / 5, size }),
  },
  laplacian: {
    what: "Laplacian of the Gaussian: dark spots answer",
    make: (size) => laplacianOfGaussian({ sigma: size / 6, size }),
  },
  unsharp: {
    what: "unsharp masking: twice the picture less its blur",
    make: (size) => unsharpMask({ sigma: size / 5, size }),
  },
  motion: {
    what: "motion blur along a line",
    turns: true,
    make: (length, angle) => motionBlur({ length, angle }),
  },
  gabor: {
    what: "a Gabor wave: edges of one direction and width",
    turns: true,
    make: (size, angle) => gabor({ wavelength: size / 1.6, angle, phase: 90, size }),
  },
};

const isFormula = (name: string): name is FormulaName => (formulaNames as readonly string[]).includes(name);

export const turns = (name: string | Rows): boolean =>
  typeof name === "string" && isFormula(name) && formulas[name].turns === true;
export const hasSize = (name: string | Rows): boolean => typeof name === "string" && isFormula(name);

/** Even kernels have no middle: they are for steps of two pixels, which Convolve shows. */
export const listed = [...tableNames.filter((name) => kernels[name].length % 2 === 1), ...formulaNames];

export function kernelOf(k: string | Rows, size: number, angle: number): KernelAtHand {
  if (typeof k !== "string") return { name: "your kernel", what: "", rows: k };
  if (isFormula(k)) return { name: k, what: formulas[k].what, rows: formulas[k].make(size, angle) };
  const name = k as (typeof tableNames)[number];
  return { name, what: kernelNotes[name].what, rows: kernels[name] };
}

/** As slides print it: whole numbers and one factor before them. 1 where there is no such factor. */
export function denominator(rows: Rows): number {
  for (const whole of [1, 9, 16, 256, 25, 49, 81, 121])
    if (rows.flat().every((w) => Math.abs(w * whole - Math.round(w * whole)) < 1e-9)) return whole;
  return 1;
}

export const sumOf = (rows: Rows): number => rows.flat().reduce((sum, w) => sum + w, 0);

/** What answers to edges sums to 0, what keeps the brightness to 1. */
export const isBalanced = (rows: Rows): boolean => Math.abs(sumOf(rows)) < 1e-6;

/** A column and a row, whole where they can be, whose product over `whole` the kernel is. */
export function asProduct(
  rows: Rows,
  whole: number,
): { column: readonly number[]; row: readonly number[]; isWhole: boolean } | undefined {
  const found = separated(rows);
  if (!found) return undefined;
  const isInteger = (value: number) => Math.abs(value - Math.round(value)) < 1e-9;
  for (let by = 1; by <= 36; by++) {
    const column = found.column.map((w) => w * by);
    const row = found.row.map((w) => (w * whole) / by);
    if ([...column, ...row].every(isInteger))
      return { column: column.map(Math.round), row: row.map(Math.round), isWhole: true };
  }
  return { ...found, isWhole: false };
}

/** The pixel that lies so far beyond the border; undefined where zeros are there. */
export function indexBeyond(
  i: number,
  n: number,
  how: "mirror" | "zero" | "repeat" | "wrap",
): number | undefined {
  if (i >= 0 && i < n) return i;
  if (how === "zero") return undefined;
  if (how === "repeat") return Math.min(Math.max(i, 0), n - 1);
  if (how === "wrap") return ((i % n) + n) % n;
  // Of a picture smaller than the kernel, which the library refuses, there is a number all the same.
  return Math.min(Math.max(i < 0 ? -i : 2 * (n - 1) - i, 0), n - 1);
}
