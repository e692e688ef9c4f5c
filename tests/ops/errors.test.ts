import { describe, expect, test } from "vitest";
import {
  add,
  argmax,
  avgPool2d,
  broadcastTo,
  concat,
  conv2d,
  flip,
  gather,
  grad,
  gradients,
  matmul,
  maximum,
  maxPool2d,
  mul,
  pad,
  reshape,
  ShapeError,
  slice,
  softmax,
  sum,
  tensor,
  transpose,
  where,
  zeros,
} from "../../src/index.js";

/** The whole text: numbers from the wrong axis and half sentences hide in messages nobody reads. */
const mistakes: { [operation: string]: [call: () => unknown, text: string][] } = {
  tensor: [
    [() => tensor([1, 2, 3], [2, 2]), "tensor: 3 values do not fill 2×2 (4)"],
    [() => tensor([[1, 2], [3]]), "tensor: row 1 has 1 value, row 0 has 2"],
    [() => zeros([2, -1]), "zeros: 2×-1 is no shape: -1 is not a whole number of at least 0"],
  ],
  broadcasting: [
    [() => add(zeros([2, 3]), zeros([2, 4])), "add: 2×3 and 2×4 do not broadcast (3 against 4 in axis 1)"],
    [
      () => mul(zeros([5, 2, 3]), zeros([4, 1])),
      "mul: 5×2×3 and 4×1 do not broadcast (2 against 4 in axis 1)",
    ],
    [() => maximum(zeros([3]), zeros([2])), "maximum: 3 and 2 do not broadcast (3 against 2 in axis 0)"],
    [
      () => where(zeros([2], "bool"), zeros([3]), zeros([1])),
      "where: 2 and 3 do not broadcast (2 against 3 in axis 0)",
    ],
    [
      () => broadcastTo(zeros([2, 3]), [2, 4]),
      "broadcastTo: 2×3 does not broadcast to 2×4 (3 against 4 in axis 1)",
    ],
    [() => broadcastTo(zeros([1, 3]), [3]), "broadcastTo: 1×3 does not broadcast to 3 (2 axes against 1)"],
  ],
  reductions: [
    [() => sum(zeros([2, 3]), { axis: 2 }), "sum: x has no axis 2 (x is 2×3)"],
    [() => argmax(zeros([2, 3]), { axis: -3 }), "argmax: x has no axis -3 (x is 2×3)"],
    [() => softmax(zeros([2, 3]), { axis: 5 }), "softmax: x has no axis 5 (x is 2×3)"],
    [() => sum(zeros([2, 3]), { axis: [0, -2] }), "sum: axis 0 is named twice (x is 2×3)"],
  ],
  matmul: [
    [() => matmul(zeros([2, 3]), zeros([4, 5])), "matmul: a has 3 columns (2×3) but b has 4 rows (4×5)"],
    [
      () => matmul(zeros([2, 2, 3]), zeros([3, 3, 5])),
      "matmul: the batches of a (2×2×3) and b (3×3×5) do not broadcast (2 against 3 in axis 0)",
    ],
    [() => matmul(zeros([3]), zeros([3, 5])), "matmul: a is of rank 1 (3), expected …×M×K"],
  ],
  conv2d: [
    [
      () => conv2d(zeros([8, 32, 32, 3]), zeros([5, 5, 1, 6])),
      "conv2d: x has 3 channels (8×32×32×3) but the filter takes 1 (5×5×1×6)",
    ],
    [
      () => conv2d(zeros([1, 8, 8, 6]), zeros([3, 3, 6, 4]), { groups: 2 }),
      "conv2d: x has 6 channels (1×8×8×6), 3 in each of 2 groups, but the filter takes 6 (3×3×6×4)",
    ],
    [
      () => conv2d(zeros([1, 8, 8, 4]), zeros([3, 3, 1, 4]), { groups: 3 }),
      "conv2d: 3 groups do not divide the 4 channels of x (1×8×8×4)",
    ],
    [
      () => conv2d(zeros([1, 8, 8, 4]), zeros([3, 3, 2, 3]), { groups: 2 }),
      "conv2d: 2 groups do not divide the 3 filters (3×3×2×3)",
    ],
    [() => conv2d(zeros([28, 28]), zeros([5, 5, 1, 6])), "conv2d: x is of rank 2 (28×28), expected N×H×W×C"],
    [
      () => conv2d(zeros([1, 28, 28, 1]), zeros([5, 5])),
      "conv2d: the filter is of rank 2 (5×5), expected kH×kW×C×F",
    ],
    [
      () => conv2d(zeros([1, 4, 6, 1]), zeros([5, 5, 1, 6])),
      "conv2d: a 5×5 window does not fit into x of 4×6 pixels (x is 1×4×6×1)",
    ],
    [
      () => conv2d(zeros([1, 5, 5, 1]), zeros([3, 3, 1, 1]), { stride: 0 }),
      "conv2d: stride is 0, expected a whole number of at least 1",
    ],
    [
      () => conv2d(zeros([1, 5, 5, 1]), zeros([3, 3, 1, 1]), { padding: -1 }),
      "conv2d: padding is -1, expected a whole number of at least 0",
    ],
  ],
  pools: [
    [
      () => maxPool2d(zeros([1, 2, 2, 1]), 3),
      "maxPool2d: a 3×3 window does not fit into x of 2×2 pixels (x is 1×2×2×1)",
    ],
    [
      () => avgPool2d(zeros([1, 2, 9, 1]), [3, 2]),
      "avgPool2d: a 3×2 window does not fit into x of 2×9 pixels (x is 1×2×9×1)",
    ],
    [() => maxPool2d(zeros([4, 4]), 2), "maxPool2d: x is of rank 2 (4×4), expected N×H×W×C"],
  ],
  "shape operations": [
    [() => reshape(zeros([2, 3]), [4, 2]), "reshape: x has 6 values (2×3) but 4×2 takes 8"],
    [() => reshape(zeros([2, 3]), [4, -1]), "reshape: x has 6 values (2×3), which 4×-1 does not divide"],
    [() => reshape(zeros([2, 3]), [-1, -1]), "reshape: -1×-1 leaves more than one axis open"],
    [() => transpose(zeros([2, 3]), [0, 0]), "transpose: [0, 0] is no order of the 2 axes of x (2×3)"],
    [() => transpose(zeros([2, 3]), [0]), "transpose: [0] is no order of the 2 axes of x (2×3)"],
    [() => slice(zeros([2, 3]), [0], [1]), "slice: begin names 1 axis, x has 2 (2×3)"],
    [() => slice(zeros([2, 3]), [0, 0], [1, 1], [1, 0]), "slice: the step of axis 1 is 0"],
    [() => flip(zeros([2, 3]), [2]), "flip: x has no axis 2 (x is 2×3)"],
    [() => pad(zeros([2, 3]), [[1, 1]]), "pad: 1 pair for the 2 axes of x (2×3)"],
    [
      () => concat([zeros([2, 3]), zeros([2, 4])], { axis: 0 }),
      "concat: tensor 1 is 2×4, expected ?×3 like tensor 0 (2×3)",
    ],
    [
      () => concat([zeros([2, 3]), zeros([2])], { axis: 0 }),
      "concat: tensor 1 is 2, expected ?×3 like tensor 0 (2×3)",
    ],
    [() => concat([], { axis: 0 }), "concat: no tensors"],
    [() => gather(zeros([2, 3]), zeros([4], "i32"), { axis: 2 }), "gather: x has no axis 2 (x is 2×3)"],
  ],
  gradients: [
    [() => grad((x) => x)(zeros([2, 3])), "grad: the function returns 2×3, expected a single number"],
    [() => gradients(zeros([2]), [zeros([2])]), "gradients: y is 2, expected a single number"],
  ],
};

describe.each(Object.entries(mistakes))("%s", (_, rows) => {
  test.each(rows.map(([call, text]) => ({ call, text })))("$text", ({ call, text }) => {
    let thrown: unknown;
    try {
      call();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ShapeError);
    expect((thrown as ShapeError).message).toBe(text);
  });
});
