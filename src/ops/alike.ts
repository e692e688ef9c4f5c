import { broadcastShapes } from "../tensor/shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { broadcastTo } from "./broadcast-to.js";
import { cast } from "./cast.js";
import { type TensorLike, toTensor } from "./scalar.js";

/** Two operands of one shape and one type: f32 beside anything is f32, small integers become i32. */
export function alike(name: string, a: TensorLike, b: TensorLike, wanted?: "f32"): [Tensor, Tensor] {
  const x = toTensor(name, a, b);
  const y = toTensor(name, b, a);
  const shape = broadcastShapes(name, x.shape, y.shape);
  const type = wanted ?? (x.type === "f32" || y.type === "f32" ? "f32" : "i32");
  return [broadcastTo(cast(x, type), shape), broadcastTo(cast(y, type), shape)];
}
