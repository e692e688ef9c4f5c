/** A loss that the examples make NaN names the example; a learning rate is blamed only where it is to blame. */
import { describe, expect, test } from "vitest";
import { examples, type GivenField } from "../../src/data/examples.js";
import { div, mean, sub } from "../../src/index.js";
import * as losses from "../../src/losses/index.js";
import * as nn from "../../src/nn/index.js";
import * as optim from "../../src/optim/index.js";
import { fit } from "../../src/training/fit.js";
import type { Objective } from "../../src/training/objective.js";
import * as objectives from "../../src/training/objectives/index.js";

const points = { values: Float32Array.from({ length: 24 }, (_, i) => Math.sin(i)), shape: [2] };
const line = () => nn.sequential("line", nn.dense(2));

async function ending(
  objective: Objective,
  fields: { readonly [name: string]: GivenField },
  model: nn.Model = line(),
): Promise<string> {
  const options = { objective, optimizer: optim.sgd({ lr: 0.1 }), epochs: 1, batchSize: 5, seed: 3 };
  try {
    for await (const _ of fit(model, examples("points", fields), options));
  } catch (error) {
    return (error as Error).message;
  }
  return "finished";
}

const classes = objectives.classification(losses.crossEntropy(), { inputs: ["x"], target: "y" });
const labels = (...more: readonly number[]): GivenField => {
  const values = Int32Array.from({ length: 12 }, (_, i) => i % 2);
  values.set(more, 7);
  return { values };
};

describe("a loss that is no number", () => {
  test("names the class that the network does not tell apart", async () => {
    expect(await ending(classes, { x: points, y: labels(2) })).toMatch(
      /^the loss became NaN at step \d of epoch 1: y is 2 in example 7 \(counted from 0\), line tells 2 classes apart; expected 0 to 1, or -1 for none$/,
    );
    expect(await ending(classes, { x: points, y: labels(-1) })).toBe("finished");
    expect(await ending(classes, { x: points, y: labels(-2) })).toContain("y is -2 in example 7");
  });

  test("names it for pixels, of masks with an ignored value, too", async () => {
    const pixels = Float32Array.from({ length: 6 * 16 }, (_, i) => Math.cos(i));
    const mask = Uint8Array.from(pixels, (v, i) => (i % 7 === 0 ? 255 : v > 0 ? 1 : 0));
    const segments = objectives.segmentation(losses.crossEntropy({ ignore: 255 }), {
      inputs: ["x"],
      target: "y",
    });
    const net = () => nn.sequential("net", nn.conv2d({ filters: 2, kernel: 1 }));
    const given = (values: Uint8Array) => ({
      x: { values: pixels, shape: [4, 4, 1] },
      y: { values, shape: [4, 4] },
    });
    expect(await ending(segments, given(mask), net())).toBe("finished");
    const wrong = mask.slice();
    wrong[3 * 16 + 5] = 9;
    expect(await ending(segments, given(wrong), net())).toContain(
      "y is 9 in example 3 (counted from 0), net tells 2 classes apart; expected 0 to 1, or 255 for none",
    );
  });

  test("names it for each of several losses", async () => {
    const both = objectives.several(
      { a: { loss: losses.crossEntropy(), target: "y" }, b: { loss: losses.crossEntropy(), target: "z" } },
      { inputs: ["x"] },
    );
    const model = nn.graph("two", {
      inputs: ["x"],
      nodes: { a: { layer: nn.dense(2), from: "x" }, b: { layer: nn.dense(3), from: "x" } },
      outputs: ["a", "b"],
    }) as unknown as nn.Model;
    expect(await ending(both, { x: points, y: labels(1), z: labels(3) }, model)).toContain(
      "z is 3 in example 7 (counted from 0), two tells 3 classes apart; expected 0 to 2",
    );
  });

  test("names the number that is none, of an input and of a target", async () => {
    const x = Float32Array.from(points.values);
    x[9] = Number.NaN;
    expect(await ending(classes, { x: { values: x, shape: [2] }, y: labels() })).toContain(
      "x is NaN in example 4 (counted from 0)",
    );
    const y = points.values.slice();
    y[22] = Number.POSITIVE_INFINITY;
    const numbers = objectives.regression(losses.meanSquaredError(), { inputs: ["x"], target: "y" });
    expect(await ending(numbers, { x: points, y: { values: y, shape: [2] } })).toContain(
      "y is Infinity in example 11 (counted from 0)",
    );
  });

  test("names the word for which the network has no vector", async () => {
    const net = () =>
      nn.sequential(
        "net",
        nn.embedding({ words: 5, size: 4 }),
        nn.lstm({ units: 4, outputs: "last" }),
        nn.dense(2),
      );
    const words = Array.from({ length: 12 }, (_, i) => Int32Array.of(i % 5, 1, 2));
    expect(await ending(classes, { x: { values: words }, y: labels() }, net())).toBe("finished");
    words[6] = Int32Array.of(0, 9);
    expect(await ending(classes, { x: { values: words }, y: labels() }, net())).toContain(
      "x is 9 in example 6 (counted from 0), net has vectors for 5 words; expected 0 to 4",
    );
  });

  test("in the first step is not put down to the learning rate", async () => {
    const divided = objectives.regression((output, target) => mean(div(sub(output, target), 0)), {
      inputs: ["x"],
      target: "x",
    });
    expect(await ending(divided, { x: points })).toMatch(
      /^the loss became (NaN|infinite) at step 1 of epoch 1: before any weight changed, so the network or its loss makes it$/,
    );
  });

  test("blames the learning rate where the examples are sound", async () => {
    const numbers = objectives.regression(losses.meanSquaredError(), { inputs: ["x"], target: "x" });
    const options = { objective: numbers, optimizer: optim.sgd({ lr: 1e30 }), epochs: 9, batchSize: 4 };
    const data = examples("points", { x: points });
    await expect(async () => {
      for await (const _ of fit(line(), data, options));
    }).rejects.toThrow("with a learning rate of 1e+30; try a smaller one");
  });
});

test.each([
  objectives.classification(losses.crossEntropy(), { inputs: ["x"], target: "z" }),
  objectives.regression(losses.l1(), { inputs: ["x"], target: "z" }),
  objectives.reconstruction(losses.l1(), { inputs: ["x"], target: "z" }),
  objectives.segmentation(losses.crossEntropy(), { inputs: ["x"], target: "z" }),
  objectives.several({ a: { loss: losses.l1(), target: "z" } }, { inputs: ["x"] }),
  objectives.pairRanking({ better: "x", worse: "z" }),
])("a field that is not there is named: $name", async (objective) => {
  const speaker = objective.name === "segmentation" ? "classification" : objective.name;
  expect(await ending(objective, { x: points, y: labels() }, nn.sequential(nn.dense(1)))).toBe(
    `${speaker} reads the field z, there are x, y; did you mean x?`,
  );
});
