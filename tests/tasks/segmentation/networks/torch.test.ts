/** FCNs, SegNet, DeconvNet and U-Nets as torch computed them: tests/golden/segmentation.py made the numbers. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compute, gradients, mul, sum, type Tensor, tensor } from "../../../../src/index.js";
import * as segmentation from "../../../../src/tasks/segmentation/index.js";
import { uniform } from "../../../checks/named-numbers.js";

interface Case {
  network: string;
  options: { classes: number };
  size: [number, number, number];
  shape: number[];
  scores: number[];
  gradients: { [path: string]: number[] };
}

const cases: Case[] = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../golden/segmentation.json"), "utf8"),
);

const made = ({ network, options }: Case): segmentation.SegmentationNetwork =>
  network.startsWith("fcn")
    ? segmentation.fcn(network.slice(3) as "8s", options)
    : segmentation[network as "unet" | "segnet" | "deconvnet"](options);

/** By the script's formula. */
function numbersOf(path: string, { shape, size }: { shape: readonly number[]; size: number }): Float32Array {
  const u = uniform(path, size);
  const times = (factor: number, offset = 0) => u.map((value) => offset + value * Math.fround(factor));
  if (path.endsWith(".filters")) {
    const [kernel, , a, b] = shape;
    const inputs = /enlarged|Transpose/.test(path) ? b : a;
    return times(Math.sqrt(6 / (kernel * kernel * inputs)));
  }
  if (/\.(scale|variance)$/.test(path)) return times(0.5, 1);
  return times(0.1);
}

test.each(cases)("$network of $options gives torch's scores and gradients", async (one) => {
  const network = made(one);
  network.build(one.size);
  for (const variables of [network.parameters, network.buffers])
    for (const [path, variable] of variables) variable.set(numbersOf(path, variable));
  const [height, width, channels] = one.size;
  const picture = uniform("picture", height * width * channels).map((value) =>
    Math.fround(Math.fround(value + 1) * 127.5),
  );
  const y = network(tensor(picture, [1, ...one.size]));
  expect(y.shape).toEqual(one.shape);
  const paths = Object.keys(one.gradients);
  const chosen = paths.map((path) => network.parameters.get(path)!);
  const error = sum(mul(y, tensor(uniform("direction", y.size), y.shape)));
  const slopes: Tensor[] = paths.length === 0 ? [] : gradients(error, chosen);
  const summed = slopes.map((slope) => sum(slope, { axis: [0, 1] }));
  const [scores, ...found] = await compute([y, ...summed]);
  const most = Math.min(1, Math.max(...one.scores.map(Math.abs)));
  one.scores.forEach((value, i) => {
    expect(Math.abs(scores[7 * i] - value), `score ${7 * i}`).toBeLessThan(1e-4 * most);
  });
  paths.forEach((path, k) => {
    const largest = Math.max(...one.gradients[path].map(Math.abs));
    one.gradients[path].forEach((value, i) => {
      expect(Math.abs(found[k][i] - value), `${path}, ${i}`).toBeLessThan(1e-4 * largest);
    });
  });
});
