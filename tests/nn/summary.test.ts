import { describe, expect, test } from "vitest";
import { add, concat, mul, ShapeError, transpose } from "../../src/index.js";
import * as nn from "../../src/nn/index.js";

const conv = (kernel: number, options: { stride?: number; dilation?: number; padding?: "same" } = {}) =>
  nn.conv2d({ filters: 2, kernel, ...options });
const field = (model: nn.Model, input = [64, 64, 2]) => model.summary(input).layers.at(-1)!.receptiveField;

describe("receptive fields", () => {
  test("grow by (k − 1) · jump", () => {
    const model = nn.sequential(
      conv(3),
      nn.maxPool2d(2),
      conv(3, { stride: 2 }),
      nn.relu(),
      conv(3),
      nn.avgPool2d(2),
    );
    // 1 + 2, + 1, + 2·2, then jump 4: + 2·4, + 4
    expect(model.summary([64, 64, 1]).layers.map((l) => l.receptiveField)).toEqual([3, 4, 8, 8, 16, 20]);
  });

  test("dilation spreads the window", () =>
    expect(field(nn.sequential(conv(3, { dilation: 4 }), conv(3)))).toBe(11));

  test("a pair where height and width differ", () =>
    expect(field(nn.sequential(nn.conv2d({ filters: 1, kernel: [3, 5] }), nn.maxPool2d([2, 1])))).toEqual([
      4, 5,
    ]));

  test("after a dense layer everything is seen", () => {
    const model = nn.sequential(conv(3), nn.flatten(), nn.dense(2), nn.relu());
    expect(model.summary([8, 8, 1]).layers.map((l) => l.receptiveField)).toEqual([3, 3, null, null]);
  });

  test("the larger branch decides where branches meet", () => {
    const branches: nn.Layer = {
      type: "branches",
      forward: (x, scope) =>
        concat(
          [
            scope.run(conv(1), x, "small"),
            scope.run(nn.sequential(conv(3, { padding: "same" }), conv(3, { padding: "same" })), x, "large"),
          ],
          {
            axis: 3,
          },
        ),
    };
    const residual = (inner: nn.Layer): nn.Layer => ({
      type: "residual",
      forward: (x, scope) => add(mul(x, 2), scope.run(inner, x, "inner")),
    });
    expect(field(nn.sequential(conv(3), branches, nn.relu()))).toBe(7);
    expect(field(nn.sequential(conv(3), residual(conv(3, { padding: "same" })), conv(3)))).toBe(7);
  });

  test("branches that look to different sides are both covered", () => {
    const sided = (low: number, high: number) =>
      nn.conv2d({
        filters: 1,
        kernel: 3,
        padding: [
          [low, high],
          [1, 1],
        ],
      });
    const both: nn.Layer = {
      type: "both",
      forward: (x, scope) => add(scope.run(sided(2, 0), x, "up"), scope.run(sided(0, 2), x, "down")),
    };
    expect(field(nn.sequential(both, nn.relu()))).toEqual([5, 3]);
  });
});

test("a summary needs neither numbers nor memory", () => {
  // 25,088 · 4,096 weights in the first dense layer alone
  const model = nn.sequential("net", nn.flatten(), nn.dense(4096), nn.dense(1000));
  const { params, macs } = model.summary([7, 7, 512]);
  expect(params).toBe((25_088 + 1) * 4096 + 4097 * 1000);
  expect(macs).toBe(25_088 * 4096 + 4096 * 1000);
  expect(model.parameters.size).toBe(0);
});

test("groups see fewer channels, running statistics are no parameters, inner layers have rows of their own", () => {
  const model = nn.sequential(
    "net",
    nn.sequential("block1", nn.conv2d({ filters: 8, kernel: 3, groups: 4, bias: false }), nn.batchNorm()),
    { type: "mirror", forward: (x) => transpose(x, [0, 2, 1, 3]) },
  );
  const expected = {
    model: "net",
    input: [6, 8, 4],
    params: 72 + 16,
    macs: 4 * 6 * 8 * 9,
    layers: [
      { name: "block1/conv1", type: "conv2d", output: [4, 6, 8], params: 72, macs: 1728, receptiveField: 3 },
      {
        name: "block1/batchNorm1",
        type: "batchNorm",
        output: [4, 6, 8],
        params: 16,
        macs: 0,
        receptiveField: 3,
      },
      { name: "mirror1", type: "mirror", output: [6, 4, 8], params: 0, macs: 0, receptiveField: 3 },
    ],
  };
  expect(model.summary([6, 8, 4])).toEqual(expected);
  model.build([6, 8, 4]);
  expect(model.summary()).toEqual(expected);
});

test("which shape, if the model is not built", () => {
  expect(() => nn.sequential("net").summary()).toThrow(
    new ShapeError("net: not built yet: summary needs the shape of one example, such as [28, 28, 1]"),
  );
});

describe("receptive fields of layers that change the size of pictures", () => {
  const fields = (size: number, ...layers: nn.Layer[]) =>
    nn
      .sequential(...layers)
      .summary([size, size, 4])
      .layers.map(({ receptiveField }) => receptiveField);
  const conv = (kernel: number) => nn.conv2d({ filters: 4, kernel, padding: "same" });

  test("a pixel of an enlarged picture sees one pixel, or two if it lies between them", () => {
    expect(fields(8, nn.maxPool2d(2), nn.upsample2d({ factor: 2 }), conv(3))).toEqual([2, 2, 4]);
    expect(fields(8, nn.maxPool2d(2), nn.upsample2d({ factor: 2, method: "bilinear" }))).toEqual([2, 4]);
  });

  test("a transposed convolution lays ⌈kernel / stride⌉ pixels over each other", () => {
    const enlarge = nn.conv2dTranspose({ filters: 4, kernel: 4, stride: 2, padding: 1 });
    // The convolution behind it sees 3 pixels that stand half a pixel apart.
    expect(fields(8, conv(3), enlarge, conv(3))).toEqual([3, 4, 5]);
    expect(fields(8, nn.conv2dTranspose({ filters: 4, kernel: 2, stride: 2 }), conv(2))).toEqual([1, 2]);
  });

  test("adaptive and global pooling", () => {
    expect(fields(12, nn.adaptiveAvgPool2d(3))).toEqual([4]);
    expect(fields(7, nn.adaptiveAvgPool2d(3))).toEqual([3]);
    expect(fields(7, nn.adaptiveAvgPool2d(1))).toEqual([null]);
    expect(fields(7, conv(3), nn.globalAvgPool2d())).toEqual([3, null]);
  });
});
