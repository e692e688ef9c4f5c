import { Tensor } from "../tensor/tensor.js";

/** The greatest absolute value over the channels of each pixel: N×H×W×C to N×H×W. */
export function strongest(x: Tensor): Tensor {
  const [n, h, w, c] = x.shape;
  const values = x.own!;
  const found = new Float32Array(n * h * w);
  for (let i = 0; i < found.length; i++)
    for (let k = 0; k < c; k++) found[i] = Math.max(found[i], Math.abs(values[i * c + k]));
  return Tensor.from(found, [n, h, w], "f32");
}
