/** Which pixels a unit sees, held to the gradient: with weights that are all above 0 nothing cancels out. */
import { describe, expect, test } from "vitest";
import { explain, gradients, nn, slice, sum, type Tensor, variable } from "../../src/index.js";

const positive = { initialiser: { constant: 0.1 } } as const;
const conv = (kernel: number | [number, number], options: object = {}) =>
  nn.conv2d({ filters: 2, kernel, ...positive, ...options });

const networks: { [name: string]: nn.Layer[] } = {
  "plain convolutions": [conv(3), conv(2)],
  "padding, strides and dilation": [
    conv(3, { padding: "same", stride: 2 }),
    conv([3, 2], { padding: "same", dilation: 2 }),
    nn.avgPool2d(3, { stride: 2, padding: 1 }),
  ],
  "padding on one side": [
    nn.pad({ rows: [3, 0], columns: [0, 2] }),
    conv(3, {
      padding: [
        [0, 2],
        [1, 0],
      ],
    }),
  ],
  "a transposed convolution": [
    conv(3, { stride: 2 }),
    nn.conv2dTranspose({ filters: 2, kernel: 3, stride: 2, padding: 1, outputPadding: 1, ...positive }),
  ],
  "a transposed convolution with dilation": [
    conv(2, { stride: 2 }),
    nn.conv2dTranspose({ filters: 2, kernel: 2, stride: 2, dilation: 3, ...positive }),
  ],
  "nearest enlarging": [conv(3, { stride: 3 }), nn.upsample2d({ factor: [2, 3] }), conv(2)],
  "bilinear enlarging": [conv(2, { stride: 2 }), nn.upsample2d({ factor: 2, method: "bilinear" })],
  "corners aligned": [conv(2), nn.upsample2d({ size: [17, 5], method: "bilinear", alignCorners: true })],
  "adaptive pooling": [conv(2), nn.adaptiveAvgPool2d([5, 3])],
  "global pooling": [conv(2), nn.globalAvgPool2d()],
  "branches and a residual": [
    nn.branches([conv(1), conv(5, { padding: "same" }), nn.avgPool2d(3, { stride: 1, padding: 1 })]),
    nn.residual([conv(3, { padding: "same" }), nn.conv2d({ filters: 5, kernel: 1, ...positive })]),
  ],
};

/** The smallest rectangle around what is not 0. */
function around(values: ArrayLike<number>, [, height, width, channels]: readonly number[]) {
  const hit = (p: number) =>
    Array.from({ length: channels }, (_, c) => values[p * channels + c]).some((v) => v !== 0);
  const places = Array.from({ length: height * width }, (_, p) => p).filter(hit);
  if (places.length === 0) return null;
  const [rows, columns] = [places.map((p) => Math.floor(p / width)), places.map((p) => p % width)];
  const [top, left] = [Math.min(...rows), Math.min(...columns)];
  return { top, left, height: Math.max(...rows) - top + 1, width: Math.max(...columns) - left + 1 };
}

const unitsOf = (y: Tensor) => (y.rank === 4 ? y.shape.slice(1, 3) : [1, 1]);

describe.each(Object.entries(networks))("%s", (_, layers) => {
  const model = nn.sequential(...layers);
  model.build([12, 9, 1]);
  const x = variable(new Float32Array(108).fill(1), [1, 12, 9, 1]);
  const layer = model.layerNames.at(-1)!;
  const [height, width] = unitsOf(model(x));
  const some = (count: number) => [...new Set([0, 1, count >> 1, count - 1])].filter((i) => i < count);

  test("its units see what their gradient reaches", async () => {
    for (const row of some(height))
      for (const column of some(width)) {
        const y = model(x);
        const one = y.rank === 4 ? slice(y, [0, row, column, 0], [1, row + 1, column + 1, y.shape[3]]) : y;
        const [slope] = gradients(sum(one), [x]);
        const expected = around(await slope.data(), x.shape);
        expect(explain.pixelsSeen(model, { layer, unit: [row, column] }), `unit ${row}, ${column}`).toEqual(
          expected,
        );
      }
  });

  test("its pixels are seen by the units that see them", () => {
    for (const pixel of [
      [0, 0],
      [5, 4],
      [11, 8],
    ] as const) {
      const seeing: number[][] = [];
      for (let row = 0; row < height; row++)
        for (let column = 0; column < width; column++) {
          const box = explain.pixelsSeen(model, { layer, unit: [row, column] });
          if (!box) continue;
          const isIn = (d: 0 | 1, from: number, length: number) =>
            pixel[d] >= from && pixel[d] < from + length;
          if (isIn(0, box.top, box.height) && isIn(1, box.left, box.width)) seeing.push([row, column]);
        }
      const rows = seeing.map(([row]) => row);
      const columns = seeing.map(([, column]) => column);
      const [top, left] = [Math.min(...rows), Math.min(...columns)];
      const expected =
        seeing.length === 0
          ? null
          : { top, left, height: Math.max(...rows) - top + 1, width: Math.max(...columns) - left + 1 };
      expect(explain.unitsSeeing(model, { layer, pixel }), String(pixel)).toEqual(expected);
    }
  });
});

test("of several inputs each is asked for by name", () => {
  const model = nn.graph("two", {
    inputs: ["photo", "depth"],
    nodes: {
      near: { layer: conv(3, { padding: "same" }), from: "photo" },
      far: { layer: conv(5, { padding: "same" }), from: "depth" },
      both: { layer: nn.add(), from: ["near", "far"] },
    },
    outputs: "both",
  });
  model.build({ photo: [9, 9, 1], depth: [9, 9, 1] });
  const unit = [4, 4] as const;
  expect(explain.pixelsSeen(model, { layer: "both", unit })).toEqual({
    top: 3,
    left: 3,
    height: 3,
    width: 3,
  });
  expect(explain.pixelsSeen(model, { layer: "both", unit, input: "depth" })).toEqual({
    ...{ top: 2, left: 2, height: 5, width: 5 },
  });
  expect(explain.pixelsSeen(model, { layer: "near", unit, input: "depth" })).toBeNull();
  expect(() => explain.pixelsSeen(model, { layer: "bth", unit })).toThrow(
    new explain.ExplainError(
      'pixelsSeen: two has no layer "bth"; its layers are near, far, both; did you mean "both"?',
    ),
  );
  expect(() => explain.unitsSeeing(model, { layer: "both", pixel: [9, 0] })).toThrow(
    new explain.ExplainError(
      "unitsSeeing: there is no place [9, 0]: the picture of two is 9 high and 9 wide",
    ),
  );
});
