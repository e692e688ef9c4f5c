import { describe, expect, test } from "vitest";
import { datasets } from "../../src/data/registry.js";
import { features } from "../../src/index.js";
import { generator } from "../checks/random.js";

const {
  trainLinear,
  linearScores,
  classify,
  overlap,
  nesting,
  suppressed,
  detect,
  hog,
  trainHogClassifier,
  evaluateHogClassifier,
} = features;

describe("a linear classifier", () => {
  const next = generator(1);
  // Three classes around three corners of a square.
  const corners = [
    [0, 0],
    [3, 0],
    [0, 3],
  ];
  const labels = Uint8Array.from({ length: 300 }, (_, n) => n % 3);
  const values = Float32Array.from({ length: 600 }, (_, i) => corners[(i >> 1) % 3][i & 1] + next() - 0.5);
  const descriptors = { count: 300, length: 2, values };

  test.each(["svm", "softmax"] as const)("%s tells classes apart that lines can", async (loss) => {
    const classifier = await trainLinear(descriptors, labels, {
      classes: 3,
      loss,
      epochs: 60,
      batchSize: 50,
      lr: 0.05,
    });
    expect(await classify(classifier, descriptors)).toEqual(labels);
    const scores = await linearScores(classifier, { count: 1, length: 2, values: Float32Array.of(3, 0) });
    const { weights, bias } = classifier;
    [0, 1, 2].forEach((k) => {
      expect(scores[k]).toBeCloseTo(3 * weights[k] + bias[k], 4);
    });
  });
  test("the same seed gives the same weights", async () => {
    const train = () => trainLinear(descriptors, labels, { classes: 3, epochs: 2, seed: 4 });
    expect((await train()).weights).toEqual((await train()).weights);
  });
  test("what does not fit is said", async () => {
    const { FeatureError } = features;
    await expect(trainLinear(descriptors, labels.subarray(1), { classes: 3 })).rejects.toThrow(
      new FeatureError("trainLinear: 299 labels for 300 descriptors"),
    );
    await expect(trainLinear(descriptors, labels, { classes: 2 })).rejects.toThrow(
      new FeatureError("trainLinear: label 2 is 2, expected 0 to 1"),
    );
    const classifier = await trainLinear(descriptors, labels, { classes: 3, epochs: 1 });
    await expect(
      linearScores(classifier, { count: 1, length: 3, values: new Float32Array(3) }),
    ).rejects.toThrow(
      new FeatureError("linearScores: the descriptors have 3 numbers, the classifier takes 2"),
    );
  });
});

describe("non-maximum suppression", () => {
  const box = (x: number, score: number) => ({ x, y: 0, width: 10, height: 10, score });
  test("overlap is the shared part of both", () => {
    expect(overlap(box(0, 1), box(5, 1))).toBeCloseTo(50 / 150, 12);
    expect(overlap(box(0, 1), box(0, 1))).toBe(1);
    expect(overlap(box(0, 1), box(10, 1))).toBe(0);
  });
  test("of boxes that overlap the surest stays; one that only touches a removed one stays too", () =>
    expect(suppressed([box(0, 0.5), box(4, 0.9), box(8, 0.6), box(30, 0.1)]).map(({ x }) => x)).toEqual([
      4, 30,
    ]));

  const square = (x: number, edge: number, score: number, kind: number) => ({
    ...{ x, y: x, width: edge, height: edge },
    ...{ score, class: kind },
  });
  test("nesting is the shared part of the smaller", () => {
    expect(nesting(square(0, 40, 1, 0), square(10, 20, 1, 0))).toBe(1);
    expect(nesting(square(0, 40, 1, 0), square(30, 20, 1, 0))).toBeCloseTo(100 / 400, 12);
    expect(nesting(square(0, 40, 1, 0), square(40, 20, 1, 0))).toBe(0);
  });
  test.each([
    ["inside", square(10, 20, 0.5, 3), [0.9]],
    ["inside, and surer", square(10, 20, 1.5, 3), [1.5]],
    ["inside, of another class", square(10, 20, 0.5, 4), [0.9, 0.5]],
    ["nearly inside", square(21, 20, 0.5, 3), [0.9]],
    ["half inside", square(30, 20, 0.5, 3), [0.9, 0.5]],
  ])("one digit is not found twice, as a box in a box: %s", (_, box, scores) =>
    expect(suppressed([square(0, 40, 0.9, 3), box]).map(({ score }) => score)).toEqual(scores),
  );
  test("nested boxes stay where that is asked for", () =>
    expect(suppressed([square(0, 40, 0.9, 3), square(10, 20, 0.5, 3)], { mostNested: 1 })).toHaveLength(2));
});

describe("a sliding window", () => {
  const size = 32;
  /** A ring, or a cross that is none. */
  const draw = (
    pixels: Uint8Array,
    width: number,
    { x, y, r, ring }: { x: number; y: number; r: number; ring: boolean },
  ) => {
    for (let i = -r - 2; i <= r + 2; i++)
      for (let j = -r - 2; j <= r + 2; j++) {
        const inside = ring ? Math.abs(Math.hypot(i, j) - r) < 1.6 : Math.abs(i) < 2 || Math.abs(j) < 2;
        const at = (y + i) * width + x + j;
        if (inside && at >= 0 && at < pixels.length) pixels[at] = 230;
      }
  };

  test("finds rings of two sizes between crosses, each once", async () => {
    const options = { cell: 4, votes: "shared" } as const;
    const next = generator(2);
    const examples = Array.from({ length: 120 }, (_, n) => {
      const pixels = new Uint8Array(size * size).fill(40);
      const [x, y] = [16 + Math.floor(3 * next()) - 1, 16 + Math.floor(3 * next()) - 1];
      if (n % 3 === 0) draw(pixels, size, { x, y, r: 9 + Math.floor(3 * next()), ring: true });
      else if (n % 3 === 1) draw(pixels, size, { x, y, r: 8, ring: false });
      else draw(pixels, size, { x: Math.floor(size * next()), y: 3, r: 10, ring: true }); // a ring cut off is none
      return hog({ width: size, height: size, channels: 1, pixels }, options).values;
    });
    const length = examples[0].length;
    const values = new Float32Array(length * examples.length);
    examples.forEach((example, n) => {
      values.set(example, n * length);
    });
    const labels = examples.map((_, n) => (n % 3 === 0 ? 1 : 0));
    const linear = await trainLinear({ count: examples.length, length, values }, labels, {
      classes: 2,
      epochs: 40,
      batchSize: 40,
    });

    const pixels = new Uint8Array(220 * 120).fill(40);
    draw(pixels, 220, { x: 40, y: 60, r: 10, ring: true });
    draw(pixels, 220, { x: 140, y: 56, r: 22, ring: true });
    draw(pixels, 220, { x: 90, y: 30, r: 8, ring: false });
    draw(pixels, 220, { x: 195, y: 95, r: 8, ring: false });
    const found = await detect(
      { width: 220, height: 120, channels: 1, pixels },
      { input: [size, size], hog: options, linear },
      { ground: [0], threshold: 0.8 },
    );
    const middles = found
      .map(({ x, y, width, height }) => [x + width / 2, y + height / 2, width])
      .sort((a, b) => a[0] - b[0]);
    expect(middles).toHaveLength(2);
    expect(Math.hypot(middles[0][0] - 40, middles[0][1] - 60)).toBeLessThan(5);
    expect(Math.hypot(middles[1][0] - 140, middles[1][1] - 56)).toBeLessThan(8);
    expect(middles[1][2] / middles[0][2]).toBeGreaterThan(1.6);
  });
});

test("HOG and a linear classifier read MNIST's test pictures rightly, 97.5 % of them at least", async (context) => {
  if ((await datasets.mnist.source()).kind !== "found")
    return context.skip("mnist is not on this machine; point RECEPTIVE_DATA at a folder that holds it");
  const { train, test } = await datasets.mnist.load();
  const classifier = await trainHogClassifier(train, { epochs: 4 });
  expect((await evaluateHogClassifier(classifier, test)).accuracy).toBeGreaterThan(0.975);
});
