import { describe, expect, test } from "vitest";
import {
  concat,
  conv2d,
  maxPool2d,
  maxPool2dSwitches,
  maxUnpool2d,
  mean,
  mul,
  ones,
  pad,
  reshape,
  sigmoid,
  slice,
  tensor,
} from "../../src/index.js";
import * as nn from "../../src/nn/index.js";

const one = { initialiser: { constant: 1 } } as const;
const conv = (kernel: number | [number, number], options: Partial<nn.Conv2dLayerOptions> = {}) =>
  nn.conv2d({ filters: 2, kernel, padding: "same", ...one, ...options });

/** The most pixels of the input, first to last, that one place of the result changes with; along y and x. */
async function seen(model: nn.Model, [h, w, c]: readonly number[]): Promise<[number, number]> {
  model.build([h, w, c], { seed: 1 });
  const along: [number, number] = [0, 0];
  for (const d of [0, 1] as const) {
    const extent = d === 0 ? h : w;
    // Picture k has a bright line at row (or column) k, the last one has none. All weights are above 0.
    const pictures = new Float32Array((extent + 1) * h * w * c).fill(1);
    for (let k = 0; k < extent; k++)
      for (let i = 0; i < h; i++)
        for (let j = 0; j < w; j++)
          if ((d === 0 ? i : j) === k)
            pictures.fill(5 + k, ((k * h + i) * w + j) * c, ((k * h + i) * w + j + 1) * c);
    const y = await model(tensor(pictures, [extent + 1, h, w, c])).data();
    const each = y.length / (extent + 1);
    for (let at = 0; at < each; at++) {
      const changed = Array.from({ length: extent }, (_, k) => k).filter(
        (k) => Math.abs(y[k * each + at] - y[extent * each + at]) > 1e-6,
      );
      if (changed.length > 0) along[d] = Math.max(along[d], changed.at(-1)! - changed[0] + 1);
    }
  }
  return along;
}

describe("the receptive field is what the numbers really depend on", () => {
  test.each<[string, () => nn.Layer[]]>([
    ["conv2d", () => [conv(3), conv([3, 5])]],
    ["strided", () => [conv(3, { stride: 2 }), conv(3), conv(3)]],
    ["dilated", () => [conv(3, { dilation: 3 }), conv(3)]],
    [
      "valid, then pooled",
      () => [conv(3, { padding: "valid" }), nn.maxPool2d(2), conv(3), nn.avgPool2d(3, { stride: 2 })],
    ],
    ["depthwise", () => [nn.depthwiseConv2d({ kernel: 5, padding: "same", dilation: 2, ...one }), conv(1)]],
    [
      "partial",
      () => [conv(3), nn.partialConv2d({ connections: [[0], [0, 1]], kernel: 5, padding: "same", ...one })],
    ],
    [
      "transposed, stride 2",
      () => [nn.maxPool2d(2), nn.conv2dTranspose({ filters: 2, kernel: 4, stride: 2, padding: 1, ...one })],
    ],
    [
      "transposed, kernel 3",
      () => [nn.maxPool2d(2), nn.conv2dTranspose({ filters: 2, kernel: 3, stride: 2, ...one }), conv(3)],
    ],
    ["transposed, dilated", () => [nn.conv2dTranspose({ filters: 2, kernel: 3, dilation: 2, ...one })]],
    ["upsampled", () => [nn.maxPool2d(2), nn.upsample2d({ factor: 2 }), conv(3)]],
    ["upsampled, an even window", () => [nn.maxPool2d(2), nn.upsample2d({ factor: 2 }), conv(2)]],
    ["upsampled threefold", () => [nn.maxPool2d(2), nn.upsample2d({ factor: 3 }), conv(3), conv(2)]],
    ["upsampled to an odd size", () => [nn.avgPool2d(2), nn.upsample2d({ size: 15 }), conv(3)]],
    [
      "a decoder",
      () => [
        nn.avgPool2d(4),
        nn.upsample2d({ factor: 2 }),
        conv(3),
        nn.upsample2d({ factor: 2 }),
        conv(3),
        nn.residual([conv(2)]),
      ],
    ],
    ["upsampled bilinearly", () => [nn.maxPool2d(2), nn.upsample2d({ factor: 2, method: "bilinear" })]],
    ["adaptive", () => [conv(3), nn.adaptiveAvgPool2d(4)]],
    ["adaptive, uneven", () => [nn.adaptiveAvgPool2d(5)]],
    ["global", () => [conv(3), nn.globalAvgPool2d()]],
    ["padded", () => [nn.pad({ rows: [2, 1], columns: [0, 3] }), conv(3, { padding: "valid" })]],
    ["subsampled", () => [conv(3), nn.subsampling2d(2, { initialiser: { constant: 1 } }), conv(3)]],
    [
      "branches",
      () => [
        nn.branches([
          conv(1),
          nn.sequential("a", conv(3), conv(3)),
          nn.sequential("b", nn.maxPool2d(3, { stride: 1, padding: "same" })),
        ]),
        conv(1),
      ],
    ],
    ["dense block", () => [nn.denseBlock([conv(3), conv(3)]), conv(1)]],
    ["residual", () => [nn.residual([conv(3), conv(3)], { activation: nn.relu() }), conv(3)]],
    [
      "strided residual",
      () => [nn.residual([conv(3, { stride: 2 }), conv(3)], { shortcut: [conv(1, { stride: 2 })] }), conv(3)],
    ],
    ["across channels", () => [conv(3), nn.localResponseNorm(), nn.batchNorm(), nn.softplus()]],
    ["flattened", () => [conv(3), nn.flatten()]],
  ])("%s", async (_, layers) => {
    const input = [20, 20, 2];
    const model = nn.sequential(...layers());
    const { receptiveField: field } = model.summary(input).layers.at(-1)!;
    const expected = field === null ? [20, 20] : typeof field === "number" ? [field, field] : field;
    expect(await seen(model, input)).toEqual(expected);
  });
});

test("summary of conv1d says how many places of the line a value sees", () => {
  const line = (...layers: nn.Layer[]) => nn.sequential(...layers).summary([40, 4]);
  const fields = (...layers: nn.Layer[]) =>
    line(...layers).layers.map(({ receptiveField }) => receptiveField);
  const conv1d = (kernel: number, options = {}) => nn.conv1d({ filters: 4, kernel, ...options });
  expect(fields(conv1d(3), nn.relu(), conv1d(3, { dilation: 4 }))).toEqual([3, 3, 11]);
  expect(fields(conv1d(5, { stride: 2, padding: "same" }), conv1d(3))).toEqual([5, 9]);
  expect(fields(conv1d(3, { padding: [2, 0] }), nn.lstm({ units: 3 }))).toEqual([3, null]);
  expect(fields(nn.residual([conv1d(3, { padding: 1 })]), nn.batchNorm())).toEqual([3, 3]);
  const words = nn.sequential(nn.embedding({ words: 9, size: 4 }), conv1d(5), nn.relu());
  expect(words.summary([12]).layers.map(({ receptiveField }) => receptiveField)).toEqual([1, 5, 5]);
});

describe("a layer of one's own that mixes pixels and does not say which", () => {
  const own = (type: string, forward: nn.Layer["forward"]): nn.Layer => ({ type, forward });
  const fields = (...layers: nn.Layer[]) =>
    nn
      .sequential(...layers)
      .summary([8, 8, 2])
      .layers.map(({ receptiveField }) => receptiveField);

  test.each<[string, nn.Layer["forward"]]>([
    ["a convolution", (x) => conv2d(x, ones([3, 3, 2, 2]), { padding: "same" })],
    ["squeeze and excitation", (x) => mul(x, sigmoid(mean(x, { axis: [1, 2], keepDims: true })))],
    [
      "a shift",
      (x) =>
        slice(
          pad(x, [
            [0, 0],
            [2, 0],
            [2, 0],
            [0, 0],
          ]),
          [0, 0, 0, 0],
          x.shape,
        ),
    ],
    ["unpooling", (x) => maxUnpool2d(maxPool2d(x, 2), maxPool2dSwitches(x, 2), 2, { pixels: 8 })],
  ])("%s: everything", (_, forward) => {
    expect(fields(own("mine", forward), nn.relu())).toEqual([null, null]);
  });

  test("pixel by pixel it is taken to be a pixel", () => {
    const scale = own("scale", (x, scope) => mul(x, scope.parameter("f", [1, 1, 1, 2], { constant: 1 })));
    const twice = own("twice", (x) => concat([x, mul(x, 2)], { axis: 3 }));
    const rows = own("rows", (x) => reshape(mul(reshape(x, [x.shape[0], 64, 4]), 2), x.shape));
    expect(fields(scale, twice, rows)).toEqual([1, 1, 1]);
  });

  test("batch statistics are not what a value sees", () => {
    const model = nn.sequential(conv(3), nn.batchNorm(), nn.dropout(0.5), conv(3));
    const trained = model.summary([8, 8, 2], { training: true }).layers;
    expect(trained.map(({ receptiveField }) => receptiveField)).toEqual([3, 3, 3, 5]);
  });
});
