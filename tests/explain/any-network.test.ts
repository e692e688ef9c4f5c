/** Methods on a network with two inputs and three outputs: by name which input is explained, and by which output. */
import { beforeAll, describe, expect, test } from "vitest";
import { explain, type Model, mul, nn, random, type Tensor, tensor } from "../../src/index.js";
import { agree } from "../checks/close-to.js";

const seeing = () => [nn.conv2d({ filters: 3, kernel: 3, padding: "same" }), nn.relu()];

const model = nn.graph("answers", {
  inputs: ["photo", "words"],
  nodes: {
    seen: { layer: nn.sequential(...seeing()), from: "photo" },
    pooled: { layer: nn.globalAvgPool2d(), from: "seen" },
    read: {
      layer: nn.sequential(nn.embedding({ words: 9, size: 4 }), nn.gru({ units: 3, outputs: "last" })),
      from: "words",
    },
    both: { layer: nn.multiply(), from: ["pooled", "read"] },
    kind: { layer: nn.dense(5), from: "both" },
    sure: { layer: nn.sequential(nn.dense(2), nn.softmax()), from: "pooled" },
  },
  outputs: ["kind", "sure", "pooled"],
});
model.build({ photo: [8, 6, 2], words: [4] }, { seed: 3 });

const photo = random.uniform([2, 8, 6, 2], { seed: 1 });
const given = { photo, words: tensor(Float32Array.of(1, 2, 3, 4, 8, 7, 6, 5), [2, 4]) };
const of = { input: "photo", output: "kind" } as const;

/** The same way from pictures to classes as a model of its own, with what was read in the words of an example baked in. */
async function baked(i: number): Promise<Model> {
  let read: Tensor | undefined;
  model(given, {
    capture(path, output) {
      if (path === "read") read = output;
    },
  });
  const values = (await read!.data()).slice(3 * i, 3 * i + 3);
  const same = nn.sequential(
    "answers",
    nn.sequential("seen", ...seeing()),
    nn.globalAvgPool2d({ name: "pooled" }),
    { type: "weigh", forward: (x) => mul(x, tensor(values, [1, 3])) },
    nn.dense(5, { name: "kind" }),
  );
  same.build([8, 6, 2]);
  for (const [path, variable] of same.parameters) variable.set(await model.parameters.get(path)!.read());
  return same;
}

/** Classes that all of the way to them speaks for, in either example: nothing is cut off as negative. */
const targets = [1, 3];

const example = async (i: number) => tensor((await photo.data()).slice(96 * i, 96 * i + 96), [1, 8, 6, 2]);

/** Each answers a batch with a tensor. */
const methods: { [name: string]: (of: Model, images: Tensor, options: object) => Promise<Tensor> } = {
  saliency: explain.saliency,
  smoothGrad: (m, x, o) => explain.smoothGrad(m, x, { ...o, copies: 3, noise: 0 }),
  gradientTimesInput: explain.gradientTimesInput,
  integratedGradients: (m, x, o) => explain.integratedGradients(m, x, { ...o, steps: 5 }),
  guidedBackpropagation: explain.guidedBackpropagation,
  gradCam: explain.gradCam,
  guidedGradCam: explain.guidedGradCam,
  occlusion: async (m, x, o) =>
    (await explain.occlusion(m, x, { ...o, size: 3, stride: 2, value: 0.5, measure: "score" })).map,
};

describe("of a network with two inputs and three outputs", () => {
  let alone: Model[];
  beforeAll(async () => {
    alone = [await baked(0), await baked(1)];
  });

  test.each(Object.keys(methods))("%s is that of the one output in the one input", async (name) => {
    const run = methods[name] as unknown as (m: unknown, x: unknown, o: object) => Promise<Tensor>;
    const maps = await run(model, given, { ...of, target: targets });
    const half = maps.size / 2;
    for (const [i, target] of targets.entries()) {
      const expected = await run(alone[i], await example(i), { target });
      expect(maps.shape.slice(1)).toEqual(expected.shape.slice(1));
      const values = maps.own!.slice(i * half, (i + 1) * half);
      agree(
        values,
        { shape: expected.shape, data: Float64Array.from(expected.own!) },
        { rtol: 1e-4, atol: 1e-6 },
      );
      expect(values.some((v) => v !== 0)).toBe(true);
    }
  });

  test("the class that is read, maps, units and projections are those of each example", async () => {
    const { units, scores, probabilities } = await explain.answers(model, given, of);
    for (const i of [0, 1]) {
      const expected = await explain.answers(alone[i], await example(i));
      expect(units[i]).toBe(expected.units[0]);
      expect(scores[i]).toBeCloseTo(expected.scores[0], 5);
      expect(probabilities![i]).toBeCloseTo(expected.probabilities![0], 5);
    }
    const maps = await explain.featureMaps(model, given);
    expect(maps.shape).toEqual([2, 8, 6, 3]);
    const strongest = await explain.strongestUnits(model, given, { layer: "seen" });
    const { hits, pixels } = await explain.deconvnet(model, given, { unit: [2, 0] });
    for (const i of [0, 1]) {
      expect(strongest[i]).toEqual(
        (await explain.strongestUnits(alone[i], await example(i), { layer: "seen" }))[0],
      );
      const projected = await explain.deconvnet(alone[i], await example(i), { unit: [2, 0][i] });
      expect(hits[i].at).toEqual(projected.hits[0].at);
      expect(hits[i].box).toEqual(projected.hits[0].box);
    }
    expect(pixels.shape).toEqual([2, 8, 6, 2]);
  });

  test("an output that ends in probabilities is explained by what went into them", async () => {
    const { scores, probabilities } = await explain.answers(model, given, { output: "sure", target: 1 });
    const wanted = await model(given).sure.data();
    expect([...probabilities!]).toEqual([wanted[1], wanted[3]]);
    expect(scores[0]).not.toBeCloseTo(wanted[1], 3);
  });

  test("a view makes pictures too", async () => {
    const one = { photo: await example(0), words: tensor(Float32Array.of(1, 2, 3, 4), [1, 4]) };
    const seen = await explain.view(model, one, of);
    const { images } = await explain.activationMaximisation(seen, { target: 3, steps: 2 });
    expect(images.shape).toEqual([1, 8, 6, 2]);
  });
});

describe("what is missing is asked for by name", () => {
  const ask = (options: object, x: object = given) =>
    (explain.saliency as unknown as (m: unknown, x: unknown, o: object) => Promise<Tensor>)(
      model,
      x,
      options,
    );
  test.each<[string, object, string]>([
    ["which output", {}, "saliency: answers has several outputs, kind, sure, pooled: name one by { output }"],
    [
      "another output",
      { output: "kin" },
      'saliency: answers has no output "kin"; there are kind, sure, pooled; did you mean "kind"?',
    ],
    [
      "another input",
      { ...of, input: "foto" },
      'saliency: answers has no input "foto"; there are photo (2×8×6×2), words (2×4); did you mean "photo"?',
    ],
    ["a class", { ...of, target: 7 }, "saliency: there is no class 7; answers has the classes 0 to 4"],
    ["three classes", { ...of, target: [1, 2, 3] }, "saliency: 3 classes for 2 examples"],
  ])("%s", async (_, options, message) => {
    await expect(ask(options)).rejects.toThrow(new explain.ExplainError(message));
  });

  test("which of two pictures", async () => {
    const two = nn.graph("two", {
      inputs: ["left", "right"],
      nodes: { both: { layer: nn.add(), from: ["left", "right"] } },
      outputs: "both",
    });
    const x = photo;
    await expect(explain.saliency(two, { left: x, right: x })).rejects.toThrow(
      new explain.ExplainError(
        "saliency: two takes several pictures, left (2×8×6×2), right (2×8×6×2): name one by { input }",
      ),
    );
  });
});
