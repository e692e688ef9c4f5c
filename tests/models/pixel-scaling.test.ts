import { describe, expect, test } from "vitest";
import { withPixelScaling } from "../../src/models/pixel-scaling.js";
import * as nn from "../../src/nn/index.js";
import { tensor } from "../../src/tensor/creation.js";
import { WeightsError } from "../../src/training/weights-checks.js";

const model = (channels = 3, first = nn.rescale({ name: "rescale", bytesOnly: true })) => {
  const made = nn.sequential("net", first, nn.conv2d({ filters: 2, kernel: 2 }), nn.flatten(), nn.dense(3));
  made.build([3, 3, channels], { seed: 4 });
  return made;
};
const bytes = Uint8Array.from({ length: 27 }, (_, i) => (i * 31) % 256);

describe("pixels as weights from elsewhere want them", () => {
  test.each(["rgb", "bgr"] as const)("%s: bytes give what the prepared numbers gave", async (order) => {
    const original = model();
    const mean = [104, 117, 123] as const;
    const deviation = [57, 58, 60] as const;
    const prepared = Float32Array.from(bytes, (_, i) => {
      const c = i % 3;
      const pixel = bytes[i - c + (order === "rgb" ? c : 2 - c)];
      return (pixel - mean[c]) / deviation[c];
    });
    const expected = await original(tensor(prepared, [1, 3, 3, 3])).data();
    const found = await (await withPixelScaling(original, { order, mean, deviation }))(
      tensor(bytes, [1, 3, 3, 3]),
    ).data();
    expect([...found].map((x) => x.toFixed(4))).toEqual([...expected].map((x) => x.toFixed(4)));
  });

  test("a model that does not scale colours is refused", async () => {
    const scaling = { order: "bgr", mean: [0, 0, 0], deviation: [1, 1, 1] } as const;
    await expect(withPixelScaling(model(1), scaling)).rejects.toThrow(
      new WeightsError("net begins with rescale on 3×3×1, expected a rescaling of pixels in three channels"),
    );
    await expect(withPixelScaling(model(3, nn.relu()), scaling)).rejects.toThrow(
      new WeightsError("net begins with relu on 3×3×3, expected a rescaling of pixels in three channels"),
    );
  });
});
