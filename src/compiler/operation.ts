/**
 * What the compiler knows of an operation: how it is lowered. The operations themselves, with their shape rules
 * and gradients, are defined above it, in `ops/`; here they are only met as nodes of a graph.
 */
import type { ElementType, Rule, Strided } from "../kernels/expression.js";
import type { PickingGenerator } from "../kernels/gather.js";
import type { Combine } from "../kernels/reduce.js";
import type { Squares, squaresKernel } from "../kernels/squares.js";
import type { Affine } from "./affine.js";

export type { ElementType, Strided };

/** Plain data: it is part of the key under which a program is cached. */
export type Attributes = Readonly<Record<string, unknown>>;

export interface GraphNode {
  /** Counts up as nodes are made: inputs are older than what is made of them. */
  readonly serial: number;
  readonly operation: Operation;
  readonly inputs: readonly GraphNode[];
  readonly attributes: Attributes;
  readonly shape: readonly number[];
  readonly type: ElementType;
}

export interface Operation {
  readonly name: string;
  readonly lowering: Lowering;
  /** For profiles and listings: `conv2d 3×3×64→128`. */
  label?(attributes: Attributes, inputs: readonly (readonly number[])[]): string;
}

/** An axis of a contraction: strides through A and B, and the dimension of the result that it runs along. */
export interface ContractionAxis {
  readonly count: number;
  readonly a: number;
  readonly b: number;
  readonly dimension: number | null;
}

export interface ContractionAxes {
  /** Along the result, in A and in B. */
  readonly batch: readonly ContractionAxis[];
  /** Along the result and in A. */
  readonly rows: readonly ContractionAxis[];
  /** Along the result and in B: the dimension in which B is contiguous. */
  readonly columns: ContractionAxis;
  /** Where B is packed: the distance between its vectors, in elements. Their lanes are neighbours. */
  readonly vectorStride?: number;
  /** In A and B, summed over. */
  readonly depth: readonly ContractionAxis[];
}

/** A loop over squares, or over the rows, columns or channels of one: how it walks the input and the result. */
export interface SquaresAxis {
  readonly count: number;
  /** Stride through the input. */
  readonly from: number;
  /** The dimension of the result along which it runs, `step` elements at a time. */
  readonly dimension: number;
  readonly step: number;
}

export interface SquaresAxes {
  readonly outer: readonly SquaresAxis[];
  /** Counted in the result's square, or for the channels in all. */
  readonly rows: SquaresAxis;
  readonly columns: SquaresAxis;
  readonly channels: SquaresAxis;
  /** Where the result has its channels in vectors: the dimension that counts these. */
  readonly vectors?: number;
  /** How many rows and columns of the last squares along the last two loops exist. */
  readonly last: readonly [rows: number, columns: number];
}

export type Lowering =
  /** A leaf: its values come with each run, or lie in a variable. */
  | { kind: "source" }
  /** No elements: there is nothing to compute. */
  | { kind: "nothing" }
  /** The row-major position of each element, as i32. */
  | { kind: "range" }
  /** Element by element; inputs have the shape of the result. `cost`: roughly, in additions. */
  | { kind: "map"; rule(attributes: Attributes): Rule; cost: number }
  /** The same values elsewhere: the index into the input, for the index into the result. */
  | {
      kind: "view";
      index(out: readonly Affine[], attributes: Attributes, input: readonly number[]): Affine[];
    }
  /** The same values in the same row-major order under another shape. */
  | { kind: "reshape" }
  /** Over `attributes.axes`, which the result no longer has. */
  | { kind: "reduce"; combine: Combine }
  | {
      kind: "contract";
      /** Present where it belongs to a convolution of N×H×W×G×C with kH×kW×C×G×F to N×H'×W'×G×F. */
      convolution?: {
        /** What is computed: the results from picture and filter, or the filter's gradient from picture and results. */
        computes: "results" | "filter gradient";
        /** The step between windows, and the distance between the pixels that neighbouring weights see. */
        steps(attributes: Attributes): { stride: readonly number[]; dilation: readonly number[] };
      };
      axes(
        a: Strided,
        b: Strided,
        attributes: Attributes,
        shapes: { a: readonly number[]; b: readonly number[]; out: readonly number[] },
      ): ContractionAxes;
    }
  /** Small squares of the input between a constant matrix and its transpose: the transforms around a product. */
  | {
      kind: "squares";
      matrix: Squares["matrix"];
      /** Writes the kernel: it comes with those who make such nodes, so that nobody else loads it. */
      generate: typeof squaresKernel;
      axes(from: Strided, shapes: { from: readonly number[]; out: readonly number[] }): SquaresAxes;
    }
  /** Inputs side by side in one buffer, what none covers filled with a value: where each lies in the result. */
  | {
      kind: "assemble";
      parts(attributes: Attributes, inputs: readonly (readonly number[])[], out: Strided): Strided[];
      /** The boxes left free: begin and end along each dimension. `everywhere` where they are not boxes. */
      gaps(attributes: Attributes, inputs: readonly (readonly number[])[], out: readonly number[]): Gaps;
    }
  /** Inputs: values, indices. */
  | { kind: "gather"; generate: PickingGenerator }
  /** Inputs: values, indices; into `attributes.extent` slices. */
  | { kind: "scatterAdd"; generate: PickingGenerator };

export type Gaps =
  | { value: number; boxes: { begin: number[]; end: number[] }[] }
  | { value: number; everywhere: true };

/** Row-major strides. */
export function contiguous(shape: readonly number[]): Strided {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = step;
    step *= shape[d];
  }
  return { strides, offset: 0 };
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);
