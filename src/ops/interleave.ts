import { noGaps } from "../compiler/lowering.js";
import type { Tensor } from "../tensor/tensor.js";
import { apply, defineOp } from "./define.js";
import { slice } from "./slice.js";

/**
 * Pictures of equal size as the phases of a larger one: pixel (i, j) of phase (p, q) at (i·stride + p, j·stride + q).
 * What sees a picture with a stride is, seen from the picture, one thing for each phase.
 *
 * @param phases  stride[0] · stride[1] pictures N×H×W×C, the phases q of one p side by side
 * @returns       N×(H·stride[0])×(W·stride[1])×C
 */
export function interleave(phases: readonly Tensor[], stride: readonly [number, number]): Tensor {
  return phases.length === 1 ? phases[0] : apply(op, phases, { stride });
}

const op = defineOp<{ stride: readonly [number, number] }>({
  name: "interleave",
  shape: ([[n, h, w, c]], { stride }) => [n, h * stride[0], w * stride[1], c],
  vjp: (dy, { inputs, attributes: { stride } }) =>
    inputs.map((_, i) =>
      slice(dy, [0, Math.floor(i / stride[1]), i % stride[1], 0], dy.shape, [1, ...stride, 1]),
    ),
  lowering: ({ stride: [sy, sx] }, { inputs }) => ({
    kind: "assemble",
    parts: inputs.map((_, i) => ({ begin: [0, Math.floor(i / sx), i % sx, 0], step: [1, sy, sx, 1] })),
    gaps: noGaps,
  }),
});
