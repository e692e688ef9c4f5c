import { checkedShape, type Shape } from "../tensor/shapes.js";
import type { DType, Tensor } from "../tensor/tensor.js";
import { broadcastTo } from "./broadcast-to.js";
import { scalar } from "./scalar.js";

/** The same value everywhere. Nothing is stored until it is asked for. */
export const full = (shape: Shape, value: number, type: DType = "f32"): Tensor =>
  broadcastTo(scalar(value, type), checkedShape("full", shape));

export const zeros = (shape: Shape, type: DType = "f32"): Tensor =>
  broadcastTo(scalar(0, type), checkedShape("zeros", shape));

export const ones = (shape: Shape, type: DType = "f32"): Tensor =>
  broadcastTo(scalar(1, type), checkedShape("ones", shape));
