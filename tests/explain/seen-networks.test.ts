/** Methods that make pictures or walk through a data set, on networks of several inputs and outputs. */
import { expect, test } from "vitest";
import { type Dataset, explain, type Model, nn, random } from "../../src/index.js";
import { Tensor } from "../../src/tensor/tensor.js";

const network = nn.graph("both", {
  inputs: ["photo", "place"],
  nodes: {
    seen: {
      layer: nn.sequential(nn.conv2d({ filters: 4, kernel: 3, padding: "same" }), nn.relu()),
      from: "photo",
    },
    pooled: { layer: nn.globalAvgPool2d(), from: "seen" },
    read: { layer: nn.dense(4), from: "place" },
    joined: { layer: nn.multiply(), from: ["pooled", "read"] },
    kind: { layer: nn.dense(3), from: "joined" },
    sure: { layer: nn.dense(2), from: "pooled" },
  },
  outputs: ["kind", "sure"],
});
network.build({ photo: [8, 8, 3], place: [2] }, { seed: 2 });
const photo = random.uniform([1, 8, 8, 3], { seed: 3 });
const example = { photo, place: random.normal([1, 2], { seed: 4 }) };
const how = { example, output: "kind" } as const;
const view = () => explain.view(network, example, { output: "kind" });

const pixels = random.uniform([1, 12, 12, 3], { seed: 5, min: 0, max: 255 });
const data: Dataset = {
  name: "spots",
  split: "test",
  shape: [8, 8, 3],
  classes: ["a", "b", "c"],
  length: 6,
  images: Uint8Array.from({ length: 6 * 192 }, (_, i) => (i * 7919) % 256),
  labels: new Uint8Array(6),
};
const methods = { saliency: (m: Model, x: Tensor) => explain.saliency(m, x, { target: 1 }) };
const paint = { content: ["seen"], style: ["seen"], iterations: 2 };

/** Without what tells one tensor from another. */
function plain(answer: unknown): unknown {
  if (answer instanceof Tensor) return { shape: answer.shape, values: [...answer.own!] };
  if (answer instanceof Map) return [...answer].map(plain);
  if (Array.isArray(answer)) return answer.map(plain);
  if (typeof answer !== "object" || answer === null || ArrayBuffer.isView(answer)) return answer;
  return Object.fromEntries(Object.entries(answer).map(([key, value]) => [key, plain(value)]));
}

/** Each of a network, with the options by which it is seen. */
const runs: { [name: string]: (of: never, seen: object) => Promise<unknown> } = {
  activationMaximisation: (n, seen) => explain.activationMaximisation(n, { target: 1, steps: 2, ...seen }),
  foolingImages: (n, seen) => explain.foolingImages(n, { classes: [0, 2], steps: 2, ...seen }),
  evolvedImages: (n, seen) =>
    explain.evolvedImages(n, { classes: [1], generations: 2, children: 5, ...seen }),
  deepDream: (n, seen) => explain.deepDream(n, pixels, { layer: "seen", octaves: 1, iterations: 2, ...seen }),
  style: (n, seen) => explain.style(n, pixels, pixels, { ...paint, start: "noise", ...seen }),
  topActivations: (n, seen) => explain.topActivations(n, data, { layers: "seen", k: 2, ...seen }),
  sanityCheck: (n, seen) => explain.sanityCheck(n, photo, { methods, ...seen }),
};

test.each(Object.keys(runs))("%s of a network of two inputs is that of its view", async (name) => {
  const [own, seen] = [
    await runs[name](network as never, how),
    await runs[name]((await view()) as never, {}),
  ];
  expect(plain(own)).toEqual(plain(seen));
});

test.each(Object.keys(runs))(
  "%s says what it has to know of the other inputs, and of outputs",
  async (name) => {
    await expect(runs[name](network as never, {})).rejects.toThrow(
      `${name}: both takes photo 8×8×3, place 2: give { example }, a batch of one, 1×… of each input`,
    );
    await expect(runs[name](network as never, { example })).rejects.toThrow("name one by { output }");
    await expect(runs[name](network as never, { ...how, stepz: 1 })).rejects.toThrow(
      "unknown option `stepz`",
    );
  },
);

test("of one input and several outputs the output alone is named", async () => {
  const two = nn.graph("two", {
    inputs: "photo",
    nodes: {
      pooled: {
        layer: nn.sequential(nn.conv2d({ filters: 4, kernel: 3 }), nn.relu(), nn.globalAvgPool2d()),
        from: "photo",
      },
      a: { layer: nn.dense(3), from: "pooled" },
      b: { layer: nn.dense(2), from: "pooled" },
    },
    outputs: ["a", "b"],
  });
  two.build([8, 8, 3], { seed: 1 });
  const { images } = await explain.foolingImages(two, { output: "b", steps: 2 });
  expect(images.shape).toEqual([2, 8, 8, 3]);
  const { scores } = await explain.activationMaximisation(two, { target: [0, 1, 2], output: "a", steps: 2 });
  expect(scores).toHaveLength(3);
});
