import { describe, expect, test } from "vitest";
import * as explain from "../../src/explain/index.js";
import { models, type Tensor, tensor } from "../../src/index.js";
import { uniform } from "../checks/random.js";

const model = models.lenet5();
model.build([28, 28, 1], { seed: 3 });
const picture = tensor(
  Uint8Array.from(uniform([1, 28, 28, 1], { seed: 3, low: 0, high: 255 }).data, Math.round),
  [1, 28, 28, 1],
);
const photo = tensor(
  Float32Array.from(uniform([1, 40, 36, 1], { seed: 4, low: 0, high: 255 }).data),
  [1, 40, 36, 1],
);

/** What a method is told that is stopped after its third step. */
function stopping() {
  const controller = new AbortController();
  const seen: number[] = [];
  return {
    seen,
    options: {
      stop: controller.signal,
      onProgress({ done }: { done: number }) {
        seen.push(done);
        if (done >= 3) controller.abort();
      },
    },
  };
}

const isPicture = ({ values }: Tensor) =>
  Array.from(values!).every((v) => Number.isFinite(v) && v >= 0 && v <= 255);

describe("stopped after the third step there is what has become of it so far", () => {
  test("activation maximisation: the pictures that were begun", async () => {
    const { seen, options } = stopping();
    const found = await explain.activationMaximisation(model, {
      ...options,
      target: [0, 1, 2, 3],
      batchSize: 2,
      steps: 1000,
    });
    expect(seen).toEqual([1, 2, 3]);
    expect(found.images.shape).toEqual([2, 28, 28, 1]);
    expect([found.scores.length, found.before.length]).toEqual([2, 2]);
    expect(isPicture(found.images)).toBe(true);
    const three = await explain.activationMaximisation(model, { target: [0, 1], batchSize: 2, steps: 3 });
    expect(found.images.values).toEqual(three.images.values);
  });

  test("fooling images, evolved images", async () => {
    const first = stopping();
    const fooled = await explain.foolingImages(model, { ...first.options, classes: [1, 2], steps: 1000 });
    expect([first.seen.slice(0, 3), fooled.steps, isPicture(fooled.images)]).toEqual([[1, 2, 3], 3, true]);
    const second = stopping();
    const evolved = await explain.evolvedImages(model, {
      ...second.options,
      classes: [1, 2],
      generations: 1000,
      children: 8,
    });
    expect([evolved.steps, evolved.images.shape, isPicture(evolved.images)]).toEqual([
      3,
      [2, 28, 28, 1],
      true,
    ]);
  });

  test("Deep Dream: the whole picture with what was dreamt in its smaller sizes", async () => {
    const { seen, options } = stopping();
    const dream = await explain.deepDream(model, photo, {
      ...options,
      layer: "relu1",
      octaves: 2,
      iterations: 50,
      jitter: 2,
    });
    expect([seen, dream.shape, isPicture(dream)]).toEqual([[1, 2, 3], [1, 40, 36, 1], true]);
    expect(dream.values).not.toEqual(photo.values);
  });

  test("style, with either optimizer", async () => {
    for (const optimizer of ["adam", "lbfgs"] as const) {
      const { seen, options } = stopping();
      const layers = { content: ["relu1"], style: ["relu1"] };
      const { pixels, losses } = await explain.style(model, photo, photo, {
        ...options,
        ...layers,
        start: "noise",
        optimizer,
        iterations: 200,
      });
      expect([seen, losses.length, pixels.shape, isPicture(pixels)]).toEqual([
        [1, 2, 3],
        3,
        [1, 40, 36, 1],
        true,
      ]);
    }
  });

  test("top activations: of the pictures that were seen", async () => {
    const { options } = stopping();
    const dataset = {
      name: "noise",
      split: "test" as const,
      shape: [28, 28, 1] as [number, number, number],
      classes: ["a"],
      length: 8,
      images: Uint8Array.from(uniform([8 * 784], { seed: 5, low: 0, high: 255 }).data, Math.round),
      labels: new Uint8Array(8),
    };
    const hits = await explain.topActivations(model, dataset, { ...options, batchSize: 2 });
    for (const unit of hits.get("relu2")!) for (const { index } of unit) expect(index).toBeLessThan(4);
  });

  test("the sanity check: of the layers that are random by then", async () => {
    const { options } = stopping();
    const { layers, likeness } = await explain.sanityCheck(model, picture, {
      ...options,
      methods: { saliency: (m, x) => explain.saliency(m, x, { target: 0 }) },
    });
    expect(layers).toEqual(["dense3", "dense2"]);
    expect(likeness.saliency.length).toBe(2);
  });
});

test("a signal still ends everything, with its reason", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  const asked = explain.foolingImages(model, {
    classes: [1],
    signal: controller.signal,
    onProgress: () => controller.abort(reason),
  });
  await expect(asked).rejects.toBe(reason);
});
