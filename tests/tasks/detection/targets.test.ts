/** What places of a grid have to say, what it costs, and the boxes that they say: against plain loops of the definitions. */
import { expect, test } from "vitest";
import { grad, mul, sum, type Tensor, tensor } from "../../../src/index.js";
import { RandomStream } from "../../../src/random/threefry.js";
import { foundBoxes } from "../../../src/tasks/detection/decoding.js";
import { boxesCost, middlesCost } from "../../../src/tasks/detection/objective.js";
import { placeTargets } from "../../../src/tasks/detection/targets.js";
import { onEveryTarget } from "../../checks/targets.js";

type Box = readonly [top: number, left: number, bottom: number, right: number];
interface Truth {
  readonly box: Box;
  readonly label: number;
  readonly ignored?: boolean;
}

const [height, width, stride, classes] = [6, 9, 4, 3];
const grid = { height, width, stride, classes };
const at = (i: number, j: number) => i * width + j;

/** The definitions, one box and one place after the other. */
function byLoops(truths: readonly Truth[]) {
  const places = height * width;
  const middles = Array.from({ length: places }, () => new Array(classes).fill(0));
  const told: { sides: number[]; weight: number; area: number }[] = Array.from({ length: places }, () => ({
    sides: [0, 0, 0, 0],
    weight: 0,
    area: Number.POSITIVE_INFINITY,
  }));
  const exempt = new Array(places).fill(false);
  for (const { box, label, ignored } of truths) {
    const [top, left, bottom, right] = box;
    if (ignored) {
      for (let i = 0; i < height; i++)
        for (let j = 0; j < width; j++) {
          const [y, x] = [(i + 0.5) * stride, (j + 0.5) * stride];
          if (top <= y && y < bottom && left <= x && x < right) exempt[at(i, j)] = true;
        }
      continue;
    }
    const [ry, rx] = [bottom - top, right - left].map((edge) => Math.floor((edge / stride) * 0.27));
    const [sy, sx] = [ry, rx].map((r) => (2 * r + 1) / 6);
    const cy = Math.min(height - 1, Math.floor((top + bottom) / 2 / stride));
    const cx = Math.min(width - 1, Math.floor((left + right) / 2 / stride));
    const own: { place: number; bell: number }[] = [];
    for (let i = Math.max(0, cy - ry); i <= Math.min(height - 1, cy + ry); i++)
      for (let j = Math.max(0, cx - rx); j <= Math.min(width - 1, cx + rx); j++)
        own.push({
          place: at(i, j),
          bell: Math.exp(-((i - cy) ** 2) / (2 * sy ** 2) - (j - cx) ** 2 / (2 * sx ** 2)),
        });
    const total = own.reduce((sum, { bell }) => sum + bell, 0);
    const area = (bottom - top) * (right - left);
    for (const { place, bell } of own) {
      middles[place][label] = Math.max(middles[place][label], bell);
      if (area >= told[place].area) continue;
      told[place] = { sides: [...box], weight: (Math.log(1 + area) * bell) / total, area };
    }
  }
  return { middles, told, exempt };
}

/** Boxes that do not have edges at which a place would fall to either side by rounding. */
function scene(seed: number, count: number): Truth[] {
  const random = new RandomStream(seed, 77);
  return Array.from({ length: count }, (_, i) => {
    const [h, w] = [2 + random.integer(20) + 0.25, 2 + random.integer(30) + 0.25];
    const [top, left] = [
      random.integer(Math.max(1, Math.floor(height * stride - h))),
      random.integer(Math.max(1, Math.floor(width * stride - w))),
    ];
    const bottom = Math.min(height * stride, top + h);
    const right = Math.min(width * stride, left + w);
    return {
      box: [top, left, bottom, right] as const,
      label: random.integer(classes),
      ignored: i % 4 === 3,
    };
  });
}

const batch = (pictures: readonly (readonly Truth[])[]) => {
  const most = Math.max(1, ...pictures.map((own) => own.length));
  const flat = (of: (truth: Truth | undefined) => readonly number[]) =>
    pictures.flatMap((own) => Array.from({ length: most }, (_, i) => of(own[i])).flat());
  return {
    boxes: tensor(Float32Array.from(flat((one) => one?.box ?? [0, 0, 0, 0])), [pictures.length, most, 4]),
    labels: tensor(Int32Array.from(flat((one) => [one?.label ?? -1])), [pictures.length, most]),
    ignored: tensor(Int32Array.from(flat((one) => [Number(one?.ignored ?? false)])), [pictures.length, most]),
  };
};

const scenes = [scene(1, 5), scene(2, 1), [], scene(3, 8), scene(4, 3)];
const numbers = async (x: { data(): Promise<ArrayLike<number>> }) => Array.from(await x.data());
const near = (found: readonly number[], expected: readonly number[], digits = 5) => {
  expect(found.length).toBe(expected.length);
  found.forEach((value, i) => {
    if (Math.abs(value - expected[i]) > 10 ** -digits * (1 + Math.abs(expected[i])))
      throw new Error(`at ${i}: ${value}, expected ${expected[i]}`);
  });
};

onEveryTarget("a grid", () => {
  test("middles, boxes, weights and exempt places are those of plain loops", async () => {
    const found = placeTargets(batch(scenes), grid);
    const expected = scenes.map(byLoops);
    near(
      await numbers(found.middles),
      expected.flatMap(({ middles }) => middles.flat()),
    );
    near(
      await numbers(found.weights),
      expected.flatMap(({ told }) => told.map(({ weight }) => weight)),
    );
    for (const [side, own] of found.sides.entries())
      near(
        await numbers(own),
        expected.flatMap(({ told }) => told.map(({ sides }) => sides[side])),
      );
    near(
      (await numbers(found.exempt)).map(Number),
      expected.flatMap(({ exempt }) => exempt.map(Number)),
    );
    near(
      await numbers(found.counts),
      scenes.map((own) => own.filter(({ ignored }) => !ignored).length),
    );
  });

  test("losses are those of plain loops", async () => {
    const random = new RandomStream(9, 78);
    const places = scenes.length * height * width;
    const scores = Float32Array.from({ length: places * classes }, () => random.uniform(-4, 4));
    const distances = Float32Array.from({ length: places * 4 }, () => random.uniform(-3, 2));
    const shape = [scenes.length, height, width];
    const targets = placeTargets(batch(scenes), grid);
    const expected = scenes.map(byLoops);
    const middles = scenes.flatMap((_, n) =>
      expected[n].middles.flatMap((own, place) =>
        own.map((y: number, c: number) => {
          const x = scores[((n * height * width + place) * classes + c) | 0];
          const p = 1 / (1 + Math.exp(-x));
          if (y === 1) return -((1 - p) ** 2) * Math.log(p);
          return expected[n].exempt[place] ? 0 : -((1 - y) ** 4) * p ** 2 * Math.log(1 - p);
        }),
      ),
    );
    near(await numbers(middlesCost(tensor(scores, [...shape, classes]), targets)), middles, 4);

    const costs = await numbers(boxesCost(tensor(distances, [...shape, 4]), targets));
    const giou = ([t, l, b, r]: readonly number[], [T, L, B, R]: readonly number[]) => {
      const both =
        Math.max(0, Math.min(b, B) - Math.max(t, T)) * Math.max(0, Math.min(r, R) - Math.max(l, L));
      const union = (b - t) * (r - l) + (B - T) * (R - L) - both;
      const around = (Math.max(b, B) - Math.min(t, T)) * (Math.max(r, R) - Math.min(l, L));
      return both / union - (around - union) / around;
    };
    let counted = 0;
    scenes.forEach((_, n) => {
      expected[n].told.forEach(({ sides, weight }, place) => {
        if (weight === 0) return;
        counted++;
        const [y, x] = [(Math.floor(place / width) + 0.5) * stride, ((place % width) + 0.5) * stride];
        const at = n * height * width + place;
        const [t, l, b, r] = [0, 1, 2, 3].map((i) => 16 * Math.log1p(Math.exp(distances[4 * at + i])));
        expect(costs[at]).toBeCloseTo(1 - giou([y - t, x - l, y + b, x + r], sides), 4);
      });
    });
    expect(counted).toBeGreaterThan(20);
  });

  test("gradients are those of differences", async () => {
    const random = new RandomStream(5, 79);
    const targets = placeTargets(batch([scene(3, 8)]), grid);
    const shape = (count: number) => [1, height, width, count];
    const some = (count: number) =>
      Float32Array.from({ length: height * width * count }, () => random.uniform(-1, 1));
    for (const [count, cost] of [
      [classes, (x: Tensor) => sum(middlesCost(x, targets))],
      [4, (x: Tensor) => sum(mul(boxesCost(x, targets), targets.weights))],
    ] as const) {
      const [x, v] = [some(count), some(count)];
      const slope = (await numbers(grad(cost)(tensor(x, shape(count))))).reduce((s, g, i) => s + g * v[i], 0);
      const at = async (step: number) =>
        (
          await numbers(cost(tensor(x.map((value, i) => value + step * v[i]) as Float32Array, shape(count))))
        )[0];
      const step = 2e-3;
      const difference = ((await at(step)) - (await at(-step))) / (2 * step);
      expect(Math.abs(difference)).toBeGreaterThan(0.05);
      expect(Math.abs(slope - difference)).toBeLessThan(0.01 * (1 + Math.abs(difference)));
    }
  });

  test("boxes that a grid says: peaks, each of one class, the surer of two that overlap", async () => {
    const scores = new Float32Array(2 * height * width * classes).fill(-8);
    const distances = new Float32Array(2 * height * width * 4).fill(-8);
    const say = (n: number, [i, j]: number[], label: number, p: number, far: readonly number[]) => {
      const place = n * height * width + at(i, j);
      scores[place * classes + label] = Math.log(p / (1 - p));
      far.forEach((d, side) => {
        distances[4 * place + side] = Math.log(Math.expm1(d / 16));
      });
    };
    say(0, [2, 2], 1, 0.9, [8, 8, 8, 8]);
    say(0, [2, 3], 1, 0.8, [8, 8, 8, 8]); // beside a surer place
    say(0, [2, 4], 1, 0.7, [8, 14, 8, 4]); // overlaps it by more than a half
    say(0, [3, 4], 2, 0.6, [8, 14, 8, 4]); // of another class
    say(0, [0, 8], 0, 0.4, [9, 5, 6, 9]); // reaches beyond the picture
    say(0, [5, 0], 0, 0.2, [2, 2, 2, 2]); // not sure enough
    const shape = [2, height, width];
    const found = foundBoxes(
      { scores: tensor(scores, [...shape, classes]), distances: tensor(distances, [...shape, 4]) },
      { most: 5, overlap: 0.5, least: 0.3 },
    );
    expect(await numbers(found.labels)).toEqual([1, 2, 0, -1, -1, -1, -1, -1, -1, -1]);
    near((await numbers(found.scores)).slice(0, 5), [0.9, 0.6, 0.4, 0, 0]);
    near((await numbers(found.boxes)).slice(0, 12), [2, 2, 18, 18, 6, 4, 22, 22, 0, 29, 8, 36]);
  });
});
