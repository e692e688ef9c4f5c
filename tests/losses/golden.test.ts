import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compute, gradients, tensor } from "../../src/index.js";
import * as losses from "../../src/losses/index.js";
import { agree } from "../checks/close-to.js";
import { numbers } from "../textbook/numbers.js";

interface Case {
  name: keyof typeof makers;
  options: object;
  output: { shape: number[]; data: number[] };
  target: { shape: number[]; data: number[] };
  /** Whether the targets are numbers of classes. */
  classes: boolean;
  loss: number;
  gradient: number[];
}

const makers = {
  crossEntropy: losses.crossEntropy,
  binaryCrossEntropy: losses.binaryCrossEntropy,
  meanSquaredError: losses.meanSquaredError,
  l1: losses.l1,
  smoothL1: losses.smoothL1,
  huber: losses.huber,
  hinge: losses.hinge,
  binaryHinge: losses.binaryHinge,
  marginRanking: losses.marginRanking,
  focal: losses.focal,
  binaryFocal: losses.binaryFocal,
};

/** What PyTorch and torchvision computed; tests/golden/losses.py says how. */
const cases: Case[] = JSON.parse(readFileSync(new URL("../golden/losses.json", import.meta.url), "utf8"));

describe("as PyTorch has it", () => {
  test.each(cases.map((c) => ({ ...c, title: `${c.name} ${JSON.stringify(c.options)}` })))(
    "$title",
    async ({ name, options, output, target, classes, loss, gradient }) => {
      const x = tensor(Float32Array.from(output.data), output.shape);
      const t = classes
        ? tensor(Int32Array.from(target.data))
        : tensor(Float32Array.from(target.data), target.shape);
      const make: (options: object) => losses.Loss = makers[name];
      const value = make(options)(x, t);
      expect(value.shape).toEqual([]);
      const [found, slope] = await compute([value, ...gradients(value, [x])]);
      agree(found, numbers([loss]), { rtol: 2e-6, atol: 1e-7 });
      agree(slope, numbers(gradient), { rtol: 1e-5, atol: 1e-6 }, "gradient");
    },
  );

  test("every one of them is held to something", () =>
    expect(new Set(cases.map(({ name }) => name as string))).toEqual(new Set(Object.keys(makers))));
});
