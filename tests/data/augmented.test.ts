import { describe, expect, test } from "vitest";
import {
  type Augment,
  augmented,
  batches,
  colourJitter,
  compose,
  cutout,
  DataError,
  type Examples,
  examples,
  pcaLighting,
  randomAffine,
  randomCrop,
  randomFlip,
  randomShift,
} from "../../src/data/index.js";
import { RandomStream } from "../../src/random/threefry.js";

const [h, w, count] = [24, 31, 40];

/** One filled box in each picture, white on black; as a mask of the class 3 on 0; its corners and middle as points. */
function scenes({ margin = 0, mask = "i32" as "i32" | "u8" } = {}) {
  const images = new Uint8Array(count * h * w * 3);
  const masks = mask === "i32" ? new Int32Array(count * h * w) : new Uint8Array(count * h * w);
  const boxes: Float32Array[] = [];
  const points: Float32Array[] = [];
  for (let n = 0; n < count; n++) {
    const random = new RandomStream(2, 0, n);
    const [top, left] = [
      margin + random.integer(h - 8 - 2 * margin),
      margin + random.integer(w - 8 - 2 * margin),
    ];
    const [bottom, right] = [top + 3 + random.integer(5), left + 3 + random.integer(5)];
    for (let i = top; i < bottom; i++)
      for (let j = left; j < right; j++) {
        images.fill(255, ((n * h + i) * w + j) * 3, ((n * h + i) * w + j) * 3 + 3);
        masks[(n * h + i) * w + j] = 3;
      }
    boxes.push(Float32Array.of(top, left, bottom, right));
    points.push(
      Float32Array.of(top + 0.5, left + 0.5, 1, (top + bottom) / 2, (left + right) / 2, 1, 5, 5, 0),
    );
  }
  return examples("scenes", {
    images: { values: images, shape: [h, w, 3], pixels: true },
    mask: { values: masks, shape: [h, w], holds: "mask" },
    boxes: { values: boxes, shape: [null, 4], holds: "boxes" },
    labels: { values: boxes.map((_, n) => Int32Array.of(n)), shape: [null], pad: -1, along: "boxes" },
    points: { values: points, shape: [null, 3], holds: "points" },
  });
}

const all = Int32Array.from({ length: count }, (_, i) => i);
const draw = { seed: 5, epoch: 2 };
type Scene = {
  images: Float32Array;
  mask: Int32Array;
  boxes: Float32Array[];
  labels: Int32Array[];
  points: Float32Array[];
};
const seen = async (set: Examples, augment: Augment, options = {}, places = all) =>
  (await augmented(set, augment, options).at(places, draw)) as unknown as Scene;

/** [top, left, bottom, right] of what is so, or undefined. */
function around(isSo: (i: number, j: number) => boolean): number[] | undefined {
  let found: number[] | undefined;
  for (let i = 0; i < h; i++)
    for (let j = 0; j < w; j++)
      if (isSo(i, j))
        found = found
          ? [
              Math.min(found[0], i),
              Math.min(found[1], j),
              Math.max(found[2], i + 1),
              Math.max(found[3], j + 1),
            ]
          : [i, j, i + 1, j + 1];
  return found;
}

describe("a filled box drawn as a mask stays the mask's box", () => {
  test.each([
    ["mirrored", randomFlip(), 0],
    ["moved by whole pixels, also out of the picture", randomShift(12), 0],
    ["both", compose(randomShift(9), randomFlip(), randomShift(9)), 0],
    ["scaled", randomAffine({ scale: [0.5, 1.5] }), 1],
    ["moved by parts of pixels", randomAffine({ shift: 6 }), 1],
    ["a part of it", randomCrop({ area: [0.3, 1] }), 1],
    ["all of these", compose(randomCrop(), randomFlip(), randomAffine({ scale: [0.8, 1.2], shift: 2 })), 2],
  ] as [string, Augment, number][])("%s", async (_, augment, within) => {
    const { images, mask, boxes, labels } = await seen(scenes(), augment, { leastVisible: 0 });
    let compared = 0;
    for (let n = 0; n < count; n++) {
      const drawn = around((i, j) => mask[(n * h + i) * w + j] === 3);
      const light = around((i, j) => images[((n * h + i) * w + j) * 3] > 127.5);
      expect(labels[n].length).toBe(boxes[n].length / 4);
      if (within === 0) {
        expect(boxes[n]).toEqual(Float32Array.from(drawn ?? []));
        expect(light).toEqual(drawn);
        compared++;
      } else if (drawn && light && boxes[n].length > 0) {
        for (let e = 0; e < 4; e++) {
          expect(Math.abs(boxes[n][e] - drawn[e])).toBeLessThanOrEqual(within);
          expect(Math.abs(boxes[n][e] - light[e])).toBeLessThanOrEqual(within);
        }
        compared++;
      } else if (boxes[n].length > 0) {
        // What is left of it is no whole pixel.
        const [top, left, bottom, right] = boxes[n];
        expect(Math.min(bottom - top, right - left)).toBeLessThan(1.5);
      }
    }
    expect(compared).toBeGreaterThan(count / 2);
  });
});

test("turned, the box is the smallest one around what was in it, and points go with what they mark", async () => {
  const set = scenes({ margin: 6 });
  const { mask, boxes, points, images } = await seen(set, randomAffine({ rotation: 25 }), {
    leastVisible: 0,
  });
  for (let n = 0; n < count; n++) {
    const drawn = around((i, j) => mask[(n * h + i) * w + j] === 3)!;
    const [top, left, bottom, right] = boxes[n];
    // Its corners are a pixel's at most outside of what the mask has.
    for (const [box, own] of [
      [top, drawn[0]],
      [left, drawn[1]],
      [-bottom, -drawn[2]],
      [-right, -drawn[3]],
    ]) {
      expect(box).toBeLessThanOrEqual(own + 0.8);
      expect(box).toBeGreaterThan(own - 2);
    }
    let [sum, down, across] = [0, 0, 0];
    for (let i = 0; i < h; i++)
      for (let j = 0; j < w; j++) {
        const light = images[((n * h + i) * w + j) * 3];
        sum += light;
        down += light * (i + 0.5);
        across += light * (j + 0.5);
      }
    if (top <= 0 || left <= 0 || bottom >= h || right >= w) continue;
    expect(Math.abs(points[n][3] - down / sum)).toBeLessThan(0.1);
    expect(Math.abs(points[n][4] - across / sum)).toBeLessThan(0.1);
  }
});

test("masks are what the plain loops of rotation give: the nearest pixel, and ignored outside", async () => {
  // Turned by 30° to one side or the other and nothing else: the sign is read from a point, the rest is the textbook's.
  const set = scenes({ mask: "u8" });
  const before = (await set.at(all)) as unknown as Scene;
  const { mask, points } = await seen(set, randomAffine({ rotation: 30 }));
  for (let n = 0; n < 8; n++) {
    const [y, x] = [before.points[n][0] - h / 2, before.points[n][1] - w / 2];
    const [toY, toX] = [points[n][0] - h / 2, points[n][1] - w / 2];
    const angle = Math.atan2(toY, toX) - Math.atan2(y, x);
    let [wrong, outside] = [0, 0];
    for (let i = 0; i < h; i++)
      for (let j = 0; j < w; j++) {
        const [dy, dx] = [i - (h - 1) / 2, j - (w - 1) / 2];
        const fromY = Math.round(Math.cos(angle) * dy - Math.sin(angle) * dx + (h - 1) / 2);
        const fromX = Math.round(Math.sin(angle) * dy + Math.cos(angle) * dx + (w - 1) / 2);
        const isThere = fromY >= 0 && fromY < h && fromX >= 0 && fromX < w;
        const expected = isThere ? before.mask[(n * h + fromY) * w + fromX] : 255;
        if (!isThere) outside++;
        if (mask[(n * h + i) * w + j] !== expected) wrong++;
      }
    // The angle is read from a point in f32: a pixel that lies between two may fall to the other.
    expect(wrong).toBeLessThanOrEqual(2);
    if (Math.abs(angle) > 0.2) expect(outside).toBeGreaterThan(0);
  }
});

test("a box is dropped where less than a share of it is left, and with it what lies along", async () => {
  const set = scenes();
  const whole = await seen(set, randomShift(15), { leastVisible: 0 });
  const { boxes: before } = (await set.at(all)) as unknown as Scene;
  const area = ([top, left, bottom, right]: Float32Array) => (bottom - top) * (right - left);
  for (const leastVisible of [0.25, 0.6, 1]) {
    const { boxes, labels } = await seen(set, randomShift(15), leastVisible === 0.25 ? {} : { leastVisible });
    let dropped = 0;
    for (let n = 0; n < count; n++) {
      const isKept = whole.boxes[n].length > 0 && area(whole.boxes[n]) / area(before[n]) >= leastVisible;
      expect(boxes[n]).toEqual(isKept ? whole.boxes[n] : new Float32Array());
      expect(labels[n]).toEqual(isKept ? Int32Array.of(n) : new Int32Array());
      if (!isKept) dropped++;
    }
    expect(dropped).toBeGreaterThan(2);
    expect(dropped).toBeLessThan(count);
  }
});

test("several boxes, none, and rows of several numbers along", async () => {
  const set = examples("few", {
    x: { values: new Uint8Array(2 * 8 * 8), shape: [8, 8, 1], pixels: true },
    boxes: {
      values: [Float32Array.of(0, 0, 2, 2, 3, 3, 5, 5, 4, 4, 4, 8), new Float32Array()],
      shape: [null, 4],
      holds: "boxes",
    },
    codes: { values: [Int32Array.of(1, 2, 3, 4, 5, 6), new Int32Array()], shape: [null, 2], along: "boxes" },
  });
  const found = await augmented(set, randomFlip()).at(Int32Array.of(0, 1), draw);
  const [first, none] = found.boxes as Float32Array[];
  expect([...first].length).toBe(8); // the third has no area
  expect((found.codes as Int32Array[]).map((rows) => [...rows])).toEqual([[1, 2, 3, 4], []]);
  expect(none.length).toBe(0);
  const misfit = {
    ...set,
    at: async () => ({ ...(await set.at(Int32Array.of(0))), codes: [Int32Array.of(1, 2)] }),
  };
  await expect(augmented(misfit, randomFlip()).at(Int32Array.of(0), draw)).rejects.toThrow(
    new DataError("augmented: codes has 1 rows where boxes has 3 boxes"),
  );
});

test("points that leave the picture are not seen, also where a later step would bring their place back", async () => {
  const set = scenes();
  const { points: before } = (await set.at(all)) as unknown as Scene;
  const { points } = await seen(set, randomShift(15));
  let hidden = 0;
  for (let n = 0; n < count; n++)
    for (let k = 0; k < 2; k++) {
      const [y, x, isSeen] = points[n].subarray(3 * k, 3 * k + 3);
      expect(isSeen).toBe(y >= 0 && y < h && x >= 0 && x < w ? 1 : 0);
      if (!isSeen) hidden++;
      expect(Math.abs(y - before[n][3 * k]) % 1).toBe(0);
    }
  expect(hidden).toBeGreaterThan(3);
  // Not seen to begin with: as it was.
  for (const own of points) expect([...own.subarray(6)]).toEqual([5, 5, 0]);
  const twice = await seen(set, compose(randomShift(15), randomShift(15)));
  for (let n = 0; n < count; n++) if (points[n][2] === 0) expect(twice.points[n][2]).toBe(0);
});

test("points of a fixed number and two coordinates move, and keep where they went", async () => {
  const set = examples("pairs", {
    x: { values: new Uint8Array(3 * 8 * 8), shape: [8, 8, 1], pixels: true },
    eyes: { values: Float32Array.from({ length: 12 }, (_, i) => i % 8), shape: [2, 2], holds: "points" },
  });
  const { eyes } = await augmented(set, randomFlip()).at(Int32Array.of(0, 1, 2), draw);
  for (let at = 0; at < 12; at += 2) {
    expect((eyes as Float32Array)[at]).toBe(at % 8);
    expect([(at + 1) % 8, 8 - ((at + 1) % 8)]).toContain((eyes as Float32Array)[at + 1]);
  }
});

test("changes of colour leave places as they are; without a draw nothing changes", async () => {
  const set = scenes();
  const before = (await set.at(all)) as unknown as Scene;
  const colours = compose(colourJitter(), pcaLighting(), cutout(3));
  const { images, ...rest } = await seen(set, colours);
  const { images: own, ...same } = before;
  expect(rest).toEqual(same);
  expect(images).not.toEqual(new Float32Array(own));
  const still = (await augmented(set, compose(colours, randomShift(4))).at(all)) as unknown as Scene;
  expect(still).toEqual({ ...before, images: new Float32Array(own) });
});

test("the picture is what pictures with classes get, however the batches fall", async () => {
  const set = scenes();
  const augment = compose(
    randomCrop(),
    randomFlip(),
    colourJitter(),
    randomAffine({ rotation: 9, background: 7 }),
  );
  const whole = await seen(set, augment);
  const direct = new Float32Array(((await set.at(all)) as unknown as Scene).images);
  await augment(direct, { ...draw, indices: all, shape: [count, h, w, 3] });
  expect(whole.images).toEqual(direct);
  const places = Int32Array.of(31, 4, 17);
  const few = await seen(set, augment, {}, places);
  for (const [n, place] of places.entries()) {
    expect(few.boxes[n]).toEqual(whole.boxes[place]);
    expect(few.mask.slice(n * h * w, (n + 1) * h * w)).toEqual(
      whole.mask.slice(place * h * w, (place + 1) * h * w),
    );
  }
  let size = 0;
  for await (const { fields } of batches(augmented(set, augment), { batchSize: 16, shuffle: draw })) {
    size += fields.images.shape[0];
    expect(fields.images.type).toBe("f32");
    expect(fields.labels.shape).toEqual([fields.images.shape[0], 8]);
  }
  expect(size).toBe(count);
});

test("randomCrop shows a part of the picture, between its pixels", async () => {
  // A plane of two slopes: what is interpolated lies on it, wherever the part is.
  const slopes = Float32Array.from({ length: h * w }, (_, p) => 3 * Math.floor(p / w) + 2 * (p % w));
  const images = new Float32Array(count * h * w);
  for (let n = 0; n < count; n++) images.set(slopes, n * h * w);
  await randomCrop({ area: [0.2, 0.5] })(images, { ...draw, indices: all, shape: [count, h, w, 1] });
  for (let n = 0; n < count; n++) {
    const one = images.subarray(n * h * w, (n + 1) * h * w);
    const [i, j] = [10, 12];
    const down = one[(i + 1) * w + j] - one[i * w + j];
    const across = one[i * w + j + 1] - one[i * w + j];
    const area = (down / 3) * (across / 2);
    expect(area).toBeGreaterThan(0.17);
    expect(area).toBeLessThan(0.53);
    for (let k = 2; k < 20; k++) expect(one[k * w + j]).toBeCloseTo(one[2 * w + j] + (k - 2) * down, 2);
  }
});

describe("what cannot be augmented is said", () => {
  const one = (fields: Parameters<typeof examples>[1]) => examples("odd", fields);
  const x = { values: new Uint8Array(48), shape: [4, 4, 3], pixels: true } as const;
  test("no picture", () => {
    expect(() => augmented(one({ y: { values: Float32Array.of(1) } }), randomFlip())).toThrow(
      new DataError("augmented: odd has no field of pixels, H×W×C, which could be augmented"),
    );
  });
  test("a mask of another size", () => {
    const set = one({ x, mask: { values: new Int32Array(4), shape: [2, 2], holds: "mask" } });
    expect(() => augmented(set, randomFlip())).toThrow(
      new DataError("augmented: mask is 2×2, expected 4×4 as x, with which it moves"),
    );
  });
  test("a step of one's own, where something moves", () => {
    const own: Augment = () => {};
    const set = one({ x, mask: { values: new Int32Array(16), shape: [4, 4], holds: "mask" } });
    expect(() => augmented(set, compose(randomFlip(), own))).toThrow(
      new TypeError(
        "augmented: the augmentation has a step of your own, which does not say how it moves mask of odd; change these in its `at`",
      ),
    );
    expect(augmented(one({ x }), own).fields.x.dtype).toBe("f32");
  });
  test("fields that are not what they are said to hold", () => {
    expect(() =>
      augmented(
        one({ x, boxes: { values: new Float32Array(4), shape: [1, 4], holds: "boxes" } }),
        randomFlip(),
      ),
    ).toThrow(new DataError('augmented: boxes of odd holds "boxes" and is 1×4 of f32, expected ?×4 of f32'));
    expect(() =>
      augmented(
        one({ x, mask: { values: new Float32Array(16), shape: [4, 4], holds: "mask" } }),
        randomFlip(),
      ),
    ).toThrow(
      new DataError(
        'augmented: mask of odd holds "mask" and is 4×4 of f32, expected H×W or H×W×1 of i32 or u8',
      ),
    );
    expect(() =>
      augmented(one({ x, labels: { values: [Int32Array.of(1)], along: "boxes" } }), randomFlip()),
    ).toThrow(
      new DataError(
        "augmented: labels of odd is ? along boxes, expected a ragged field along one that holds boxes",
      ),
    );
  });
  test("options that are none", () => {
    expect(() => augmented(one({ x }), randomFlip(), { leastVisible: 2 })).toThrow(
      new RangeError("augmented: leastVisible is 2, expected a number from 0 to 1"),
    );
    expect(() => randomCrop({ area: [0.5, 2] })).toThrow(
      new TypeError(
        "randomCrop: area is [0.5, 2], expected [smallest, greatest] with 0 < smallest ≤ greatest ≤ 1",
      ),
    );
  });
});
