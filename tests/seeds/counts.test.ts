import { describe, expect, test } from "vitest";
import { conv2d, matmul, maxPool2d, type Tensor, zeros } from "../../src/index.js";

/** Sizes and counts of the lectures. Tensors are lazy: only shapes are asked for, so nothing here is computed. */
const count = (x: Tensor): number => x.size;

describe("the size of feature maps", () => {
  // Jie Wang, lecture 15, "The output from the convolution layer can be huge".
  test("400 filters of 8×8 over 96×96 make 400×89×89 = 3,168,400 features", () => {
    const maps = conv2d(zeros([1, 96, 96, 1]), zeros([8, 8, 1, 400]));
    expect(maps.shape).toEqual([1, 89, 89, 400]);
    expect(count(maps)).toBe(3_168_400);
  });

  // "What is the size of the feature maps?": N × ((H − n)/s + 1) × ((W − n)/s + 1)
  test.each([
    { h: 6, w: 6, n: 3, s: 1, filters: 2 },
    { h: 6, w: 6, n: 3, s: 3, filters: 2 },
    { h: 7, w: 9, n: 3, s: 2, filters: 5 },
    { h: 96, w: 96, n: 8, s: 1, filters: 400 },
  ])("$filters filters of $n×$n over $h×$w with stride $s", ({ h, w, n, s, filters }) => {
    const maps = conv2d(zeros([1, h, w, 1]), zeros([n, n, 1, filters]), { stride: s });
    expect(maps.shape).toEqual([1, (h - n) / s + 1, (w - n) / s + 1, filters]);
  });

  // "May not divisible!": ignore the extra pixels, or add P_H and P_W zeros
  test("6×6 by 3×3 with stride 2: 2×2 with the extra pixels ignored, 3×3 filled with zeros", () => {
    const [x, w] = [zeros([1, 6, 6, 1]), zeros([3, 3, 1, 1])];
    expect(conv2d(x, w, { stride: 2 }).shape).toEqual([1, 2, 2, 1]);
    expect(
      conv2d(x, w, {
        stride: 2,
        padding: [
          [0, 1],
          [0, 1],
        ],
      }).shape,
    ).toEqual([1, 3, 3, 1]);
    expect(conv2d(x, w, { stride: 2, padding: "same" }).shape).toEqual([1, 3, 3, 1]);
  });

  // The University of Adelaide, "Convolutional Layer": a 32×32×3 image and a 5×5×3 filter.
  test("a 5×5×3 filter over 32×32×3 makes one map of 28×28, six make a new image of 28×28×6", () => {
    const image = zeros([1, 32, 32, 3]);
    expect(conv2d(image, zeros([5, 5, 3, 1])).shape).toEqual([1, 28, 28, 1]);
    expect(conv2d(image, zeros([5, 5, 3, 6])).shape).toEqual([1, 28, 28, 6]);
  });

  // Gang Li, "What does CNN learn?": 25 filters of 3×3, max pooling, 50 filters of 3×3: the k-th map is 11×11.
  test("50×11×11 after 25 and 50 filters of 3×3 on a picture of 28×28", () => {
    const pooled = maxPool2d(conv2d(zeros([1, 28, 28, 1]), zeros([3, 3, 1, 25])), 2);
    expect(pooled.shape).toEqual([1, 13, 13, 25]);
    const maps = conv2d(pooled, zeros([3, 3, 25, 50]));
    expect(maps.shape).toEqual([1, 11, 11, 50]);
    expect(maxPool2d(maps, 2).shape).toEqual([1, 5, 5, 50]);
  });
});

describe("the number of parameters", () => {
  // Jie Wang: "There are 9N parameters. The power of sharing weights!"
  test.each([1, 2, 64])("%s filters of 3×3 have 9 each, whatever the size of the image", (n) => {
    const filters = zeros([3, 3, 1, n]);
    expect(count(filters)).toBe(9 * n);
    for (const edge of [6, 96]) expect(conv2d(zeros([1, edge, edge, 1]), filters).shape[3]).toBe(n);
  });

  // Hung-yi Lee, "Convolution v.s. Fully Connected": the 6×6 image, one 3×3 filter, and a layer that does as much.
  test("a filter of 9 does what a fully connected layer needs 36 × 16 for", () => {
    const [image, filter] = [zeros([1, 6, 6, 1]), zeros([3, 3, 1, 1])];
    const weights = zeros([36, 16]);
    expect(count(conv2d(image, filter))).toBe(count(matmul(zeros([1, 36]), weights)));
    expect([count(filter), count(weights)]).toEqual([9, 576]);
  });

  // The University of Adelaide, "Why Convolutions?": 1M filters of 10×10, where 1M hidden units would take 10¹².
  test("a million filters of 10×10 have 100 million parameters", () => {
    expect(count(zeros([10, 10, 1, 1_000_000]))).toBe(100_000_000);
  });
});
