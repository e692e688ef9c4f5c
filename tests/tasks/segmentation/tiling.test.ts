import { expect, test } from "vitest";
import { random, upsample2d } from "../../../src/index.js";
import { Blend, beginnings, labelsAt, tent } from "../../../src/tasks/segmentation/tiling.js";
import { generator } from "../../checks/random.js";

test("parts cover an edge, overlap by as much as is asked for, and reach no further than they must", () => {
  expect(beginnings(10, 10, 3)).toEqual([0]);
  expect(beginnings(7, 10, 3)).toEqual([-2]);
  expect(beginnings(11, 10, 3)).toEqual([0, 1]);
  for (let edge = 11; edge < 60; edge++) {
    const all = beginnings(edge, 10, 3);
    expect([all[0], all[all.length - 1]]).toEqual([0, edge - 10]);
    for (let i = 1; i < all.length; i++) expect(all[i] - all[i - 1]).toBeLessThanOrEqual(7);
    expect(all.length).toBe(Math.ceil((edge - 3) / 7));
  }
});

test("a blend of parts is that of plain loops over the whole picture, in pictures larger and smaller than a part", () => {
  for (let seed = 1; seed <= 12; seed++) {
    const next = generator(seed);
    const [width, height] = [1 + Math.floor(next() * 30), 1 + Math.floor(next() * 30)];
    const [tile, overlap, classes] = [[9, 12] as const, 3, 4];
    const blend = new Blend({ width, height }, { tile, classes, overlap });
    const sums = new Float64Array(width * height * classes);
    const [down, across] = [tent(tile[0], overlap), tent(tile[1], overlap)];
    for (const top of beginnings(height, tile[0], overlap))
      for (const left of beginnings(width, tile[1], overlap)) {
        const scores = Float32Array.from({ length: tile[0] * tile[1] * classes }, () => next() - 0.5);
        blend.add(scores, tile, { top, left });
        for (let i = 0; i < tile[0]; i++)
          for (let j = 0; j < tile[1]; j++) {
            if (top + i < 0 || top + i >= height || left + j < 0 || left + j >= width) continue;
            for (let c = 0; c < classes; c++)
              sums[((top + i) * width + left + j) * classes + c] +=
                down[i] * across[j] * scores[(i * tile[1] + j) * classes + c];
          }
      }
    const expected = Array.from({ length: width * height }, (_, at) => {
      const own = [...sums.subarray(at * classes, (at + 1) * classes)];
      return own.indexOf(Math.max(...own));
    });
    expect([...blend.end()]).toEqual(expected);
  }
});

test("scores are enlarged before the highest is taken, as upsample2d does it", async () => {
  const [height, width, classes] = [7, 9, 3];
  const scores = random.normal([1, height, width, classes], { seed: 2 });
  const values = await scores.data();
  const whole = { top: 0, left: 0, height, width };
  for (const size of [
    { width: 23, height: 15 },
    { width, height },
    { width: 5, height: 4 },
  ]) {
    const larger = await upsample2d(scores, [size.height, size.width], { method: "bilinear" }).data();
    const expected = Array.from({ length: size.width * size.height }, (_, at) => {
      const own = [...larger.slice(at * classes, (at + 1) * classes)];
      return own.indexOf(Math.max(...own));
    });
    expect([...labelsAt(values, { width, classes, part: whole }, size)]).toEqual(expected);
  }
  const part = { top: 2, left: 3, height: 3, width: 4 };
  const inner = labelsAt(values, { width, classes, part }, { width: 4, height: 3 });
  const all = labelsAt(values, { width, classes, part: whole }, { width, height });
  expect([...inner]).toEqual(
    Array.from({ length: 12 }, (_, at) => all[(2 + Math.floor(at / 4)) * width + 3 + (at % 4)]),
  );
});
