/** How boxes come about: suppression step by step, confusion, and what spoke for a box. */
import { expect, test } from "vitest";
import { nn, nonMaxSuppression, tensor } from "../../../src/index.js";
import * as detection from "../../../src/tasks/detection/index.js";
import { generator } from "../../checks/random.js";

/** Of classes in places of 4 by 4 pixels; "maps" has how bright they are, and each class a weight for it. */
function byBrightness(weights: readonly number[]): detection.DetectionNetwork {
  const conv = (filters: number) => nn.conv2d({ filters, kernel: 1, bias: false });
  const network = nn.graph("detection", {
    inputs: "images",
    nodes: {
      pixels: { layer: nn.rescale(), from: "images" },
      places: { layer: nn.avgPool2d(4), from: "pixels" },
      maps: { layer: conv(1), from: "places" },
      scores: { layer: conv(weights.length), from: "maps" },
      distances: { layer: conv(4), from: "maps" },
    },
    outputs: ["scores", "distances"],
  });
  network.build([32, 32, 3], { blank: true });
  network.parameters.get("maps.filters")!.set(Float32Array.of(1 / 3, 1 / 3, 1 / 3));
  network.parameters.get("scores.filters")!.set(Float32Array.from(weights));
  return network as never;
}

const draw = generator(4);
const boxes = Array.from({ length: 40 }, () => {
  const [top, left] = [30 * draw(), 30 * draw()];
  return {
    box: [top, left, top + 5 + 20 * draw(), left + 5 + 20 * draw()] as const,
    label: Math.floor(2 * draw()),
    score: Math.round(20 * draw()) / 20,
  };
});

test.each([undefined, "linear", "gaussian"] as const)(
  "steps leave what the operation leaves, soft: %s",
  async (soft) => {
    const how = { overlap: 0.3, least: 0.2, ...(soft && { soft }) };
    const steps = detection.suppressionSteps(boxes, how);
    const { indices, scores, count } = nonMaxSuppression(
      tensor(
        boxes.flatMap(({ box }) => [...box]),
        [1, 40, 4],
      ),
      tensor(
        boxes.map(({ score }) => score),
        [1, 40],
      ),
      {
        ...how,
        results: 40,
        labels: tensor(
          Int32Array.from(boxes, ({ label }) => label),
          [1, 40],
        ),
      },
    );
    const n = (await count.data())[0];
    expect(steps.map(({ kept }) => kept)).toEqual([...(await indices.data())].slice(0, n));
    const expected = await scores.data();
    steps.forEach(({ score }, i) => {
      expect(score).toBeCloseTo(expected[i], 5);
    });
    const lowered = steps.flatMap((step) => step.lowered.map((one) => ({ ...one, kept: step.kept })));
    expect(lowered.length).toBeGreaterThan(5);
    for (const { which, kept, after, before } of lowered) {
      expect(boxes[which].label).toBe(boxes[kept].label);
      expect(after).toBeLessThan(before);
      if (!soft) expect(after).toBe(0);
    }
  },
);

test("confusion counts what was taken for what, missed and made up", () => {
  const at = (n: number) => [0, 20 * n, 10, 20 * n + 10] as const;
  const truth = (n: number, label: number, more = {}) => ({ picture: 0, label, box: at(n), ...more });
  const found = (n: number, label: number, score: number) => ({ ...truth(n, label), score });
  const truths = [
    ...[truth(0, 0), truth(1, 1), truth(2, 1), truth(3, 0, { difficult: true })],
    ...[truth(4, 1, { crowd: true }), { ...truth(0, 0), picture: 1 }],
  ];
  const told = [
    ...[found(0, 0, 0.9), found(0, 1, 0.8), found(1, 0, 0.7), found(3, 1, 0.6)],
    ...[found(4, 1, 0.5), found(4, 0, 0.5), found(7, 1, 0.4), found(2, 1, 0.2)],
  ];
  expect(detection.boxConfusion(told, truths, { classes: 2 })).toEqual([
    [1, 0, 1],
    [1, 0, 1],
    [0, 2, 0],
  ]);
  expect(detection.boxConfusion(told, truths, { classes: 2, least: 0.1 })[1]).toEqual([1, 1, 0]);
});

test("of scores that are sums of maps, Grad-CAM of a box is these maps by the class's weights", async () => {
  const network = byBrightness([-0.5, 2]);
  const detector = new detection.Detector(
    network,
    { size: [32, 32], fit: "stretch" },
    ["dark", "bright"],
    "none",
  );
  const pixels = new Uint8Array(64 * 32 * 3).fill(20);
  for (let i = 8; i < 24; i++) pixels.fill(240, (i * 64 + 24) * 3, (i * 64 + 56) * 3);
  const picture = { width: 64, height: 32, channels: 3 as const, pixels };
  const explained = await detection.whyBoxes(detector, picture, { least: 0.1, most: 1, layer: "maps" });
  expect(explained.map((one) => one.class)).toEqual(["bright"]);
  const [{ map }] = explained;
  expect(map.length).toBe(64 * 32);
  // ∂ score / ∂ map is 2 at the box's place, so 2/64 in the mean over 8×8 places.
  expect(map[16 * 64 + 40]).toBeCloseTo((240 / 255) * (2 / 64), 4);
  expect(map[2 * 64 + 10]).toBeCloseTo((20 / 255) * (2 / 64), 4);
  await expect(detection.whyBoxes(detector, picture, { layer: "nothing" })).rejects.toThrow(
    "whyBoxes: detection has no layer nothing with maps",
  );
});

test("a picture without candidates has no steps", async () => {
  const detector = new detection.Detector(
    byBrightness([-0.5, 2]),
    { size: [32, 32], fit: "stretch" },
    ["dark", "bright"],
    "none",
  );
  const grey = { width: 32, height: 32, channels: 1 as const, pixels: new Uint8Array(1024) };
  expect(await detection.detectionSteps(detector, grey, { least: 0.9 })).toEqual({
    candidates: [],
    steps: [],
  });
});
