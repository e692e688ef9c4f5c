import { expect, test } from "vitest";
import { type RateCurve, rateCurveSvg, renderRateCurve } from "../../src/report/rate-curve.js";

const points = Array.from({ length: 40 }, (_, i) => {
  const smoothed = 2.3 - 1.5 * Math.exp(-(((i - 25) / 8) ** 2));
  return { lr: 10 ** (-5 + i / 8), loss: smoothed + Math.sin(i) / 5, smoothed };
});
const curve: RateCurve = { title: "lenet5 on digits & more", points, suggestion: points[20].lr };

const textsOf = (svg: string) =>
  [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, content]) => content);

test("title, axes and the suggestion are written", () => {
  expect(textsOf(rateCurveSvg(curve))).toEqual(
    expect.arrayContaining([
      "Learning rate",
      "lenet5 on digits &amp; more",
      "learning rate, logarithmic",
      "training loss",
      "1e-5",
      "0.00316: the loss falls fastest",
      "smoothed over steps",
      "each step",
    ]),
  );
});

test("nothing is marked where nothing is suggested, nor drawn where no step was made", () => {
  expect(textsOf(rateCurveSvg({ ...curve, suggestion: null })).join()).not.toContain("falls fastest");
  expect(textsOf(rateCurveSvg({ ...curve, points: [] }))).toContain("No step was made.");
});

test("steps that leap out, one point only, and losses that are no numbers are drawn all the same", () => {
  const wild = points.map((p, i) =>
    i === 30 ? { ...p, loss: 1e9 } : i === 31 ? { ...p, loss: Number.NaN } : p,
  );
  const inside = [...rateCurveSvg({ ...curve, points: wild }).matchAll(/points="([^"]*)"/g)].flatMap(
    ([, list]) => list.split(" ").map((pair) => pair.split(",").map(Number)),
  );
  for (const [x, y] of inside) {
    expect(x).toBeGreaterThanOrEqual(84);
    expect(x).toBeLessThanOrEqual(864);
    expect(y).toBeGreaterThanOrEqual(96);
    expect(y).toBeLessThanOrEqual(484);
  }
  expect(rateCurveSvg({ ...curve, points: points.slice(0, 1) })).toContain("<circle");
});

test("it is a PNG file", async () => {
  const png = await renderRateCurve(curve);
  expect([...png.slice(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  expect(png.length).toBeGreaterThan(5000);
});
