/** Several losses of a network with an auxiliary head, whose loss is one of them. */
import { expect, test } from "vitest";
import { data, fit, losses, nn, objectives, optim } from "../../src/index.js";

const examples = data.examples("things", {
  images: { values: Float32Array.from({ length: 6 * 4 }, (_, i) => Math.sin(i)), shape: [4] },
  kind: { values: Int32Array.from([0, 1, 2, 0, 1, 2]), dtype: "i32" },
  size: { values: Float32Array.from({ length: 6 }, (_, i) => i / 6), shape: [1] },
});

const network = () =>
  nn.graph("things", {
    inputs: "images",
    nodes: {
      body: {
        layer: nn.sequential(nn.dense(5), nn.relu(), nn.auxiliary([nn.dense(3)], { weight: 0.5 })),
        from: "images",
      },
      kind: { layer: nn.dense(3), from: "body" },
      size: { layer: nn.dense(1), from: "body" },
    },
    outputs: ["kind", "size"],
  });

const named = {
  kind: { loss: losses.crossEntropy(), target: "kind", times: 2 },
  size: { loss: losses.meanSquaredError(), target: "size" },
};

async function firstLosses(given: object) {
  const objective = objectives.several(named, given);
  const options = { objective, optimizer: optim.sgd({ lr: 0.1 }), epochs: 1, batchSize: 6 };
  for await (const event of fit(network() as never, examples, options))
    if (event.kind === "step") return event;
  throw new Error("no step");
}

test("the head has the loss that is named, as many times as the head and the loss say", async () => {
  const { loss, losses: parts } = await firstLosses({ heads: { "body/auxiliary1": "kind" } });
  expect(Object.keys(parts!)).toEqual(["kind", "size", "body/auxiliary1"]);
  expect(parts!["body/auxiliary1"]).toBeGreaterThan(0.1);
  expect(loss).toBeCloseTo(2 * parts!.kind + parts!.size + 2 * 0.5 * parts!["body/auxiliary1"], 5);
});

test("of several losses one has to be named, of those that there are", async () => {
  await expect(firstLosses({})).rejects.toThrow(
    'several: body/auxiliary1 of things is an auxiliary head, and there are kind, size: name its loss by { heads: { "body/auxiliary1": "kind" } }',
  );
  await expect(firstLosses({ heads: { "body/auxiliary1": "colour" } })).rejects.toThrow(
    'several: the head body/auxiliary1 has the loss "colour", which is none of kind, size',
  );
});
