import { checkedType, numbersOf } from "../tensor/numbers.js";
import { checkedShape, type Shape } from "../tensor/shapes.js";
import type { DType, Tensor } from "../tensor/tensor.js";
import { broadcastTo } from "./broadcast-to.js";
import { scalar } from "./scalar.js";

/**
 * A tensor of this shape with the same value everywhere. Nothing is stored until it is asked for.
 *
 * @throws ShapeError if the shape is none
 */
export const full = (shape: Shape, value: number, type: DType = "f32"): Tensor =>
  filled("full", shape, numbersOf("full", value, checkedType("full", type)).values[0], type);

/**
 * A tensor of this shape in which every number is 0.
 *
 * @throws ShapeError if the shape is none
 */
export const zeros = (shape: Shape, type: DType = "f32"): Tensor => filled("zeros", shape, 0, type);

/**
 * A tensor of this shape in which every number is 1.
 *
 * @throws ShapeError if the shape is none
 */
export const ones = (shape: Shape, type: DType = "f32"): Tensor => filled("ones", shape, 1, type);

function filled(speaker: string, shape: Shape, value: number, type: DType): Tensor {
  return broadcastTo(scalar(value, checkedType(speaker, type)), checkedShape(speaker, shape));
}
