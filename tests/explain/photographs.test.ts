import { describe, expect, test } from "vitest";
import * as explain from "../../src/explain/index.js";
import { openArrays } from "../../src/formats/open-arrays.js";
import { prepareImage } from "../../src/images/prepare-image.js";
import { centreCrop, preprocessings } from "../../src/images/preprocessing.js";
import { readImage } from "../../src/images/read.js";
import { models, predict, type Tensor, tensor } from "../../src/index.js";
import { loadWeights } from "../../src/models/load-weights.js";
import { fileSource } from "../../src/platform/node.js";

const data = process.env.RECEPTIVE_DATA;
/** As in `npm run test:long -- natively`. */
const isWhole = process.env.RECEPTIVE_WHOLE !== undefined;
const weights = `${data}/pretrained/squeezenet1_1.safetensors`;
const model = models.squeezenet("squeezenet1_1");
const missing = await fileSource(weights)
  .then(openArrays)
  .then((file) => loadWeights(model, file))
  .then(
    () => "",
    () => " (skipped: RECEPTIVE_DATA has no pretrained/squeezenet1_1.safetensors)",
  );

const photo = async (name: string, edge: number): Promise<Tensor> => {
  const { pixels } = prepareImage(await readImage(`${data}/photos/${name}`), [edge, edge, 3]);
  return tensor(pixels, [1, edge, edge, 3]);
};

interface Box {
  top: number;
  left: number;
  bottom: number;
  right: number;
}

/** Where the animal is, and its head, in the picture that the network is shown, 224×224: seen by eye. */
const animals: { file: string; classes: number[]; animal: Box; head: Box }[] = [
  {
    file: "photos/dog.jpg",
    classes: [258], // Samoyed
    animal: { top: 0, left: 0, bottom: 224, right: 150 }, // without the tail, beside which there is half a lawn
    head: { top: 0, left: 0, bottom: 90, right: 90 },
  },
  {
    file: "pretrained/kitten_224.png",
    classes: [281], // tabby
    animal: { top: 0, left: 30, bottom: 224, right: 190 },
    head: { top: 0, left: 35, bottom: 150, right: 170 },
  },
];

describe.skipIf(missing)(`SqueezeNet trained on ImageNet${missing}`, () => {
  describe.each(animals)("$file", ({ file, classes, animal, head }) => {
    const shown = async () => {
      const { pixels } = centreCrop(
        await readImage(`${data}/${file}`),
        [224, 224, 3],
        preprocessings.imagenet,
      );
      return tensor(pixels, [1, 224, 224, 3]);
    };
    /** The share of the map's greatest twentieth that lies in the box. */
    const pointing = (values: ArrayLike<number>, rows: number, box: Box) => {
      const cell = 224 / rows;
      const sorted = Array.from(values, (v, at) => ({ v, at })).sort((a, b) => b.v - a.v);
      const top = sorted.slice(0, Math.max(1, Math.round(sorted.length / 20)));
      const inside = top.filter(({ at }) => {
        const [y, x] = [(Math.floor(at / rows) + 0.5) * cell, ((at % rows) + 0.5) * cell];
        return y >= box.top && y < box.bottom && x >= box.left && x < box.right;
      });
      return inside.length / top.length;
    };

    test("is read rightly, and saliency, Grad-CAM and occlusion point at the animal", async () => {
      const image = await shown();
      const [p] = await predict(model, image);
      expect(classes).toContain(p.indexOf(Math.max(...p)));
      expect(pointing((await explain.saliency(model, image)).values!, 224, animal)).toBeGreaterThan(0.85);
      expect(pointing((await explain.gradCam(model, image)).values!, 224, head)).toBeGreaterThan(0.85);
      const { map, before } = await explain.occlusion(model, image, { size: 56, stride: 16 });
      const lost = Array.from(map.values!, (v) => before.values![0] - v);
      expect(pointing(lost, 14, head)).toBeGreaterThan(0.85);
    }, 120_000);
  });

  test.runIf(isWhole)(
    "Deep Dream at 512×512 with 3 octaves takes less than a minute",
    async () => {
      const image = await photo("golden_gate.jpg", 512);
      const begun = performance.now();
      const dream = await explain.deepDream(model, image, { layer: "fire6", octaves: 3, iterations: 10 });
      expect((performance.now() - begun) / 1000).toBeLessThan(60);
      expect(dream.shape).toEqual([1, 512, 512, 3]);
      const changed =
        Array.from(dream.values!).reduce((sum, v, i) => sum + Math.abs(v - image.values![i]), 0) / dream.size;
      expect(changed).toBeGreaterThan(3);
      expect(changed).toBeLessThan(60);
    },
    120_000,
  );

  test.runIf(isWhole)(
    "neural style at 256×256 with 200 iterations takes less than two minutes",
    async () => {
      const [content, painting] = [await photo("tubingen.jpg", 256), await photo("starry_night.jpg", 256)];
      const begun = performance.now();
      const { losses } = await explain.style(model, content, painting, { iterations: 200 });
      expect((performance.now() - begun) / 1000).toBeLessThan(120);
      expect(losses.length).toBe(200);
      expect(losses[199]).toBeLessThan(0.1 * losses[0]);
    },
    240_000,
  );

  test("the paper's layers on VGG, blocks on others", async () => {
    const vgg = models.vgg("vgg19");
    vgg.build([224, 224, 3], { blank: true });
    expect(explain.usualLayers(vgg)).toEqual({
      content: ["relu10"], // relu4_2
      style: ["relu1", "relu3", "relu5", "relu9", "relu13"], // relu1_1 to relu5_1
    });
    expect(explain.usualLayers(model)).toEqual({
      content: ["fire5"],
      style: ["relu1", "fire2", "fire4", "fire6"],
    });
  });
});
