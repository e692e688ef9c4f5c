/** Networks for pixels: how large they are, which sizes they take, and what they stand on. */
import { describe, expect, test } from "vitest";
import { models, nn, random, type Tensor, tensor, weightsOf, zeros } from "../../../../src/index.js";
import * as segmentation from "../../../../src/tasks/segmentation/index.js";
import { stagesOf, withBackbone } from "../../../../src/tasks/segmentation/networks/stages.js";

const countOf = (network: segmentation.SegmentationNetwork, input: number[]) => network.summary(input).params;

test("parameters as published, and what is left of 572×572 pixels", () => {
  const unet = segmentation.unet({ classes: 2 }).summary([572, 572, 1]);
  expect(unet.params).toBe(31_030_658);
  expect(unet.layers.at(-1)?.output).toEqual([388, 388, 2]);
  // VGG-16's convolutions with two numbers of 4,224 channels instead of biases; and back, where 3,712 channels are normalised
  // and the convolution of the picture's three channels is one to the classes.
  const weights = 14_714_688 - 4224;
  expect(countOf(segmentation.segnet({ classes: 11 }), [360, 480, 3])).toBe(
    weights + 2 * 4224 + (weights - 9 * 3 * 64) + 2 * 3712 + 9 * 64 * 11 + 11,
  );
  // 7·7·512·4096 + 4096 and 4096² + 4096 behind VGG-16's convolutions, and scores of 21 classes.
  const vgg = 14_714_688 + 102_764_544 + 16_781_312;
  const scores = (from: number) => from * 21 + 21;
  expect(countOf(segmentation.fcn("32s", { classes: 21 }), [224, 224, 3])).toBe(
    vgg + scores(4096) + 64 * 64 * 21 * 21,
  );
  expect(countOf(segmentation.fcn("8s", { classes: 21 }), [224, 224, 3])).toBe(
    vgg + scores(4096) + scores(512) + scores(256) + 21 * 21 * (2 * 4 * 4 + 16 * 16),
  );
  const deconvnet = countOf(segmentation.deconvnet({ classes: 21 }), [224, 224, 3]);
  expect(Math.round(deconvnet / 1e6)).toBe(252);
});

test.each<[string, () => segmentation.SegmentationNetwork, number[]]>([
  ["small", () => segmentation.segmentationNetwork({ classes: 3, width: 0.25 }), [35, 50]],
  ["U-Net, padded", () => segmentation.unet({ classes: 3, filters: [2, 3, 4], padding: "same" }), [13, 22]],
  ["SegNet", () => segmentation.segnet({ classes: 3, blocks: [[2], [3], [4]] }), [11, 17]],
  [
    "DeconvNet",
    () => segmentation.deconvnet({ classes: 3, blocks: [[2], [3]], hidden: 4, kernel: 2 }),
    [11, 14],
  ],
  [
    "FCN-8s",
    () => segmentation.fcn("8s", { classes: 3, blocks: [[2], [2], [2], [2], [2]], hidden: 3 }),
    [19, 34],
  ],
])("%s labels every pixel of pictures of odd sizes", async (_, make, [height, width]) => {
  const network = make();
  expect(network(zeros([2, height, width, 3])).shape).toEqual([2, height, width, 3]);
  const again = nn.fromDescription<Tensor, Tensor>(
    JSON.parse(JSON.stringify(network.describe())),
    nn.pixelLayers,
  );
  again.build([height, width, 3], { seed: 0 });
  expect([...again.parameters.keys()]).toEqual([...network.parameters.keys()]);
});

test("a level that is pooled, unpooled and pooled again keeps its maxima, of odd sizes too", async () => {
  for (const [height, width] of [
    [7, 9],
    [8, 6],
    [3, 2],
  ]) {
    const x = random.uniform([2, height, width, 3], { seed: height, min: 0.1, max: 1 });
    const pool = nn.maxPool2d(2, { ceil: true });
    const network = nn.graph("there and back", {
      inputs: "x",
      nodes: {
        pooled: { layer: pool, from: "x" },
        back: { layer: nn.maxUnpool2d(2, { ceil: true }), from: ["pooled", "x"] },
        again: { layer: nn.maxPool2d(2, { ceil: true }), from: "back" },
      },
      outputs: ["pooled", "back", "again"],
    });
    const { pooled, back, again } = network(x);
    expect(back.shape).toEqual(x.shape);
    expect(await again.data()).toEqual(await pooled.data());
  }
});

test("an FCN begins by interpolating as a resized picture does, but at the edges", async () => {
  const network = segmentation.fcn("16s", { classes: 2, blocks: [[2], [2], [2], [2], [2]], hidden: 3 });
  network.build([40, 40, 3]);
  segmentation.beginInterpolating(network);
  const layer = nn.network(nn.conv2dTranspose({ filters: 2, kernel: 4, stride: 2, padding: 1, bias: false }));
  const x = random.uniform([1, 5, 6, 2], { seed: 4 });
  layer.build([5, 6, 2]);
  [...layer.parameters.values()][0].set(await network.parameters.get("enlarged4.filters")!.read());
  const y = layer(x);
  const resized = nn.network(nn.upsample2d({ factor: 2, method: "bilinear" }))(x);
  expect(y.shape).toEqual(resized.shape);
  const [a, b] = [await y.data(), await resized.data()];
  for (let i = 1; i < 9; i++)
    for (let j = 1; j < 11; j++)
      for (let c = 0; c < 2; c++) {
        const at = (i * 12 + j) * 2 + c;
        expect(a[at]).toBeCloseTo(b[at], 5);
      }
});

describe("on another network", () => {
  const stages = (name: "vgg16" | "resnet18" | "squeezenet1_1" | "densenet121" | "googlenet") => {
    const make = {
      vgg16: () => models.vgg("vgg16"),
      resnet18: () => models.resnet("resnet18"),
      squeezenet1_1: () => models.squeezenet("squeezenet1_1"),
      densenet121: () => models.densenet("densenet121"),
      googlenet: () => models.googlenet("googlenet"),
    }[name];
    return stagesOf("a test", make()).stages.map(({ stride, channels }) => [stride, channels]);
  };
  test.each<[Parameters<typeof stages>[0], number[][]]>([
    [
      "vgg16",
      [
        ...[
          [1, 64],
          [2, 128],
          [4, 256],
        ],
        ...[
          [8, 512],
          [16, 512],
          [32, 512],
        ],
      ],
    ],
    [
      "resnet18",
      [
        ...[
          [2, 64],
          [4, 64],
          [8, 128],
        ],
        ...[
          [16, 256],
          [32, 512],
        ],
      ],
    ],
    [
      "squeezenet1_1",
      [
        [2, 64],
        [4, 128],
        [8, 256],
        [16, 512],
      ],
    ],
    [
      "densenet121",
      [
        ...[
          [2, 64],
          [4, 256],
          [8, 512],
        ],
        ...[
          [16, 1024],
          [32, 1024],
        ],
      ],
    ],
    [
      "googlenet",
      [
        ...[
          [2, 64],
          [4, 192],
          [8, 480],
        ],
        ...[
          [16, 832],
          [32, 1024],
        ],
      ],
    ],
  ])("levels of %s", (name, expected) => {
    expect(stages(name)).toEqual(expected);
  });

  test("what it has learned is taken over, and pixels that are no bytes are scaled, too", async () => {
    const conv = (filters: number, padding?: "same") => nn.conv2d({ filters, kernel: 3, padding });
    const backbone = nn.sequential(
      "little",
      nn.rescale({ mean: 0.4, bytesOnly: true }),
      ...[conv(4, "same"), nn.maxPool2d(2), conv(6), nn.batchNorm(), nn.maxPool2d(2), conv(8, "same")],
      ...[nn.dropout(0.5), nn.conv2d({ filters: 5, kernel: 1 }), nn.globalAvgPool2d()],
    );
    backbone.build([64, 64, 3], { seed: 7 });
    for (const network of [
      segmentation.segmentationNetwork({ classes: 4, backbone, width: 0.25 }),
      segmentation.fcn("8s", { classes: 4, backbone }),
    ]) {
      network.build([70, 81, 3], { seed: 1 });
      await withBackbone(network, backbone);
      const [learned, own] = [await weightsOf(backbone), await weightsOf(network)];
      const taken = [...own.keys()].filter((path) => path.startsWith("stage"));
      expect(taken.length).toBe(learned.size - 2);
      for (const path of taken)
        expect(own.get(path), path).toEqual(learned.get(path.replace(/^stage\d+\//, "")));
      const bytes = Uint8Array.from({ length: 70 * 81 * 3 }, (_, i) => (i * 37) % 256);
      const [a, b] = [bytes, Float32Array.from(bytes)].map((x) => network(tensor(x, [1, 70, 81, 3])));
      expect(a.shape).toEqual([1, 70, 81, 4]);
      expect(await a.data()).toEqual(await b.data());
    }
  });

  test.each([
    [
      nn.sequential("flat", nn.conv2d({ filters: 2, kernel: 3 }), nn.flatten(), nn.dense(3)),
      "segmentationNetwork: the backbone flat halves no picture, expected a network with levels",
    ],
    [
      {} as never,
      /^segmentationNetwork: the backbone is .*, expected a model that is a list of layers, such as those of `models`$/,
    ],
  ])("%# is refused", (backbone, why) => {
    expect(() => segmentation.segmentationNetwork({ classes: 2, backbone })).toThrow(why);
  });
});
