import type { ElementType } from "../compiler/operation.js";

/** Of what kind the numbers of a tensor are. */
export type DType = ElementType;
export type { TypedArray } from "../runtime/storage.js";
