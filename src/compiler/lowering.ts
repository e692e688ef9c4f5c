/**
 * How a node is computed: one record for each kind, in which axes are named by dimension. Whoever must know all kinds
 * has a table or a switch over them, so that a new one that was forgotten there does not compile.
 */
import type { Rule, Strided } from "../kernels/expression.js";
import type { PickingGenerator } from "../kernels/gather.js";
import type { LatticeGenerator } from "../kernels/lattice.js";
import type { Combine } from "../kernels/reduce.js";
import type { scanKernel } from "../kernels/scan.js";
import type { Squares, squaresKernel } from "../kernels/squares.js";
import type { Suppression, SuppressionGenerator } from "../kernels/suppression.js";
import type { Affine } from "./affine.js";

/** The record of each kind. */
interface Lowerings {
  /** A leaf: its values come with each run, or lie in a variable. */
  source: object;
  /** No elements: there is nothing to compute. */
  nothing: object;
  /** The row-major position of each element, as i32. */
  range: object;
  /**
   * Element by element; inputs have the shape of the result. `cost`: roughly, in additions. `told`: the number that it
   * is, which kernels are told.
   */
  map: { readonly rule: Rule; readonly cost: number; readonly told?: number };
  /** The values of the first input elsewhere: the index into it, for the index into the result. */
  view: { index(out: readonly Affine[]): Affine[] };
  /** The values of the first input in the same row-major order under another shape. */
  reshape: object;
  /** Over axes that the result no longer has. */
  reduce: { readonly combine: Combine; readonly axes: readonly number[] };
  contract: ContractionAxes;
  /** Small squares of the input between a constant matrix and its transpose: the transforms around a product. */
  squares: SquaresAxes & {
    readonly matrix: Squares["matrix"];
    /** Writes the kernel: it comes with those who make such nodes, so that nobody else loads it. */
    readonly generate: typeof squaresKernel;
  };
  /** Inputs side by side in one buffer, what none covers filled with a value. */
  assemble: { readonly parts: readonly Part[]; readonly gaps: Gaps };
  /** Inputs: values, indices of slices along `axis`. */
  gather: { readonly axis: number; readonly generate: PickingGenerator };
  /** Inputs: values, and to which slice along `axis` each is added. */
  scatterAdd: { readonly axis: number; readonly generate: PickingGenerator };
  /** Inputs: values, which slices along `axis` they take the place of, and those that are there before. */
  putSlices: { readonly axis: number; readonly generate: PickingGenerator };
  /** Running sums along an axis; `exclusive`: each of what comes before it. */
  scan: { readonly axis: number; readonly exclusive: boolean; readonly generate: typeof scanKernel };
  /** Inputs: what each frame gives each state, with which weights states begin, and with which they are skipped to. */
  lattice: { readonly generate: LatticeGenerator };
  /** Inputs: planes of boxes' sides and classes, and their scores. */
  suppress: Omit<Suppression, "count" | "candidates"> & { readonly generate: SuppressionGenerator };
}

export type Kind = keyof Lowerings;
export type Lowering<Of extends Kind = Kind> = {
  [K in Of]: { readonly kind: K } & Readonly<Lowerings[K]>;
}[Of];

/** A walk along one dimension of a tensor, `step` elements at a time. */
export interface Along {
  readonly dimension: number;
  readonly step: number;
}

export const along = (dimension: number, step = 1): Along => ({ dimension, step });

/** Elements in memory between two steps; 0 where the walk stands still. */
export const strideOf = ({ strides }: Strided, walk: Along | null): number =>
  walk ? strides[walk.dimension] * walk.step : 0;

/** An axis of a contraction: how it walks A and B (null: not at all), and the dimension of the result along it. */
export interface ContractionAxis {
  readonly count: number;
  readonly a: Along | null;
  readonly b: Along | null;
  readonly out: number | null;
}

export interface ContractionAxes {
  /** Along the result, in A and in B. */
  readonly batch: readonly ContractionAxis[];
  /** Along the result and in A. */
  readonly rows: readonly ContractionAxis[];
  /** Along the result and in B: the dimension in which B is contiguous. */
  readonly columns: ContractionAxis & {
    /** Where B is packed: its dimension that counts vectors of columns. Their lanes are neighbours. */
    readonly vectors?: number;
  };
  /** In A and B, summed over. */
  readonly depth: readonly ContractionAxis[];
  /**
   * Present where this is a convolution of N×H×W×G×C with kH×kW×C×G×F to N×H'×W'×G×F, or a filter's gradient in one:
   * the step between windows, and the distance between the pixels that neighbouring weights see.
   */
  readonly convolution?: {
    readonly computes: "results" | "filter gradient";
    readonly stride: readonly number[];
    readonly dilation: readonly number[];
  };
}

/** A loop over squares, or over the rows, columns or channels of one: how it walks the input and the result. */
export interface SquaresAxis {
  readonly count: number;
  readonly from: Along | null;
  readonly out: Along;
}

export interface SquaresAxes {
  readonly outer: readonly SquaresAxis[];
  /** Counted in the result's square, or for the channels in all. */
  readonly rows: SquaresAxis;
  readonly columns: SquaresAxis;
  readonly channels: SquaresAxis;
  /** Channels are taken in vectors of so many. */
  readonly lanes: number;
  /** Where the result has its channels in vectors: the dimension that counts these. */
  readonly vectors?: number;
  /** How many rows and columns of the last squares along the last two loops exist. */
  readonly last: readonly [rows: number, columns: number];
}

/** Where an input lies in what is assembled: along each dimension where it begins, and how far apart its elements are. */
export interface Part {
  readonly begin: readonly number[];
  readonly step: readonly number[];
}

/** An input whose elements stay neighbours. Along dimensions that are not named it begins at 0. */
export function partAt(rank: number, begin: { readonly [dimension: number]: number } = {}): Part {
  const dimensions = Array.from({ length: rank }, (_, d) => d);
  return { begin: dimensions.map((d) => begin[d] ?? 0), step: dimensions.map(() => 1) };
}

/** The layout of a part of a buffer. */
export function layoutOf({ begin, step }: Part, { offset, strides }: Strided): Strided {
  return {
    offset: begin.reduce((sum, n, d) => sum + n * strides[d], offset),
    strides: strides.map((stride, d) => stride * step[d]),
  };
}

/** The boxes left free: begin and end along each dimension. `everywhere` where they are not boxes. */
export type Gaps =
  | { readonly value: number; readonly boxes: readonly Box[] }
  | { readonly value: number; readonly everywhere: true };

export interface Box {
  readonly begin: readonly number[];
  readonly end: readonly number[];
}

/** All is covered, or what is not is never read. */
export const noGaps: Gaps = { value: 0, boxes: [] };

interface OfNothing {
  readonly isFloat: boolean;
  readonly allEmpty: boolean;
}

/** What fusion, expressions and placing must know of a kind. */
interface Traits<K extends Kind> {
  /**
   * Where its values come to be: they are there (`given`); in the kernels that use them, element by element (`element`)
   * or as index arithmetic (`view`); in a kernel that may go on with each value (`core`); in a kernel that does nothing
   * else (`alone`).
   */
  readonly computed: "given" | "element" | "view" | "core" | "alone";
  /** Inputs are read as they lie: they must be stored, or views of what is stored. */
  readonly readsStored?: true;
  /** It can write its values into a part of a larger buffer. */
  readonly writesAnywhere?: true;
  /** What all values are of a result that has some though an input has none; left out where that is not known. */
  ofNothing?(lowering: Lowering<K>, of: OfNothing): number | null;
}

const known = {
  source: { computed: "given" },
  nothing: { computed: "given" },
  range: { computed: "element" },
  map: { computed: "element", writesAnywhere: true },
  view: { computed: "view" },
  reshape: { computed: "view" },
  reduce: {
    computed: "core",
    writesAnywhere: true,
    // The largest of none is refused by `max`; inside other operations it is what every number exceeds.
    ofNothing: ({ combine }) => ({ sum: 0, max: -Infinity, min: Infinity, argmax: 0 })[combine],
  },
  contract: { computed: "core", readsStored: true, writesAnywhere: true, ofNothing: () => 0 },
  squares: { computed: "core", readsStored: true, writesAnywhere: true },
  assemble: {
    computed: "alone",
    writesAnywhere: true,
    ofNothing: ({ gaps }, { allEmpty }) => (allEmpty ? gaps.value : null),
  },
  gather: {
    computed: "alone",
    readsStored: true,
    // Whatever index is given, it lies outside an axis without values.
    ofNothing: (_, { isFloat }) => (isFloat ? Number.NaN : 0),
  },
  scatterAdd: { computed: "alone", readsStored: true, ofNothing: () => 0 },
  putSlices: { computed: "alone", readsStored: true },
  scan: { computed: "alone", writesAnywhere: true },
  lattice: { computed: "alone", readsStored: true },
  suppress: { computed: "alone", readsStored: true },
} as const satisfies { readonly [K in Kind]: Traits<K> };

export const traits: { readonly [K in Kind]: Traits<K> } = known;

/** Kinds whose values are computed in the kernels that use them. */
type Inside = { [K in Kind]: (typeof known)[K]["computed"] extends "element" | "view" ? K : never }[Kind];

export function isInside(lowering: Lowering): lowering is Lowering<Inside> {
  const { computed } = traits[lowering.kind];
  return computed === "element" || computed === "view";
}

/** What all values are of a result that has some though an input has none; null where that is not known. */
export const valueOfNothing = <K extends Kind>(lowering: Lowering<K>, of: OfNothing): number | null =>
  traits[lowering.kind as K].ofNothing?.(lowering, of) ?? null;
