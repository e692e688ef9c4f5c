import { describe, expect, test } from "vitest";
import * as explain from "../../src/explain/index.js";
import { nn, type Tensor, tensor } from "../../src/index.js";
import * as tasks from "../../src/tasks/index.js";
import { uniform } from "../checks/random.js";

const small = (channels: number): nn.Model => {
  const model = nn.sequential(
    "small",
    nn.rescale({ name: "rescale" }),
    nn.conv2d({ filters: 6, kernel: 3, padding: "same" }),
    nn.relu(),
    nn.maxPool2d(2),
    nn.conv2d({ filters: 8, kernel: 3, padding: "same" }),
    nn.relu(),
  );
  model.build([32, 32, channels], { seed: 3 });
  return model;
};

const photo = (h: number, w: number, c: number, seed = 1): Tensor => {
  // Coarse: 4×4 pixels are alike, so that there is something to see.
  const coarse = uniform([h, w, c], { seed, low: 0, high: 255 }).data;
  const at = (i: number, j: number, k: number) => coarse[((i & ~3) * w + (j & ~3)) * c + k];
  const values = Float32Array.from({ length: h * w * c }, (_, p) =>
    at(Math.floor(p / c / w), Math.floor(p / c) % w, p % c),
  );
  return tensor(values, [1, h, w, c]);
};

const strength = async (model: nn.Model, image: Tensor, layer: string): Promise<number> => {
  const maps = await explain.featureMaps(model, image, { layer });
  return Array.from(maps.values!).reduce((sum, v) => sum + v * v, 0);
};

describe.each([1, 3])("Deep Dream with %i channels", (channels) => {
  const model = small(channels);
  const image = photo(40, 50, channels);

  test("a layer sees more and more in it; pixels stay in their range; the same seed dreams the same", async () => {
    const options = { layer: "relu2", octaves: 3, iterations: 4, jitter: 4, seed: 7 };
    const frames: { octave: number; shape: readonly number[] }[] = [];
    const dream = await explain.deepDream(model, image, {
      ...options,
      onFrame: ({ octave, pixels }) => void frames.push({ octave, shape: pixels.shape }),
    });
    expect(dream.shape).toEqual([1, 40, 50, channels]);
    expect(await strength(model, dream, "relu2")).toBeGreaterThan(
      1.2 * (await strength(model, image, "relu2")),
    );
    const values = Array.from(dream.values!);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThanOrEqual(255);
    expect(frames.length).toBe(12);
    expect(frames[0]).toEqual({
      octave: 0,
      shape: [1, Math.round(40 / 1.96), Math.round(50 / 1.96), channels],
    });
    expect((await explain.deepDream(model, image, options)).values).toEqual(dream.values);
  });

  test("in tiles too, and of a unit, and guided", async () => {
    const before = await strength(model, image, "relu2");
    const rest = { layer: "relu2", octaves: 1, iterations: 6 };
    const tiled = await explain.deepDream(model, image, { ...rest, tile: 20 });
    expect(await strength(model, tiled, "relu2")).toBeGreaterThan(1.1 * before);
    const guide = photo(32, 32, channels, 9);
    const guided = await explain.deepDream(model, image, { ...rest, guide });
    expect(guided.values).not.toEqual(tiled.values);
    const sumOf = async (x: Tensor) =>
      Array.from((await explain.featureMaps(model, x, { layer: "relu2" })).values!)
        .filter((_, at) => at % 8 === 5)
        .reduce((a, b) => a + b, 0);
    const one = await explain.deepDream(model, image, { ...rest, unit: 5 });
    expect(await sumOf(one)).toBeGreaterThan(await sumOf(image));
  });
});

describe("neural style", () => {
  const model = small(3);
  const [content, painting] = [photo(36, 44, 3), photo(48, 40, 3, 5)];
  const layers = { content: ["relu2"], style: ["relu1", "relu2"] };

  test.each(["adam", "lbfgs"] as const)(
    "%s lowers the loss, previews it, and keeps pixels in their range",
    async (optimizer) => {
      const previews: number[] = [];
      const { pixels, losses } = await explain.style(model, content, painting, {
        ...layers,
        optimizer,
        iterations: 20,
        frameEvery: 10,
        onFrame: ({ step }) => void previews.push(step),
      });
      expect(losses[losses.length - 1]).toBeLessThan(0.5 * losses[0]);
      expect(previews).toEqual([10, 20]);
      expect(pixels.shape).toEqual([1, 36, 44, 3]);
      for (const v of pixels.values!) expect(v >= 0 && v <= 255).toBe(true);
    },
  );

  test("of the content as its own style nothing is left to do", async () => {
    const { losses } = await explain.style(model, content, content, {
      ...layers,
      pooling: "max",
      variationWeight: 0,
      iterations: 1,
    });
    expect(losses[0]).toBeLessThan(1e-8);
  });

  test("kept colours are the photograph's: only the brightness changes, by the same amount in all channels", async () => {
    const { pixels } = await explain.style(model, content, painting, {
      ...layers,
      iterations: 5,
      keepColours: true,
    });
    const before = content.values!;
    for (let at = 0; at < before.length; at += 3) {
      const change = [0, 1, 2].map((c) => pixels.values![at + c] - before[at + c]);
      const held = [0, 1, 2].some((c) => pixels.values![at + c] === 0 || pixels.values![at + c] === 255);
      if (!held) expect(Math.max(...change) - Math.min(...change)).toBeLessThan(1e-3);
    }
  });

  test("a network learns to paint, and paints pictures of any size", async () => {
    const photos = {
      name: "photos",
      split: "all",
      shape: [32, 32, 3] as [number, number, number],
      classes: [],
      length: 6,
      images: Uint8Array.from(
        [1, 2, 3, 4, 5, 6].flatMap((seed) => Array.from(photo(32, 32, 3, seed).values!, Math.round)),
      ),
      labels: new Uint8Array(6),
    };
    const losses: number[] = [];
    const network = await tasks.trainStyle(model, painting, photos, {
      ...layers,
      steps: 30,
      batchSize: 2,
      width: 4,
      lr: 0.01,
      onStep: ({ loss }) => void losses.push(loss),
    });
    const mean = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;
    expect(mean(losses.slice(-5))).toBeLessThan(0.8 * mean(losses.slice(0, 5)));
    const painted = await tasks.stylise(network, photo(30, 41, 3));
    expect(painted.shape).toEqual([1, 30, 41, 3]);
    for (const v of painted.values!) expect(v >= 0 && v <= 255).toBe(true);
  });
});

test("the network paints an even picture evenly: its border is no frame", async () => {
  const network = tasks.styleNetwork({ width: 4 });
  network.build([16, 20, 3], { seed: 3 });
  // One colour for each channel, so that a border of zeros would show.
  const even = tensor(
    Float32Array.from({ length: 16 * 20 * 3 }, (_, i) => [200, 90, 30][i % 3]),
    [1, 16, 20, 3],
  );
  const pixels = await (await tasks.stylise(network, even)).data();
  for (let i = 0; i < pixels.length; i++) expect(pixels[i]).toBeCloseTo(pixels[i % 3], 2);
});

describe("long work", () => {
  test("tells how far it is, and stops when asked to", async () => {
    const model = small(1);
    const controller = new AbortController();
    const seen: { done: number; count: number }[] = [];
    const dream = explain.deepDream(model, photo(32, 32, 1), {
      layer: "relu1",
      octaves: 1,
      iterations: 10,
      signal: controller.signal,
      onProgress(progress) {
        seen.push(progress);
        if (progress.done === 3) controller.abort(new Error("enough"));
      },
    });
    await expect(dream).rejects.toThrow("enough");
    expect(seen).toEqual([1, 2, 3].map((done) => ({ done, count: 10 })));
  });

  test("what was stopped before does not begin", async () => {
    const signal = AbortSignal.abort(new Error("never"));
    await expect(
      explain.saliency(small(1), photo(32, 32, 1), { target: { layer: "relu2", unit: 1 }, signal }),
    ).rejects.toThrow("never");
  });
});
