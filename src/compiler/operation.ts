/**
 * What the compiler knows of an operation: how it is lowered. The operations themselves, with their shape rules
 * and gradients, are defined above it, in `ops/`; here they are only met as nodes of a graph.
 */
import type { ElementType, Strided } from "../kernels/expression.js";
import type { Lowering } from "./lowering.js";

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
  /** For profiles: the layer that it is a part of. */
  readonly layer?: string;
}

export interface Shapes {
  readonly inputs: readonly (readonly number[])[];
  readonly out: readonly number[];
}

export interface Operation {
  readonly name: string;
  /** How it is computed, with these attributes and of these shapes. */
  lower(attributes: Attributes, shapes: Shapes): Lowering;
  /** For profiles and listings: `conv2d 3×3×64→128`. */
  label?(attributes: Attributes, inputs: readonly (readonly number[])[]): string;
}

/** Attributes as text. JSON alone would write an infinite number as null, and -0 as 0. */
export const written = (attributes: Attributes): string =>
  JSON.stringify(attributes, (_, value) => {
    if (typeof value !== "number") return value;
    return Number.isFinite(value) && !Object.is(value, -0) ? value : numeral(value);
  });

/** As text, where -0 is not 0. */
export const numeral = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

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
