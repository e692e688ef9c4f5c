import { describe, expect, test } from "vitest";
import { features } from "../../src/index.js";
import { agree } from "../checks/close-to.js";
import { onEveryTarget } from "../checks/targets.js";
import { golden, photo, piece } from "../golden/features.js";

const { matchTemplate, bestPlaces, grey, asRaster } = features;

function cut(
  picture: features.Raster,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
) {
  const plane = grey(picture);
  const values = new Float32Array(width * height);
  for (let i = 0; i < height; i++)
    values.set(
      plane.values.subarray((y + i) * plane.width + x, (y + i) * plane.width + x + width),
      i * width,
    );
  return asRaster({ width, height, values });
}

onEveryTarget("template matching", () => {
  const template = cut(piece(), { x: 23, y: 11, width: 13, height: 9 });
  test("normalised cross-correlation as scikit-image has it", async () => {
    const response = await matchTemplate(piece(), template);
    agree(response.values, golden("template.normalised"), { rtol: 0, atol: 1e-5 });
    const [best] = bestPlaces(response, template);
    expect(best).toMatchObject({ x: 23, y: 11, width: 13, height: 9 });
    expect(best.score).toBeCloseTo(1, 5);
  });
  test("the plain response as OpenCV has it", async () => {
    const response = await matchTemplate(piece(), template, { method: "response" });
    agree(response.values, golden("template.response"), { rtol: 1e-5, atol: 1e-5 });
  });
  test("brightness and contrast do not matter: half as strong and lighter, it is found all the same", async () => {
    const faded = { ...template, pixels: Float32Array.from(template.pixels, (v) => 0.5 * v + 0.3) };
    const [best] = bestPlaces(await matchTemplate(piece(), faded), faded);
    expect([best.x, best.y]).toEqual([23, 11]);
  });
  test("a flat place answers 0, not a division by nothing", async () => {
    const picture = { width: 20, height: 20, channels: 1, pixels: new Uint8Array(400).fill(130) };
    picture.pixels[5 * 20 + 5] = 255;
    const { values, width } = await matchTemplate(picture, cut(picture, { x: 4, y: 4, width: 3, height: 3 }));
    expect(values[12 * width + 12]).toBe(0);
    expect(values[4 * width + 4]).toBeCloseTo(1, 5);
  });
});

test("the best places keep half a template apart, best first", () => {
  const response = { width: 6, height: 1, values: Float32Array.of(0.1, 0.9, 0.8, 0.2, 0.7, 0.3) };
  const places = bestPlaces(response, { width: 4, height: 2 }, { count: 5, least: 0.25 });
  expect(places.map(({ x }) => x)).toEqual([1, 4]);
});

describe("templates that cannot be matched", () => {
  test("larger than the picture", () =>
    expect(matchTemplate(piece(), photo())).rejects.toThrow(
      new features.FeatureError(
        "matchTemplate: the template of 160×200 is larger than the picture of 40×56 pixels",
      ),
    ));
  test("flat", () =>
    expect(
      matchTemplate(piece(), { width: 2, height: 2, channels: 1, pixels: new Uint8Array(4).fill(7) }),
    ).rejects.toThrow(
      new features.FeatureError(
        "matchTemplate: the template is flat: every pixel is 7, nothing can be matched",
      ),
    ));
});
