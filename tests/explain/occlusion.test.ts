import { describe, expect, test } from "vitest";
import * as explain from "../../src/explain/index.js";
import { predict, tensor } from "../../src/index.js";
import { agree } from "../checks/close-to.js";
import { numbers } from "../textbook/numbers.js";
import { golden } from "./branches.js";

describe("occlusion", () => {
  test("equals hiding one place after the other, whatever the batch size", async () => {
    const { model, images } = golden();
    const [size, stride, target] = [5, 3, 3];
    const found = await explain.occlusion(model, images, { target, size, stride, batchSize: 7 });
    const whole = await explain.occlusion(model, images, { target, size, stride, batchSize: 1000 });
    expect(found.map.values).toEqual(whole.map.values);
    const values = (await images.data()) as Float32Array;
    const [map, predicted, before]: number[][] = [[], [], []];
    for (let n = 0; n < 2; n++) {
      const picture = values.slice(n * 588, (n + 1) * 588);
      before.push((await predict(model, tensor(picture, [1, 14, 14, 3])))[0][target]);
      for (let i = 0; i < 5; i++)
        for (let j = 0; j < 5; j++) {
          // The square's middle on the middle of the cell: it begins a pixel above and left of it.
          const hidden = picture.map((v, at) => {
            const [y, x] = [Math.floor(at / 42), Math.floor(at / 3) % 14];
            const isHidden = y >= 3 * i - 1 && y < 3 * i + 4 && x >= 3 * j - 1 && x < 3 * j + 4;
            return isHidden ? 0.5 : v;
          });
          const [p] = await predict(model, tensor(hidden, [1, 14, 14, 3]));
          map.push(p[target]);
          predicted.push(p.indexOf(Math.max(...p)));
        }
    }
    const close = { rtol: 1e-4, atol: 1e-6 };
    agree(found.map.values!, numbers(map, [2, 5, 5]), close);
    agree(found.before.values!, numbers(before, [2]), close);
    expect([...found.predicted.values!]).toEqual(predicted);
  });

  test("of a unit it shows the activation", async () => {
    const { model, images } = golden();
    const { before } = await explain.occlusion(model, images, { target: { layer: "branches", unit: 4 } });
    const maps = await explain.featureMaps(model, images, { layer: "branches" });
    for (let n = 0; n < 2; n++) {
      const mine = maps.values!.slice(n * 392, (n + 1) * 392).filter((_, at) => at % 8 === 4);
      expect(before.values![n]).toBeCloseTo(
        Array.from(mine).reduce((a, b) => a + b, 0),
        3,
      );
    }
  });
});
