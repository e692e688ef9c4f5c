import { describe, expect, test } from "vitest";
import { affineBy } from "../../src/data/augment.js";
import { toldOf } from "../../src/data/augment-steps.js";
import {
  type Augment,
  colourJitter,
  compose,
  cutout,
  pcaLighting,
  randomAffine,
  randomCrop,
  randomFlip,
  randomShift,
} from "../../src/data/index.js";
import { mixed } from "../../src/data/mixup.js";
import { augmentBySteps } from "../../src/images/augmenting.js";
import { beta } from "../../src/random/beta.js";
import { RandomStream } from "../../src/random/threefry.js";

const [h, w] = [4, 6];
const picture = (c: number) => Float32Array.from({ length: h * w * c }, (_, i) => (i * 37) % 256);

/** What becomes of one picture that stands at these places of a data set. */
async function shown(
  augment: Augment,
  places: number[],
  { c = 3, seed = 1, epoch = 0 } = {},
): Promise<Float32Array[]> {
  const size = h * w * c;
  const images = new Float32Array(places.length * size);
  for (const i of places.keys()) images.set(picture(c), i * size);
  await augment(images, { seed, epoch, indices: Int32Array.from(places), shape: [places.length, h, w, c] });
  return places.map((_, i) => images.slice(i * size, (i + 1) * size));
}

const many = Array.from({ length: 400 }, (_, i) => i);

describe.each<[string, () => Augment]>([
  ["randomFlip", () => randomFlip()],
  ["colourJitter", () => colourJitter()],
  ["pcaLighting", () => pcaLighting()],
  ["cutout", () => cutout(2)],
  ["randomCrop", () => randomCrop()],
])("%s", (_, make) => {
  test("follows from seed, epoch and place, however the batches fall", async () => {
    const all = await shown(make(), [5, 6, 7, 8, 9]);
    const [later] = await shown(make(), [8]);
    expect(later).toEqual(all[3]);
    expect(await shown(make(), many.slice(0, 20), { seed: 2 })).not.toEqual(
      await shown(make(), many.slice(0, 20)),
    );
    expect(await shown(make(), many.slice(0, 20), { epoch: 1 })).not.toEqual(
      await shown(make(), many.slice(0, 20)),
    );
  });
  test("takes grey pictures", async () => {
    for (const values of await shown(make(), [0, 1, 2], { c: 1 }))
      expect(values.every((value) => Number.isFinite(value))).toBe(true);
  });
});

test("randomFlip turns half of the pictures round", async () => {
  const original = picture(3);
  const mirror = original.map((_, at) => {
    const [i, j, k] = [Math.floor(at / (w * 3)), Math.floor(at / 3) % w, at % 3];
    return original[(i * w + w - 1 - j) * 3 + k];
  });
  const all = await shown(randomFlip(), many);
  const turned = all.filter(
    (values) => values[0] === mirror[0] && values.every((value, i) => value === mirror[i]),
  );
  const same = all.filter((values) => values.every((value, i) => value === original[i]));
  expect(turned.length + same.length).toBe(400);
  expect(Math.abs(turned.length - 200)).toBeLessThan(40); // four deviations of a fair coin
});

test("cutout covers one square, whole or cut off by the edge", async () => {
  const original = picture(3);
  for (const values of await shown(cutout(3, { background: [-1, -2, -3] }), many.slice(0, 100))) {
    const covered = [...values.keys()].filter((i) => values[i] !== original[i]);
    expect(covered.every((i) => values[i] === -1 - (i % 3))).toBe(true);
    const rows = new Set(covered.map((i) => Math.floor(i / (w * 3))));
    const columns = new Set(covered.map((i) => Math.floor(i / 3) % w));
    expect(covered.length).toBe(rows.size * columns.size * 3);
    expect(Math.max(rows.size, columns.size)).toBeLessThanOrEqual(3);
    expect(covered.length).toBeGreaterThan(0);
  }
});

test("colourJitter by nothing changes nothing; brightness is a factor, and colours stay within 0 to 255", async () => {
  const original = picture(3);
  const none = await shown(colourJitter({ brightness: 0, contrast: 0, saturation: 0 }), [0]);
  none[0].forEach((value, i) => {
    expect(value).toBeCloseTo(original[i], 3);
  });
  for (const values of await shown(
    colourJitter({ brightness: 0.4, contrast: 0, saturation: 0 }),
    many.slice(0, 50),
  )) {
    const factor = values[3] / original[3];
    expect(factor).toBeGreaterThan(0.6);
    expect(factor).toBeLessThan(1.4);
    values.forEach((value, i) => {
      expect(value).toBeCloseTo(Math.min(255, original[i] * factor), 2);
    });
  }
});

test("pcaLighting adds one colour to all pixels, along the main directions", async () => {
  const original = picture(3);
  const added: number[][] = [];
  for (const values of await shown(pcaLighting({ deviation: 0.1 }), many)) {
    const [r, g, b] = [0, 1, 2].map((k) => values[k] - original[k]);
    values.forEach((value, i) => {
      expect(value - original[i]).toBeCloseTo([r, g, b][i % 3], 3);
    });
    added.push([r, g, b]);
  }
  // Almost all of the light is along (−0.5675, −0.5808, −0.5836), with the deviation 0.1 · 0.2175 · 255 = 5.5.
  const along = added.map(([r, g, b]) => -0.5675 * r - 0.5808 * g - 0.5836 * b);
  const deviation = Math.sqrt(along.reduce((sum, a) => sum + a * a, 0) / along.length);
  expect(deviation).toBeGreaterThan(5);
  expect(deviation).toBeLessThan(6.1);
});

test("mixup mixes pictures and classes in the same proportion", () => {
  const labels = Int32Array.of(0, 1, 2, 3);
  const images = Float32Array.from({ length: 8 }, (_, i) => 100 * Math.floor(i / 2));
  const draw = { seed: 3, epoch: 0 };
  const { labels: others, share } = mixed(images, {
    alpha: 1,
    draw,
    labels,
    indices: Int32Array.of(7, 1, 2, 3),
  });
  expect(share).toBeGreaterThanOrEqual(0.5);
  expect(share).toBeLessThan(1);
  expect([...others].sort()).toEqual([0, 1, 2, 3]);
  images.forEach((value, i) => {
    const n = Math.floor(i / 2);
    expect(value).toBeCloseTo(100 * (share * n + (1 - share) * others[n]), 3);
  });
});

test.each([0.2, 1, 4])("Beta(%d) has the mean 1/2 and the variance 1 / (8a + 4)", (a) => {
  const drawn = Array.from({ length: 20_000 }, (_, i) => beta(new RandomStream(5, 0, i), a));
  const mean = drawn.reduce((sum, x) => sum + x, 0) / drawn.length;
  const variance = drawn.reduce((sum, x) => sum + (x - mean) ** 2, 0) / drawn.length;
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.01);
  expect(Math.abs(variance * (8 * a + 4) - 1)).toBeLessThan(0.03);
  expect(drawn.every((x) => x >= 0 && x <= 1)).toBe(true);
});

describe("vectors move pictures as the loops do, to the bit", () => {
  const small = { rotation: 10, scale: [0.9, 1.1], shear: 0.15, shift: 2 } as const;
  const wild = { rotation: 180, scale: [0.05, 3], shear: 2, shift: 40 } as const;
  test.each([
    { shape: [28, 28, 1], options: small },
    { shape: [28, 28, 1], options: { ...small, background: 124 } },
    { shape: [7, 5, 3], options: { ...wild, background: -1.5 } },
    { shape: [9, 31, 4], options: wild },
    { shape: [1, 1, 1], options: { ...small, background: 3.3 } }, // no number of 24 bits
    { shape: [1, 6, 3], options: small },
    { shape: [5, 1, 1], options: { scale: [1e-300, 1e-300] as const } }, // far beyond all numbers
    { shape: [130, 61, 3], options: small },
  ])("$shape, $options", async ({ shape: [h, w, c], options }) => {
    const [count, size] = [20, h * w * c];
    const random = new RandomStream(8);
    const pixels = Float32Array.from({ length: count * size }, () => random.integer(256));
    const indices = Int32Array.from({ length: count }, (_, i) => i * 7);
    for (const epoch of [0, 1, 2]) {
      const [loops, vectors] = [pixels.slice(), pixels.slice()];
      await affineBy(() => false, options)(loops, { seed: 4, epoch, indices, shape: [count, h, w, c] });
      await randomAffine(options)(vectors, { seed: 4, epoch, indices, shape: [count, h, w, c] });
      expect(vectors).toEqual(loops);
    }
  });
});

describe("what a thread is told of an augmentation", () => {
  const every = () =>
    compose(
      randomShift(2, { background: 9 }),
      compose(randomFlip(), randomAffine({ rotation: 20, background: 3 })),
      colourJitter({ contrast: 0.1 }),
      pcaLighting(),
      cutout(3, { background: [1, 2, 3] }),
      randomCrop({ area: [0.5, 0.9] }),
    );
  test("makes the same one, of all kinds", async () => {
    const steps = structuredClone(toldOf(every()));
    expect(steps?.map(({ name }) => name)).toEqual([
      ...["randomShift", "randomFlip", "randomAffine", "colourJitter", "pcaLighting", "cutout", "randomCrop"],
    ]);
    expect(await shown(augmentBySteps(steps!), many)).toEqual(await shown(every(), many));
  });
  test("is what it was made with, whatever becomes of the options", async () => {
    const background = [1, 2, 3];
    const augment = cutout(3, { background });
    const before = await shown(augment, many);
    background[0] = 200;
    expect(await shown(augmentBySteps(toldOf(augment)!), many)).toEqual(before);
  });
  test("is nothing where a step is a user's own", () => {
    expect(toldOf(() => {})).toBeUndefined();
    expect(toldOf(compose(randomFlip(), () => {}))).toBeUndefined();
    expect(toldOf(compose())).toEqual([]);
  });
});
