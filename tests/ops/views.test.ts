import { describe, test } from "vitest";
import * as r from "../../src/index.js";
import { checkGradient } from "../checks/check-gradient.js";
import { closeTo, equalTo, toTensor } from "../checks/close-to.js";
import { uniform } from "../checks/random.js";
import { onEveryTarget } from "../checks/targets.js";
import * as t from "../textbook/index.js";
import type { Numbers } from "../textbook/numbers.js";

/** The same chain written for the engine and for the textbook, line below line. */
interface Chain {
  what: string;
  shapes: number[][];
  engine: (...xs: r.Tensor[]) => r.Tensor;
  textbook: (...xs: Numbers[]) => Numbers;
}

const chains: Chain[] = [
  {
    what: "transpose, slice, reshape, add",
    shapes: [[5, 6, 3], [24]],
    engine: (x, y) =>
      r.add(
        r.reshape(r.slice(r.transpose(x, [2, 0, 1]), [0, 1, 0], [3, 5, 6], [1, 2, 1]), [-1, 12]),
        r.slice(r.reshape(y, [2, 12]), [0, 0], [1, 12]),
      ),
    textbook: (x, y) =>
      t.add(
        t.reshape(t.slice(t.transpose(x, [2, 0, 1]), [0, 1, 0], [3, 5, 6], [1, 2, 1]), [-1, 12]),
        t.slice(t.reshape(y, [2, 12]), [0, 0], [1, 12]),
      ),
  },
  {
    what: "reshape of a transpose, which no strides can say",
    shapes: [[3, 4, 5]],
    engine: (x) => r.square(r.reshape(r.transpose(x), [4, 15])),
    textbook: (x) => t.square(t.reshape(t.transpose(x), [4, 15])),
  },
  {
    what: "slices of slices, backwards and forwards",
    shapes: [[11, 13]],
    engine: (x) => r.exp(r.slice(r.slice(x, [10, 0], [0, 13], [-2, 3]), [1, 4], [5, 0], [2, -1])),
    textbook: (x) => t.exp(t.slice(t.slice(x, [10, 0], [0, 13], [-2, 3]), [1, 4], [5, 0], [2, -1])),
  },
  {
    what: "a flip of a transpose added to the original",
    shapes: [[6, 6]],
    engine: (x) => r.add(r.flip(r.transpose(x), [0]), x),
    textbook: (x) => t.add(t.flip(t.transpose(x), [0]), x),
  },
  {
    what: "broadcasting inside a sum",
    shapes: [
      [4, 1, 5],
      [3, 1],
    ],
    engine: (x, y) => r.sum(r.mul(x, y), { axis: [0, 2] }),
    textbook: (x, y) => t.sum(t.mul(x, y), { axis: [0, 2] }),
  },
  {
    what: "the mean of a broadcast view",
    shapes: [[1, 7]],
    engine: (x) => r.mean(r.square(r.broadcastTo(x, [5, 7])), { axis: 0 }),
    textbook: (x) => t.mean(t.square(t.broadcastTo(x, [5, 7])), { axis: 0 }),
  },
  {
    what: "the sum of a strided slice of a transpose",
    shapes: [[9, 10]],
    engine: (x) => r.sum(r.slice(r.transpose(x), [9, 1], [0, 9], [-3, 2]), { axis: 1 }),
    textbook: (x) => t.sum(t.slice(t.transpose(x), [9, 1], [0, 9], [-3, 2]), { axis: 1 }),
  },
  {
    what: "concat of views of one tensor",
    shapes: [[4, 5]],
    engine: (x) =>
      r.concat([r.transpose(x), r.flip(r.reshape(x, [5, 4]), [1]), r.slice(r.transpose(x), [0, 0], [5, 2])], {
        axis: 1,
      }),
    textbook: (x) =>
      t.concat([t.transpose(x), t.flip(t.reshape(x, [5, 4]), [1]), t.slice(t.transpose(x), [0, 0], [5, 2])], {
        axis: 1,
      }),
  },
  {
    what: "pad of a view, sliced again",
    shapes: [[3, 4]],
    engine: (x) =>
      r.slice(
        r.pad(
          r.transpose(x),
          [
            [2, 1],
            [1, 2],
          ],
          { value: 0.5 },
        ),
        [1, 0],
        [7, 5],
        [2, 1],
      ),
    textbook: (x) =>
      t.slice(
        t.pad(
          t.transpose(x),
          [
            [2, 1],
            [1, 2],
          ],
          { value: 0.5 },
        ),
        [1, 0],
        [7, 5],
        [2, 1],
      ),
  },
  {
    what: "pad of a pad, and a pointwise chain over both",
    shapes: [
      [3, 2],
      [6, 6],
    ],
    engine: (x, y) =>
      r.mul(
        r.add(
          r.pad(
            r.pad(
              x,
              [
                [1, 0],
                [1, 1],
              ],
              { value: 2 },
            ),
            [
              [1, 1],
              [0, 2],
            ],
            { value: -1 },
          ),
          1,
        ),
        y,
      ),
    textbook: (x, y) =>
      t.mul(
        t.add(
          t.pad(
            t.pad(
              x,
              [
                [1, 0],
                [1, 1],
              ],
              { value: 2 },
            ),
            [
              [1, 1],
              [0, 2],
            ],
            { value: -1 },
          ),
          1,
        ),
        y,
      ),
  },
  {
    what: "a matmul of views",
    shapes: [
      [5, 2, 3],
      [7, 6],
    ],
    engine: (x, y) =>
      r.matmul(r.reshape(r.flip(x, [1]), [5, 6]), r.transpose(r.slice(y, [6, 0], [-8, 6], [-2, 1]))),
    textbook: (x, y) =>
      t.matmul(t.reshape(t.flip(x, [1]), [5, 6]), t.transpose(t.slice(y, [6, 0], [-8, 6], [-2, 1]))),
  },
  {
    what: "a convolution of a padded, cropped and mirrored picture",
    shapes: [
      [1, 6, 5, 3],
      [3, 3, 3, 2],
    ],
    engine: (x, w) =>
      r.conv2d(
        r.flip(
          r.slice(
            r.pad(x, [
              [0, 0],
              [2, 2],
              [2, 2],
              [0, 0],
            ]),
            [0, 1, 3, 0],
            [1, 7, 8, 3],
          ),
          [2],
        ),
        r.flip(w, [0, 1]),
      ),
    textbook: (x, w) =>
      t.conv2d(
        t.flip(
          t.slice(
            t.pad(x, [
              [0, 0],
              [2, 2],
              [2, 2],
              [0, 0],
            ]),
            [0, 1, 3, 0],
            [1, 7, 8, 3],
          ),
          [2],
        ),
        t.flip(w, [0, 1]),
      ),
  },
  {
    what: "a pool of a transposed picture",
    shapes: [[2, 3, 6, 5]],
    engine: (x) => r.avgPool2d(r.transpose(x, [0, 2, 3, 1]), 2, { stride: 1, padding: 1 }),
    textbook: (x) => t.avgPool2d(t.transpose(x, [0, 2, 3, 1]), 2, { stride: 1, padding: 1 }),
  },
  {
    what: "rows gathered out of a transpose",
    shapes: [[3, 5]],
    engine: (x) =>
      r.gather(r.transpose(x), toTensor({ shape: [4], data: Float64Array.of(4, 0, 0, 2) }, "i32")),
    textbook: (x) => t.gather(t.transpose(x), { shape: [4], data: Float64Array.of(4, 0, 0, 2) }),
  },
  {
    what: "batch normalisation by hand",
    shapes: [[3, 4, 2, 5], [5], [5]],
    engine: (x, scale, shift) => {
      const axis = [0, 1, 2];
      const centred = r.sub(x, r.mean(x, { axis }));
      return r.add(r.mul(r.div(centred, r.sqrt(r.add(r.variance(x, { axis }), 1e-3))), scale), shift);
    },
    textbook: (x, scale, shift) => {
      const axis = [0, 1, 2];
      const centred = t.sub(x, t.mean(x, { axis }));
      return t.add(t.mul(t.div(centred, t.sqrt(t.add(t.variance(x, { axis }), 1e-3))), scale), shift);
    },
  },
];

onEveryTarget("chains of views", () => {
  test.each(chains)("$what", async ({ shapes, engine, textbook }) => {
    const xs = shapes.map((shape, k) => uniform(shape, { seed: k + 1 }));
    await closeTo(engine(...xs.map((x) => toTensor(x))), textbook(...xs));
    await checkGradient(engine, textbook, xs);
  });

  describe("what is asked for is a view itself", () => {
    const x = uniform([4, 6]);
    test("a transpose", () => equalTo(r.transpose(toTensor(x)), t.transpose(x)));
    test("a broadcast", () => equalTo(r.broadcastTo(toTensor(x), [2, 4, 6]), t.broadcastTo(x, [2, 4, 6])));
    test("backwards", () => equalTo(r.flip(toTensor(x), [0, 1]), t.flip(x, [0, 1])));
  });

  test("one tensor asked for several times, alone and together with what is made of it", async () => {
    const x = uniform([5, 7]);
    const doubled = r.mul(toTensor(x), 2);
    const [again, back] = await r.compute([doubled, r.transpose(doubled)]);
    await equalTo(doubled, t.mul(x, 2));
    await equalTo(r.sub(doubled, toTensor(x)), x);
    await equalTo(toTensor({ shape: [5, 7], data: Float64Array.from(again) }), t.mul(x, 2));
    await equalTo(toTensor({ shape: [7, 5], data: Float64Array.from(back) }), t.transpose(t.mul(x, 2)));
  });
});
