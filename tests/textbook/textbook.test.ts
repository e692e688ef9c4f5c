import { describe, expect, test } from "vitest";
import * as textbook from "./index.js";
import { fill, filter, numbers, picture } from "./numbers.js";

/** The oracle is held to numbers worked out by hand. */
const values = (x: { data: Float64Array }) => [...x.data];
const counting = (...shape: number[]) => numbers([...Array(shape.reduce((a, b) => a * b, 1)).keys()], shape);

describe("pointwise", () => {
  test("a column and a row make a table", () => {
    const table = textbook.add(numbers([1, 2], [2, 1]), numbers([10, 20, 30]));
    expect(table.shape).toEqual([2, 3]);
    expect(values(table)).toEqual([11, 21, 31, 12, 22, 32]);
  });
  test("where takes from both", () => {
    expect(values(textbook.where(numbers([1, 0, 1]), numbers([1, 2, 3]), 0))).toEqual([1, 0, 3]);
  });
  test("activations at −1, 0, 1", () => {
    const x = numbers([-1, 0, 1]);
    expect(values(textbook.relu(x))).toEqual([0, 0, 1]);
    expect(values(textbook.leakyRelu(x, 0.1))).toEqual([-0.1, 0, 1]);
    expect(values(textbook.elu(x, 2))).toEqual([2 * (1 / Math.E - 1), 0, 1]);
    expect(textbook.softplus(x).data[1]).toBeCloseTo(Math.log(2), 15);
    expect(textbook.sigmoid(x).data[1]).toBe(0.5);
  });
});

describe("reductions", () => {
  const x = numbers([1, 5, 5, 4, 0, 2], [2, 3]);
  test("along one axis, along all", () => {
    expect(values(textbook.sum(x, { axis: 0 }))).toEqual([5, 5, 7]);
    expect(values(textbook.sum(x, { axis: -1 }))).toEqual([11, 6]);
    expect(textbook.mean(x)).toEqual({ shape: [], data: Float64Array.of(17 / 6) });
    expect(textbook.max(x, { axis: [0, 1], keepDims: true }).shape).toEqual([1, 1]);
  });
  test("argmax takes the first of equals", () =>
    expect(values(textbook.argmax(x, { axis: 1 }))).toEqual([1, 0]));
  test("variance divides by the count", () =>
    expect(values(textbook.variance(numbers([1, 2, 3, 4])))).toEqual([1.25]));
  test("softmax of equals", () =>
    expect(values(textbook.softmax(numbers([1000, 1000])))).toEqual([0.5, 0.5]));
});

describe("shape operations", () => {
  test("transpose of a 2×3", () =>
    expect(values(textbook.transpose(counting(2, 3)))).toEqual([0, 3, 1, 4, 2, 5]));
  test("slices as Python takes them", () => {
    const x = counting(6);
    expect(values(textbook.slice(x, [1], [5], [2]))).toEqual([1, 3]);
    expect(values(textbook.slice(x, [-2], [6]))).toEqual([4, 5]);
    expect(values(textbook.slice(x, [4], [0], [-2]))).toEqual([4, 2]);
    expect(values(textbook.slice(x, [5], [-7], [-1]))).toEqual([5, 4, 3, 2, 1, 0]);
  });
  test("flip, pad, concat", () => {
    expect(values(textbook.flip(counting(2, 2), [-1]))).toEqual([1, 0, 3, 2]);
    expect(values(textbook.pad(counting(2), [[1, 2]], { value: 9 }))).toEqual([9, 0, 1, 9, 9]);
    expect(values(textbook.concat([counting(2, 1), counting(2, 2)], { axis: 1 }))).toEqual([
      0, 0, 1, 1, 2, 3,
    ]);
    expect(textbook.reshape(counting(2, 6), [3, -1]).shape).toEqual([3, 4]);
  });
  test("gather and one-hot", () => {
    const rows = textbook.gather(counting(3, 2), numbers([2, 0, 2]));
    expect(rows.shape).toEqual([3, 2]);
    expect(values(rows)).toEqual([4, 5, 0, 1, 4, 5]);
    expect(values(textbook.oneHot(numbers([1, 0]), 3))).toEqual([0, 1, 0, 1, 0, 0]);
  });
});

test("matmul broadcasts its batch", () => {
  const y = textbook.matmul(counting(2, 1, 2), counting(2, 2));
  expect(y.shape).toEqual([2, 1, 2]);
  expect(values(y)).toEqual([2, 3, 6, 11]);
});

describe("conv2d", () => {
  test("one window", () =>
    expect(
      values(
        textbook.conv2d(
          picture([
            [1, 2],
            [3, 4],
          ]),
          filter([
            [1, 10],
            [100, 1000],
          ]),
        ),
      ),
    ).toEqual([4321]));
  test("same puts the odd pixel at the bottom and the right", () =>
    expect(
      values(
        textbook.conv2d(
          picture([
            [1, 2],
            [3, 4],
          ]),
          filter([
            [1, 10],
            [100, 1000],
          ]),
          { padding: "same" },
        ),
      ),
    ).toEqual([4321, 402, 43, 4]));
  test("each group sees its own channels", () => {
    const x = numbers([1, 10], [1, 1, 1, 2]);
    expect(values(textbook.conv2d(x, numbers([2, 3], [1, 1, 1, 2]), { groups: 2 }))).toEqual([2, 30]);
  });
  test.each([
    { h: 7, k: 3, options: { stride: 2 }, out: 3 },
    { h: 7, k: 3, options: { dilation: 3 }, out: 1 },
    { h: 7, k: 3, options: { stride: 2, padding: "same" as const }, out: 4 },
    { h: 7, k: 3, options: { padding: 2 }, out: 9 },
  ])("$h pixels, kernel $k, $options: $out", ({ h, k, options, out }) =>
    expect(textbook.conv2d(counting(1, h, h, 1), counting(k, k, 1, 1), options).shape).toEqual([
      1,
      out,
      out,
      1,
    ]),
  );
});

describe("pooling", () => {
  const x = picture([
    [1, 2, 3],
    [4, 5, 6],
    [7, 8, 9],
  ]);
  test("floor drops what is left over, ceil gives it a window of its own", () => {
    expect(values(textbook.maxPool2d(x, 2))).toEqual([5]);
    expect(values(textbook.maxPool2d(x, 2, { ceil: true }))).toEqual([5, 6, 8, 9]);
    expect(values(textbook.maxPool2dSwitches(x, 2, { ceil: true }))).toEqual([3, 2, 1, 0]);
  });
  // torch.nn.functional.avg_pool2d(x, 2, 2, padding=0, ceil_mode=True): the cells past the picture never count
  test("averages in ceil mode", () =>
    expect(values(textbook.avgPool2d(x, 2, { ceil: true }))).toEqual([3, 4.5, 7.5, 9]));
  // torch: avg_pool2d(x, 2, 2, padding=1) and the same with count_include_pad=False
  test("averages with padding", () => {
    expect(values(textbook.avgPool2d(x, 2, { padding: 1 }))).toEqual([0.25, 1.25, 2.75, 7]);
    expect(values(textbook.avgPool2d(x, 2, { padding: 1, countPadding: false }))).toEqual([1, 2.5, 5.5, 7]);
  });
  test("in ceil mode the last window starts inside the picture or the padding before it", () => {
    const row = fill([1, 1, 2, 1], () => 1);
    expect(
      textbook.maxPool2d(row, [1, 2], {
        stride: [1, 2],
        padding: [
          [0, 0],
          [1, 1],
        ],
        ceil: true,
      }).shape,
    ).toEqual([1, 1, 2, 1]);
  });
});
