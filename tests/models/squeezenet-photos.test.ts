import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fileSource } from "#platform";
import { openArrays } from "../../src/formats/open-arrays.js";
import { centreCrop, preprocessingOf } from "../../src/images/preprocessing.js";
import { readImage } from "../../src/images/read.js";
import { withTorchvisionNames } from "../../src/models/caffe-names.js";
import { imagenetClasses } from "../../src/models/imagenet-classes.js";
import { loadWeights, registered } from "../../src/models/index.js";
import { withPixelScaling } from "../../src/models/pixel-scaling.js";
import { tensor } from "../../src/tensor/creation.js";
import { predict } from "../../src/training/predict.js";

const folder = join(process.env.RECEPTIVE_DATA ?? "", "pretrained");
const isThere = process.env.RECEPTIVE_DATA !== undefined && existsSync(join(folder, "oracle"));
const noSharp = await import("sharp").then(
  () => false,
  () => true,
);

/** Top five by ONNX Runtime on the ONNX file: place, name, probability. */
const oracle: { [picture: string]: [number, string, number][] } = isThere
  ? JSON.parse(readFileSync(join(folder, "oracle/squeezenet_top5.json"), "utf8"))
  : {};

const unless = isThere ? "" : " (skipped: RECEPTIVE_DATA has no pretrained/)";
describe.skipIf(!isThere || noSharp)(`SqueezeNet 1.1 names what ONNX Runtime names${unless}`, () => {
  const pathOf = (picture: string) =>
    join(folder, existsSync(join(folder, picture)) ? picture : `oracle/${picture}`);

  test.each([
    // Of the same net: its halves as they are (BGR of 0 to 255), and widened and folded for torchvision's pixels.
    { file: "SqueezeNet_fp16.onnx", preprocessing: "bgr" },
    { file: "squeezenet1_1.safetensors", preprocessing: "centre" },
  ])("$file", async ({ file, preprocessing }) => {
    const { make, input } = registered("squeezenet1_1");
    const made = make();
    await loadWeights(made, withTorchvisionNames(await openArrays(await fileSource(join(folder, file)))));
    const how = preprocessingOf(preprocessing);
    const model = how.pixels ? await withPixelScaling(made, how.pixels) : made;
    for (const [picture, expected] of Object.entries(oracle)) {
      const { pixels } = centreCrop(await readImage(pathOf(picture)), input, how);
      const [probabilities] = await predict(model, tensor(pixels, [1, ...input]));
      const order = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
      expect(order.slice(0, 3), picture).toEqual(expected.slice(0, 3).map(([place]) => place));
      for (const [place, name, probability] of expected) {
        expect(name).toBe(`${name.slice(0, 9)} ${imagenetClasses[place]}`);
        // The oracle computes in halves.
        expect(Math.abs(probabilities[place] - probability), `${picture}: ${name}`).toBeLessThan(5e-3);
      }
    }
  });
});
