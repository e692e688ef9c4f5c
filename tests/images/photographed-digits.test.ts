/** Digits on synthetic photographs: how many of them a small network reads as what they are. */
import { beforeAll, describe, expect, test } from "vitest";
import { digits } from "../../src/data/digits.js";
import { mnist } from "../../src/data/mnist.js";
import { findDigit } from "../../src/images/prepare-digit.js";
import { crossEntropy } from "../../src/losses/index.js";
import { lenet5 } from "../../src/models/index.js";
import type { Model } from "../../src/nn/index.js";
import { sgd } from "../../src/optim/index.js";
import { tensor } from "../../src/tensor/creation.js";
import { fit } from "../../src/training/fit.js";
import { predict } from "../../src/training/predict.js";
import { blanks, scenes } from "./photograph-scenes.js";
import { enlarged, type Ink, none, penned, photograph, randomNumbers } from "./photographed-digits.js";

const data = process.env.RECEPTIVE_DATA;
/** Where there are handwritten digits, drawn ones are for `npm run test:long -- natively`. */
const isWhole = !data || process.env.RECEPTIVE_WHOLE !== undefined;
const count = 6;

describe.each([
  ...(isWhole ? [["drawn digits", true] as const] : []),
  [`MNIST${data ? "" : " (skipped: RECEPTIVE_DATA is not set)"}`, false] as const,
])("%s", (_, areDrawn) => {
  if (!areDrawn && !data) return test.skip("needs RECEPTIVE_DATA");
  let model: Model;
  let sample: (random: () => number) => { ink: Ink; label: number };

  beforeAll(async () => {
    const { train, test: held } = await (areDrawn ? digits() : mnist());
    model = lenet5();
    const steps = fit(model, train, {
      loss: crossEntropy(),
      optimizer: sgd({ lr: 0.05, momentum: 0.9 }),
      epochs: areDrawn ? 2 : 1,
      seed: 1,
    });
    for await (const _ of steps);
    sample = (random) => {
      // One of three is a pen's line, thin or thick.
      if (random() < 1 / 3) {
        const label = Math.floor(10 * random());
        return { ink: penned(label, Math.floor(20 * random()), 0.04 + 0.1 * random()), label };
      }
      const at = Math.floor(random() * held.length);
      return {
        ink: enlarged(held.images.subarray(784 * at, 784 * at + 784) as Uint8Array),
        label: held.labels[at],
      };
    };
  }, 240_000);

  test.each(Object.keys(scenes))(
    "%s",
    async (name) => {
      const random = randomNumbers(name.length);
      // A large photograph takes its time to draw.
      const pictures = name.includes("megapixels") ? 1 : count;
      const found = Array.from({ length: pictures }, () => {
        const { ink, label } = sample(random);
        const photo = photograph(ink, scenes[name](random), random);
        return { label, ...findDigit(photo) };
      }).filter(({ digits }) => digits === 1);
      const images = tensor(Uint8Array.from(found.flatMap(({ digit }) => [...digit!.pixels])), [
        found.length,
        28,
        28,
        1,
      ]);
      const answers = await predict(model, images);
      const isRight = answers.map((row, i) => row.indexOf(Math.max(...row)) === found[i].label);
      const right = isRight.filter(Boolean).length;
      const sureAndWrong = answers.filter((row, i) => !isRight[i] && Math.max(...row) > 0.85).length;
      expect({ right, sureAndWrong }).toSatisfy(() => right >= pictures - 1 && sureAndWrong <= 1);
    },
    240_000,
  );
});

describe("a sheet without a digit", () => {
  test.each(Object.keys(blanks))("%s", (name) => {
    const random = randomNumbers(name.length);
    for (let i = 0; i < 6; i++)
      expect(findDigit(photograph(none, blanks[name](random), random)).digits).not.toBe(1);
  });
});

test("several digits are counted, however uneven the light is", () => {
  const light = scenes["a gradient"](randomNumbers(1)).light!;
  const two = penned(7, 0, 0.08);
  for (const others of [1, 2, 3]) {
    const place = { x: 0.2, y: 0.5, size: 0.3 };
    const more = Array.from({ length: others }, (_, i) => ({ x: 0.4 + 0.2 * i, y: 0.5, ink: two }));
    const photo = photograph(penned(2, 0, 0.08), { light, place, more }, randomNumbers(others));
    expect(findDigit(photo).digits).toBe(1 + others);
  }
});
