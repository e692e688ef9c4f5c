import { describe, expect, test } from "vitest";
import { avgPool2d, concat, conv2d, gradients, maxPool2d, mul, sum, type Tensor } from "../../src/index.js";
import { closeTo, equalTo, toTensor } from "../checks/close-to.js";
import { uniform } from "../checks/random.js";
import { filter, numbers, picture } from "../textbook/numbers.js";

/** The worked numbers of the lectures, as they stand on the slides. */
const convolved = (image: number[][], weights: number[][], options = {}): Tensor =>
  conv2d(toTensor(picture(image)), toTensor(filter(weights)), options);

const diagonal = [
  [1, -1, -1],
  [-1, 1, -1],
  [-1, -1, 1],
];

// Hung-yi Lee, Convolutional Neural Network, "CNN – Convolution" and "CNN – Max Pooling".
describe("the 6×6 image of two crossing strokes", () => {
  const image = [
    [1, 0, 0, 0, 0, 1],
    [0, 1, 0, 0, 1, 0],
    [0, 0, 1, 1, 0, 0],
    [1, 0, 0, 0, 1, 0],
    [0, 1, 0, 0, 1, 0],
    [0, 0, 1, 0, 1, 0],
  ];
  const upright = [
    [-1, 1, -1],
    [-1, 1, -1],
    [-1, 1, -1],
  ];
  const first = [
    [3, -1, -3, -1],
    [-3, 1, 0, -3],
    [-3, -3, 0, 1],
    [3, -2, -2, -1],
  ];
  const second = [
    [-1, -1, -1, -1],
    [-1, -1, -2, 1],
    [-1, -1, -2, 1],
    [-1, 0, -4, 3],
  ];

  test("filter 1, stride 1", () => equalTo(convolved(image, diagonal), picture(first)));
  test("filter 1, stride 2: the first row is 3 and −3", () =>
    equalTo(
      convolved(image, diagonal, { stride: 2 }),
      picture([
        [3, -3],
        [-3, 0],
      ]),
    ));
  test("filter 1, stride 3", () =>
    equalTo(
      convolved(image, diagonal, { stride: 3 }),
      picture([
        [3, -1],
        [3, -1],
      ]),
    ));
  test("filter 2, stride 1", () => equalTo(convolved(image, upright), picture(second)));

  test("both filters at once make a picture of two channels, 4×4", async () => {
    const both = concat([toTensor(filter(diagonal)), toTensor(filter(upright))], { axis: 3 });
    const maps = conv2d(toTensor(picture(image)), both);
    const channels = first.flatMap((row, i) => row.flatMap((value, j) => [value, second[i][j]]));
    await equalTo(maps, numbers(channels, [1, 4, 4, 2]));
    // Each filter is a channel of the new image, but smaller: 2×2.
    await equalTo(maxPool2d(maps, 2), numbers([3, -1, 0, 1, 3, 0, 1, 3], [1, 2, 2, 2]));
  });

  test("max pooling of the first map", () =>
    equalTo(
      maxPool2d(toTensor(picture(first)), 2),
      picture([
        [3, 0],
        [3, 1],
      ]),
    ));
  test("max pooling of the second map", () =>
    equalTo(
      maxPool2d(toTensor(picture(second)), 2),
      picture([
        [-1, 1],
        [0, 3],
      ]),
    ));
});

// Jie Wang, Introduction to Machine Learning, lecture 15, "CNN – Convolution Layer".
describe("the 6×6 image of a seven", () => {
  const image = [
    [1, 1, 1, 1, 1, 1],
    [0, 0, 0, 0, 1, 0],
    [0, 1, 1, 1, 0, 0],
    [0, 0, 1, 0, 0, 0],
    [0, 1, 0, 0, 0, 0],
    [1, 0, 0, 0, 0, 0],
  ];
  const seven = [
    [1, 1, 1],
    [-1, 1, -1],
    [1, -1, -1],
  ];
  const map = [
    [1, 2, 2, 5],
    [-1, -2, 2, 0],
    [0, 5, 1, 1],
    [3, 0, 1, 0],
  ];

  test("filter 1, stride 1", () => equalTo(convolved(image, seven), picture(map)));
  test("filter 1, stride 2", () =>
    equalTo(
      convolved(image, seven, { stride: 2 }),
      picture([
        [1, 2],
        [0, 1],
      ]),
    ));
  test("filter 1, stride 3", () =>
    equalTo(
      convolved(image, seven, { stride: 3 }),
      picture([
        [1, 5],
        [3, 0],
      ]),
    ));
  test("filter 2, stride 1", () => equalTo(convolved(image, diagonal), picture(byHand(image, diagonal))));
  test("two filters of 3×3 make 2×4×4", () => {
    const both = concat([toTensor(filter(seven)), toTensor(filter(diagonal))], { axis: 3 });
    expect(conv2d(toTensor(picture(image)), both).shape).toEqual([1, 4, 4, 2]);
  });

  test("stride 2 does not come out even: filled with zeros to the right and below, it makes 3×3", async () => {
    const filled = convolved(image, seven, {
      stride: 2,
      padding: [
        [0, 1],
        [0, 1],
      ],
    });
    const zeros = [...image.map((row) => [...row, 0]), Array(7).fill(0)];
    await equalTo(filled, picture([0, 2, 4].map((i) => [0, 2, 4].map((j) => byHand(zeros, seven)[i][j]))));
    const same = convolved(image, seven, { stride: 2, padding: "same" });
    expect(await same.data()).toEqual(await filled.data());
  });

  test("max, average and overlapping pooling of the map", async () => {
    const x = toTensor(picture(map));
    await equalTo(
      maxPool2d(x, 2),
      picture([
        [2, 5],
        [5, 1],
      ]),
    );
    await equalTo(
      avgPool2d(x, 2),
      picture([
        [0, 2.25],
        [2, 0.75],
      ]),
    );
    await equalTo(
      maxPool2d(x, 2, { stride: 1 }),
      picture([
        [2, 2, 5],
        [5, 5, 2],
        [5, 5, 1],
      ]),
    );
  });
});

/** The sum of products under every place of the filter */
function byHand(image: number[][], weights: number[][]): number[][] {
  const places = (length: number) => [...Array(length - weights.length + 1).keys()];
  return places(image.length).map((i) =>
    places(image[0].length).map((j) =>
      weights.flat().reduce((total, w, k) => total + w * image[i + Math.floor(k / 3)][j + (k % 3)], 0),
    ),
  );
}

// The University of Adelaide, "How is convolution done in practice?". The text has lost most of the image's digits; a
// square of ones is what makes the map that it still prints.
test("columns one apart", () =>
  equalTo(
    convolved(
      [
        [0, 0, 0, 0, 0],
        [0, 1, 1, 1, 0],
        [0, 1, 1, 1, 0],
        [0, 1, 1, 1, 0],
        [0, 0, 0, 0, 0],
      ],
      [
        [1, 0, 1],
        [1, 0, 1],
        [1, 0, 1],
      ],
    ),
    picture([
      [2, 4, 2],
      [3, 6, 3],
      [2, 4, 2],
    ]),
  ));

// Ananya Jana, CS360 Data Mining, lecture 14, "Background: Image Processing", "Downsampling".
describe("the 7×7 image of a letter", () => {
  const inner = [
    [1, 1, 1, 1, 1],
    [1, 0, 0, 1, 0],
    [1, 0, 1, 0, 0],
    [1, 1, 0, 0, 0],
    [1, 0, 0, 0, 0],
  ];
  const bordered = [Array(7).fill(0), ...inner.map((row) => [0, ...row, 0]), Array(7).fill(0)];
  const downsampled = [...inner.map((row) => [...row, 0]), Array(6).fill(0)];

  test("a corner", () =>
    equalTo(
      convolved(bordered, [
        [0, 0, 0],
        [0, 1, 1],
        [0, 1, 0],
      ]),
      picture([
        [3, 2, 2, 3, 1],
        [2, 0, 2, 1, 0],
        [2, 2, 1, 0, 0],
        [3, 1, 0, 0, 0],
        [1, 0, 0, 0, 0],
      ]),
    ));
  test("the identity", () =>
    equalTo(
      convolved(bordered, [
        [0, 0, 0],
        [0, 1, 0],
        [0, 0, 0],
      ]),
      picture(inner),
    ));

  const blur = [
    [0.1, 0.1, 0.1],
    [0.1, 0.2, 0.1],
    [0.1, 0.1, 0.1],
  ];
  const printed = [
    [0.4, 0.5, 0.5, 0.5, 0.4],
    [0.4, 0.2, 0.3, 0.6, 0.3],
    [0.5, 0.4, 0.4, 0.2, 0.1],
    [0.5, 0.6, 0.2, 0.1, 0],
    [0.4, 0.3, 0.1, 0, 0],
  ];
  // Four cells of the slide are not what its filter makes of its image. The first of them has four ones under the
  // filter, one of them in the middle: 3 · 0.1 + 0.2.
  const corrected = new Map([
    ["1,0", 0.5],
    ["1,1", 0.6],
    ["1,2", 0.5],
    ["2,1", 0.5],
  ]);
  const blurred = printed.map((row, i) => row.map((value, j) => corrected.get(`${i},${j}`) ?? value));
  test("blurring", () => closeTo(convolved(bordered, blur), picture(blurred), { rtol: 1e-6, atol: 1e-7 }));
  test("the border of zeros is what padding does", () =>
    closeTo(convolved(inner, blur, { padding: "same" }), picture(blurred), { rtol: 1e-6, atol: 1e-7 }));

  const ones = [
    [1, 1],
    [1, 1],
  ];
  const sums = [
    [3, 3, 1],
    [3, 1, 0],
    [1, 0, 0],
  ];
  test("downsampling with stride 2: 9 patches, 9 pixels", () =>
    equalTo(convolved(downsampled, ones, { stride: 2 }), picture(sums)));
  test("downsampling by averaging", async () => {
    const quarters = picture(sums.map((row) => row.map((v) => v / 4)));
    await equalTo(
      convolved(
        downsampled,
        [
          [0.25, 0.25],
          [0.25, 0.25],
        ],
        { stride: 2 },
      ),
      quarters,
    );
    await equalTo(avgPool2d(toTensor(picture(downsampled)), 2), quarters);
  });
});

// Jie Wang, lecture 15, "Backpropagation – Convolution Layer": a 3×3 input, a 2×2 filter, no bias.
describe("the equations of backpropagation", () => {
  const [x, f, e] = [
    uniform([1, 3, 3, 1], { seed: 1 }),
    uniform([2, 2, 1, 1], { seed: 2 }),
    uniform([1, 2, 2, 1], { seed: 3 }),
  ];
  const [X11, X12, X13, X21, X22, X23, X31, X32, X33] = x.data;
  const [F11, F12, F21, F22] = f.data;
  const [E11, E12, E21, E22] = e.data; // ∂E/∂O
  const [X, F] = [toTensor(x), toTensor(f)];
  const output = conv2d(X, F);
  const [dX, dF] = gradients(sum(mul(output, toTensor(e))), [X, F]);

  test("O", () =>
    closeTo(
      output,
      picture([
        [F11 * X11 + F12 * X12 + F21 * X21 + F22 * X22, F11 * X12 + F12 * X13 + F21 * X22 + F22 * X23],
        [F11 * X21 + F12 * X22 + F21 * X31 + F22 * X32, F11 * X22 + F12 * X23 + F21 * X32 + F22 * X33],
      ]),
    ));
  test("∂E/∂F", () =>
    closeTo(
      dF,
      filter([
        [E11 * X11 + E12 * X12 + E21 * X21 + E22 * X22, E11 * X12 + E12 * X13 + E21 * X22 + E22 * X23],
        [E11 * X21 + E12 * X22 + E21 * X31 + E22 * X32, E11 * X22 + E12 * X23 + E21 * X32 + E22 * X33],
      ]),
    ));
  test("∂E/∂X", () =>
    closeTo(
      dX,
      picture([
        [E11 * F11, E11 * F12 + E12 * F11, E12 * F12],
        [E11 * F21 + E21 * F11, E11 * F22 + E12 * F21 + E21 * F12 + E22 * F11, E12 * F22 + E22 * F12],
        [E21 * F21, E21 * F22 + E22 * F21, E22 * F22],
      ]),
    ));
  test("∂E/∂X is ∂E/∂O, bordered with zeros, convolved with the filter turned round", () =>
    closeTo(
      conv2d(
        toTensor(e),
        toTensor(
          filter([
            [F22, F21],
            [F12, F11],
          ]),
        ),
        { padding: 1 },
      ),
      picture([
        [E11 * F11, E11 * F12 + E12 * F11, E12 * F12],
        [E11 * F21 + E21 * F11, E11 * F22 + E12 * F21 + E21 * F12 + E22 * F11, E12 * F22 + E22 * F12],
        [E21 * F21, E21 * F22 + E22 * F21, E22 * F22],
      ]),
    ));
});
