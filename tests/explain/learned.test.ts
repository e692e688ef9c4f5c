import { beforeAll, describe, expect, test } from "vitest";
import { part } from "../../src/data/chosen.js";
import { loadDataset } from "../../src/data/registry.js";
import * as explain from "../../src/explain/index.js";
import {
  type data,
  fit,
  losses,
  type Model,
  max,
  models,
  nn,
  optim,
  predict,
  reshape,
  sum,
  type Tensor,
  tensor,
} from "../../src/index.js";
import { compiled } from "../checks/compiled.js";

const mnist = await loadDataset("mnist", { directory: `${process.env.RECEPTIVE_DATA}/mnist` }).catch(
  () => undefined,
);

describe.skipIf(!mnist)(
  `LeNet-5 trained on MNIST${mnist ? "" : " (skipped: RECEPTIVE_DATA has no mnist)"}`,
  () => {
    const model: Model = models.lenet5();
    let test10k: data.Dataset;
    beforeAll(async () => {
      const { train, test: unseen } = mnist!;
      test10k = unseen;
      const optimizer = optim.sgd({ lr: 0.05, momentum: 0.9 });
      const options = { loss: losses.crossEntropy(), optimizer, epochs: 1, seed: 1 };
      for await (const _ of fit(model, train, options));
    }, 120_000);

    /** The greatest score Σᵢⱼ aᵢⱼᵏ that any test picture gives each unit. */
    async function bestOfTest(layer: string): Promise<Float32Array> {
      const run = compiled((x: Tensor) => {
        let a: Tensor | undefined;
        model(x, {
          capture(path, output) {
            if (path === layer) a = output;
          },
        });
        const [n] = a!.shape;
        const units = a!.shape[a!.rank - 1];
        return max(sum(reshape(a!, [n, a!.size / n / units, units]), { axis: 1 }), { axis: 0 });
      });
      let best: Float32Array | undefined;
      for (let i = 0; i < test10k.length; i += 500) {
        const found = await run(tensor(test10k.images.subarray(i * 784, (i + 500) * 784), [500, 28, 28, 1]));
        best = best ? best.map((b, k) => Math.max(b, found[k])) : Float32Array.from(found);
      }
      return best!;
    }

    test.each([
      { layer: "conv2", units: 16, share: 0.9 },
      { layer: "dense1", units: 120, share: 1 },
      { layer: "dense2", units: 84, share: 1 },
      { layer: "dense3", units: 10, share: 1 },
    ])(
      "activation maximisation of $layer surpasses all 10,000 test pictures",
      async ({ layer, units, share }) => {
        const best = await bestOfTest(layer);
        expect(best.length).toBe(units);
        const unit = Array.from(best, (_, k) => k);
        const found = await explain.activationMaximisation(model, {
          target: { layer, unit },
          regularisation: "plain",
          batchSize: 32,
        });
        const pixels = Array.from(found.images.values!);
        expect(Math.min(...pixels.slice(0, 50_000))).toBeGreaterThanOrEqual(0);
        expect(Math.max(...pixels.slice(0, 50_000))).toBeLessThanOrEqual(255);
        const won = unit.filter((k) => found.scores[k] > best[k]);
        expect(won.length).toBeGreaterThanOrEqual(share * units);
      },
    );

    test("class pictures are read as their class; with the L1 term fewer pixels are lit", async () => {
      const target = [...Array(10).keys()];
      const lit: number[] = [];
      for (const regularisation of ["plain", "l1"] as const) {
        const { images, scores, before } = await explain.activationMaximisation(model, {
          target,
          regularisation,
        });
        const read = (await predict(model, images)).map((p) => p.indexOf(Math.max(...p)));
        expect(read).toEqual(target);
        for (const k of target) expect(scores[k]).toBeGreaterThan(before[k]);
        lit.push(Array.from(images.values!).filter((v) => v > 25).length);
      }
      expect(lit[1]).toBeLessThan(0.9 * lit[0]);
    });

    test("without settings pictures are read as their class too, and surpass what they began with", async () => {
      const target = [...Array(10).keys()];
      const { images, scores, before } = await explain.activationMaximisation(model, { target, steps: 128 });
      const read = (await predict(model, images)).map((p) => p.indexOf(Math.max(...p)));
      expect(read).toEqual(target);
      for (const k of target) expect(scores[k]).toBeGreaterThan(before[k] + 5);
    });

    test("the same seed gives the same pictures, one by one as together; another seed others", async () => {
      const target = [3, 8];
      const how = { target, steps: 20, regularisation: "plain" } as const;
      const first = await explain.activationMaximisation(model, { ...how, seed: 4 });
      const again = await explain.activationMaximisation(model, { ...how, seed: 4, batchSize: 1 });
      const other = await explain.activationMaximisation(model, { ...how, seed: 5 });
      const worst = Array.from(first.images.values!).reduce(
        (a, v, i) => Math.max(a, Math.abs(v - again.images.values![i])),
        0,
      );
      expect(worst).toBeLessThan(0.5);
      expect(first.images.values).not.toEqual(other.images.values);
    });

    test.each([
      { how: "by gradient", make: () => explain.foolingImages(model, { confidence: 0.995 }) },
      { how: "by evolution of pixels", make: () => explain.evolvedImages(model, { generations: 400 }) },
      {
        how: "by evolution of patterns",
        make: () => explain.evolvedImages(model, { encoding: "indirect", generations: 400 }),
      },
    ])("fooling $how: at least 9 of 10 digits above 99 %", async ({ make }) => {
      const { images, classes, confidences } = await make();
      expect(classes).toEqual([...Array(10).keys()]);
      const probabilities = await predict(model, images);
      for (const k of classes) expect(probabilities[k][k]).toBeCloseTo(confidences[k], 3);
      expect(Array.from(confidences).filter((q) => q > 0.99).length).toBeGreaterThanOrEqual(9);
    });

    test("top activations are those that a walk over every picture finds", async () => {
      const few = part(test10k, 0, 300);
      const progress: number[] = [];
      const found = await explain.topActivations(model, few, {
        layers: ["relu2", "dense1"],
        k: 4,
        batchSize: 64,
        onProgress: ({ done }) => progress.push(done),
      });
      expect(progress).toEqual([64, 128, 192, 256, 300]);
      const images = tensor(test10k.images.subarray(0, 300 * 784), [300, 28, 28, 1]);
      const maps = await explain.featureMaps(model, images, { layer: "relu2" });
      for (const unit of [0, 7, 15]) {
        const greatest = Array.from({ length: 300 }, (_, n) => {
          let best = { activation: Number.NEGATIVE_INFINITY, place: 0, index: n };
          for (let p = 0; p < 100; p++) {
            const a = maps.values![(n * 100 + p) * 16 + unit];
            if (a > best.activation) best = { activation: a, place: p, index: n };
          }
          return best;
        });
        greatest.sort((a, b) => b.activation - a.activation || a.index - b.index);
        const hits = found.get("relu2")![unit];
        expect(hits.map(({ index }) => index)).toEqual(greatest.slice(0, 4).map(({ index }) => index));
        hits.forEach(({ at, box }, i) => {
          const [row, column] = [Math.floor(greatest[i].place / 10), greatest[i].place % 10];
          expect(at).toEqual([row, column]);
          // 14 pixels at a step of 2, two rows above the picture at first.
          expect(box.top).toBe(Math.max(0, 2 * row - 2));
          expect(box.left + box.width).toBe(Math.min(28, 2 * column - 2 + 14));
        });
      }
      expect(found.get("dense1")![5][0].box).toEqual({ top: 0, left: 0, height: 28, width: 28 });
    });

    test("with random weights saliency, SmoothGrad, Grad-CAM and occlusion change; the report names who does not", async () => {
      const n = 20;
      const images = tensor(test10k.images.slice(0, n * 784), [n, 28, 28, 1]);
      const target = Array.from(test10k.labels.subarray(0, n));
      const before = await model.parameters.get("conv1.filters")!.read();
      const { layers, likeness, unmoved } = await explain.sanityCheck(model, images, {
        seed: 5,
        methods: {
          saliency: (m, x) => explain.saliency(m, x, { target }),
          smoothGrad: (m, x) => explain.smoothGrad(m, x, { target, copies: 20 }),
          gradCam: (m, x) => explain.gradCam(m, x, { target, layer: "relu2" }),
          occlusion: async (m, x) => (await explain.occlusion(m, x, { target, measure: "score" })).map,
          // A picture of digits on black: what multiplies by the input shows the input.
          gradientTimesInput: (m, x) => explain.gradientTimesInput(m, x, { target }),
        },
      });
      expect(layers).toEqual(["dense3", "dense2", "dense1", "conv2", "conv1"]);
      for (const name of ["saliency", "smoothGrad", "gradCam", "occlusion"])
        expect(likeness[name][4]).toBeLessThan(0.8);
      expect(likeness.gradientTimesInput[4]).toBeGreaterThan(0.95);
      expect(unmoved).toEqual(["gradientTimesInput"]);
      expect(await model.parameters.get("conv1.filters")!.read()).toEqual(before);
    });

    test("the events of a training carry its filters and maps", async () => {
      const small = nn.sequential(
        nn.conv2d({ filters: 2, kernel: 3 }),
        nn.relu(),
        nn.flatten(),
        nn.dense(10),
      );
      const image = tensor(test10k.images.slice(0, 784), [1, 28, 28, 1]);
      const seen: (explain.Snapshot | undefined)[] = [];
      for await (const event of fit(small, part(mnist!.train, 0, 5 * 128), {
        loss: losses.crossEntropy(),
        optimizer: optim.sgd({ lr: 0.1 }),
        epochs: 1,
        snapshots: { every: 2, take: (m) => explain.snapshot(m, { image }) },
      }))
        if (event.kind === "step") seen.push(event.snapshot);
      expect(seen.map((s) => s?.layer)).toEqual([undefined, "conv1", undefined, "conv1", undefined]);
      expect(seen[1]!.filters.shape).toEqual([3, 3, 1, 2]);
      expect(seen[1]!.maps!.shape).toEqual([1, 26, 26, 2]);
      expect(seen[3]!.filters.values).not.toEqual(seen[1]!.filters.values);
    });
  },
);
